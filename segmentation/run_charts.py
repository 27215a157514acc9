"""The charts of a run's models: how each was found."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from customers.charts import (
    Bracket,
    Curve,
    Dendrogram,
    Mark,
    PointSet,
)
from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.knees import knee
from segmentation.engine.trials import segments_in_words
from segmentation.models import Candidate

MODEL_COLORS = 5  # of the design, for lines of models
DASHES: tuple[Literal["", "dashed", "dotted"], ...] = ("", "dashed", "dotted")
FEWEST_NUMBERS = 2  # numbers of segments that make a curve
LEAF_WIDTH, FIRST_LEAF = 10, 5  # where scipy puts the branches of a dendrogram
Points = list[tuple[float, float]]


@dataclass(frozen=True)
class NotDrawn:
    """A chart that does not apply to a run, and why."""

    title: str
    reason: str


def score_charts(candidates: Sequence[Candidate]) -> list[Any]:
    """How each model was found: charts, and where one does not apply, why."""
    makers = (silhouette_curves, elbow, likelihoods, k_distances, dendrogram)
    return [make(candidates) for make in makers]


def silhouette_curves(candidates: Sequence[Candidate]) -> Curve | NotDrawn:
    title = "How clearly the segments are apart"
    scored = [c for c in candidates if _takes_clusters(c) and c.silhouette_common is not None]
    groups = [group for _, group in _by_model(scored) if len(group) >= FEWEST_NUMBERS]
    if not groups:
        return NotDrawn(title, "It needs models with several numbers of segments.")
    best = next((c for group in groups for c in group if c.is_best), None)
    return Curve(
        id="silhouettes",
        title=title,
        summary="Silhouette in the common space by number of segments, a line for each model."
        " Higher is better." + (f" Recommended: {best}." if best else ""),
        axes=("Segments", "Silhouette"),
        lines=_lines_of_models(groups),
        mark=Mark(
            best.clusters,
            best.silhouette_common,
            f"Recommended: {segments_in_words(best.clusters)}",
        )
        if best and best.silhouette_common is not None
        else None,
        caption="Silhouette in the common space; higher is better."
        + (" A colour for each algorithm, dashes for the spaces." if len(groups) > 1 else ""),
    )


def _lines_of_models(groups: Sequence[list[Candidate]]) -> list[PointSet]:
    """A colour for each algorithm, none of a segment's; a kind of line for each space."""
    algorithms = list(ALGORITHMS)
    spaces = list(dict.fromkeys((g[0].reduction, g[0].components) for g in groups))
    return [
        PointSet(
            group[0].model_name,
            f"model-{algorithms.index(group[0].algorithm) % MODEL_COLORS + 1}",
            sorted((c.clusters, c.silhouette_common or 0) for c in group),
            dash=DASHES[spaces.index((group[0].reduction, group[0].components)) % len(DASHES)],
        )
        for group in groups
    ]


def elbow(candidates: Sequence[Candidate]) -> Curve | NotDrawn:
    title = "How much each further segment explains"
    found = _most_telling(candidates, lambda c: c.inertia is not None)
    points = sorted((float(c.clusters), float(c.inertia or 0)) for c in found)
    if len(points) < FEWEST_NUMBERS:
        return NotDrawn(title, "It needs K-means with several numbers of segments.")
    bend = knee(*zip(*points, strict=True), curve="convex", direction="decreasing")
    where = f"The bend: {bend:.0f} segments" if bend else ""
    return Curve(
        id="elbow",
        title=f"{title}: {found[0].model_name}",
        summary="Inertia by number of segments; a bend shows where more segments add little."
        f" {where or 'There is no bend'}.",
        axes=("Segments", "Inertia"),
        lines=[PointSet("Inertia", "customers", points)],
        mark=Mark(bend, dict(points)[bend], where) if bend else None,
        caption="Inertia: how far customers lie from the middle of their segment."
        + (" The bend is found by Kneedle (Satopää et al., 2011)." if bend else " No bend."),
    )


def likelihoods(candidates: Sequence[Candidate]) -> Curve | NotDrawn:
    title = "What the mixture gains by more segments"
    found = _most_telling(candidates, lambda c: c.bic is not None)
    if len(found) < FEWEST_NUMBERS:
        return NotDrawn(title, "It needs Gaussian mixtures with several numbers of segments.")
    lowest = min(found, key=lambda c: c.bic or 0)
    return Curve(
        id="likelihoods",
        title=f"{title}: {found[0].model_name}",
        summary="BIC and AIC by number of segments; low is good."
        f" BIC is lowest with {lowest.clusters} segments.",
        axes=("Segments", "BIC and AIC"),
        lines=[
            PointSet("BIC", "model-1", sorted((c.clusters, c.bic or 0) for c in found)),
            PointSet(
                "AIC", "model-3", sorted((c.clusters, c.aic or 0) for c in found), dash="dashed"
            ),
        ],
        mark=Mark(lowest.clusters, lowest.bic or 0, f"Lowest BIC: {lowest.clusters} segments"),
        from_zero=False,
        caption="Bayes' (Schwarz, 1978) and Akaike's (1974) criterion; low is good.",
    )


