"""The scores of a run's models: what each means, how it is written, and which way it is good."""

from collections.abc import Callable
from dataclasses import dataclass

from segmentation.engine.recommendation import LARGEST, MOST_NOISE, SMALLEST
from segmentation.models import Candidate

NOTHING = "–"
Value = float | None


@dataclass(frozen=True)
class Score:
    """One column of the scoreboard."""

    name: str  # in the address
    label: str
    meaning: str
    written: Callable[[float], str]
    is_low_good: bool | None = False  # None: neither is
    is_basic: bool = True  # shown before all columns are asked for
    path: str = ""  # of a value inside the field `approximation`
    ends: tuple[str, str] | None = None  # the fields of its 95% interval

    def value(self, candidate: Candidate) -> Value:
        if self.path:
            return (candidate.approximation or {}).get(self.path)
        value: Value = getattr(candidate, self.name)
        return value

    def text(self, candidate: Candidate) -> str:
        value = self.value(candidate)
        return NOTHING if value is None else self.written(value).replace("-", "−")

    def bounds(self, candidate: Candidate) -> tuple[float, float] | None:
        """The ends of its interval; None where the value is exact."""
        low, high = (getattr(candidate, end) for end in self.ends) if self.ends else (None, None)
        return None if low is None or high is None else (low, high)

    def interval(self, candidate: Candidate) -> str:
        """0.310 to 0.340; empty where the value is exact."""
        ends = self.bounds(candidate)
        return f"{ends[0]:.3f} to {ends[1]:.3f}".replace("-", "−") if ends else ""


def _decimals(count: int) -> Callable[[float], str]:
    return lambda value: f"{value:,.{count}f}"


def _share(value: float) -> str:
    return f"{100 * value:.1f}%" if 0 < value < 0.0995 else f"{100 * value:.0f}%"


SCORES = (
    Score("clusters", "Segments", "How many the model found.", _decimals(0), None),
    Score(
        "silhouette_common",
        "Silhouette, common",
        "In the standardised space that all models share, −1 to 1; models are ranked by it."
        " Where it is estimated, with its 95% interval.",
        _decimals(3),
        ends=("silhouette_low", "silhouette_high"),
    ),
    Score(
        "silhouette",
        "Silhouette, own",
        "In the space the model was fitted in.",
        _decimals(3),
        ends=("silhouette_own_low", "silhouette_own_high"),
    ),
    Score(
        "stability",
        "Stability",
        "Mean adjusted Rand index over bootstrap resamples: 1 is the same again, 0 is chance.",
        _decimals(2),
    ),
    Score(
        "structure",
        "Structure",
        "Standard deviations above the same model on shuffled columns; from 3 it is no chance.",
        _decimals(1),
    ),
    Score(
        "noise_share",
        "In none",
        f"Customers in no segment; a usable model leaves out at most {MOST_NOISE:.0%}.",
        _share,
        is_low_good=True,
    ),
    Score(
        "smallest_share",
        "Smallest",
        f"Customers in the smallest segment; usable from {SMALLEST:.0%}.",
        _share,
    ),
    Score(
        "largest_share",
        "Largest",
        f"Customers in the largest segment; usable up to {LARGEST:.0%}.",
        _share,
        is_low_good=True,
        is_basic=False,
    ),
    Score(
        "calinski_harabasz",
        "Calinski–Harabasz",
        "Spread between segments over spread within them, in the common space.",
        _decimals(0),
        is_basic=False,
    ),
    Score(
        "davies_bouldin",
        "Davies–Bouldin",
        "Spread within segments over the distance between them, in the common space; low is good.",
        _decimals(2),
        is_low_good=True,
        is_basic=False,
    ),
    Score(
        "inertia",
        "Inertia",
        "Squared distances to the middle of the own segment; compare only within one model.",
        _decimals(0),
        is_low_good=True,
        is_basic=False,
    ),
    Score(
        "bic",
        "BIC",
        "Of mixtures; low is good, within one model.",
        _decimals(0),
        is_low_good=True,
        is_basic=False,
    ),
    Score(
        "aic",
        "AIC",
        "Of mixtures; low is good, within one model.",
        _decimals(0),
        is_low_good=True,
        is_basic=False,
    ),
    Score(
        "explained_variance",
        "Variance kept",
        "By the principal components.",
        _share,
        is_basic=False,
    ),
    Score(
        "trustworthiness",
        "Trustworthiness",
        "Of a t-SNE map: 1 where all neighbours on the map are neighbours.",
        _decimals(3),
        is_basic=False,
    ),
    Score(
        "agreement",
        "Approximation",
        "Where a model was fitted on some customers: its agreement with the exact result, measured"
        " where both run (adjusted Rand index).",
        _decimals(2),
        is_basic=False,
        path="agreement",
    ),
    Score(
        "seconds",
        "Seconds",
        "That the fit took.",
        _decimals(2),
        is_low_good=True,
        is_basic=False,
    ),
)
BY_NAME = {score.name: score for score in SCORES}