def k_distances(candidates: Sequence[Candidate]) -> Curve | NotDrawn:
    title = "From which distance customers count as close"
    one = _clearest(candidates, "k_distance")
    if one is None:
        return NotDrawn(title, "It needs DBSCAN.")
    curve = one.curves["k_distance"]
    distances, eps = curve["distances"], curve["eps"]
    step = 100 / max(len(distances) - 1, 1)
    points = [(round(n * step, 2), distance) for n, distance in enumerate(distances)]
    chosen = min(points, key=lambda point: abs(point[1] - eps))
    return Curve(
        id="k-distances",
        title=f"{title}: {one.model_name}",
        summary=f"How far away each customer's neighbour number {curve['min_samples']} is,"
        f" the farthest first. The distance {eps:.3g} was used.",
        axes=("Customers, in percent", "Distance"),
        lines=[PointSet("Distance", "customers", points)],
        mark=Mark(chosen[0], eps, f"Distance {eps:.3g}"),
        caption=f"Distance to neighbour number {curve['min_samples']}, the farthest first."
        f" {_with_eps(one)}",
    )


def dendrogram(candidates: Sequence[Candidate]) -> Dendrogram | NotDrawn:
    title = "How the last groups were merged"
    one = _clearest(candidates, "dendrogram")
    if one is None:
        return NotDrawn(title, "It needs hierarchical clustering.")
    drawn = one.curves["dendrogram"]
    corners = [list(zip(merge["x"], merge["y"], strict=True)) for merge in drawn["merges"]]
    cut = _cut(sorted((max(merge["y"]) for merge in drawn["merges"]), reverse=True), one.clusters)
    return Dendrogram(
        id="dendrogram",
        title=f"{title}: {one.model_name}",
        summary=f"The last {len(corners)} merges of hierarchical clustering, cut into"
        f" {segments_in_words(one.clusters)}.",
        brackets=[
            Bracket(c, "customers" if cut and max(y for _, y in c) < cut else "muted", size)
            for c, size in zip(corners, _joined(corners, drawn["leaves"]), strict=True)
        ],
        leaves=[
            (LEAF_WIDTH * n + FIRST_LEAF, f"{size:,}") for n, size in enumerate(drawn["leaves"])
        ],
        cut=Mark(0, cut, f"{one.clusters} segments") if cut else None,
        caption=_fitted_on(one),
    )


def _joined(brackets: Sequence[Points], leaves: Sequence[int]) -> list[int | None]:
    """How many customers are below each bracket: those below its two feet."""
    below = {(float(LEAF_WIDTH * n + FIRST_LEAF), 0.0): size for n, size in enumerate(leaves)}
    found: dict[int, int | None] = {}
    lowest_first = sorted(range(len(brackets)), key=lambda n: max(y for _, y in brackets[n]))
    for n in lowest_first:
        left, (_, top), _, right = brackets[n]
        feet = [below.get((x, y)) for x, y in (left, right)]
        found[n] = None if None in feet else sum(size or 0 for size in feet)
        if found[n] is not None:
            below[((left[0] + right[0]) / 2, top)] = found[n] or 0
    return [found[n] for n in range(len(brackets))]


def _takes_clusters(candidate: Candidate) -> bool:
    return ALGORITHMS[candidate.algorithm].takes_clusters


def _by_model(candidates: Iterable[Candidate]) -> list[tuple[str, list[Candidate]]]:
    """The candidates of each model, in the order in which models were first tried."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda c: c.position):
        groups.setdefault(candidate.model_name, []).append(candidate)
    return list(groups.items())


def _most_telling(
    candidates: Sequence[Candidate], applies: Callable[[Candidate], bool]
) -> list[Candidate]:
    """The candidates of one model to which it applies: the recommended one's, or else the
    clearest one's."""
    groups = [group for _, group in _by_model(c for c in candidates if applies(c))]
    return max(
        groups, key=lambda group: (len(group) > 1, max(_rank(one) for one in group)), default=[]
    )


def _clearest(candidates: Sequence[Candidate], curve: str) -> Candidate | None:
    """The recommended one of the candidates that have such a curve, or else the clearest."""
    return max((c for c in candidates if c.curves.get(curve)), key=_rank, default=None)


def _rank(candidate: Candidate) -> tuple[bool, float]:
    clarity = candidate.silhouette_common
    return candidate.is_best, -1.0 if clarity is None else clarity


def _cut(heights: Sequence[float], clusters: int) -> float | None:
    """A height between the merge that is undone last and the first that stays."""
    if not 2 <= clusters <= len(heights):
        return None
    return (heights[clusters - 2] + heights[clusters - 1]) / 2


def _fitted_on(candidate: Candidate) -> str:
    fitted = (candidate.approximation or {}).get("fitted_on")
    return f"Fitted on {fitted:,} customers drawn by the seed." if fitted else ""


def _with_eps(candidate: Candidate) -> str:
    found = f"The distance used found {segments_in_words(candidate.clusters)}."
    return f"{found} {_fitted_on(candidate)}".strip()
