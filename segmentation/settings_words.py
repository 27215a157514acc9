"""The settings of a run as people read them."""

from dataclasses import dataclass

from customers.facts.catalogue import CATALOGUE, DEFAULT_FEATURES
from customers.periods import in_words
from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.bad_settings import BadSettings
from segmentation.engine.preparing import PreparationSettings
from segmentation.engine.reductions import Space
from segmentation.engine.settings import AUTO, ClusteringSettings
from segmentation.engine.trials import model_title, segments_in_words
from segmentation.models import SegmentationRun
from segmentation.parameter_words import in_short
from segmentation.presets import PRESETS, RunSettings


@dataclass(frozen=True)
class SettingsView:
    """The settings of a run, ready to be read."""

    settings: RunSettings

    @property
    def title(self) -> str:
        """The preset, and whether anything of it was changed."""
        preset = PRESETS.get(self.settings.preset)
        if preset is None:
            return self.settings.preset
        is_changed = preset.clustering != self.settings.clustering
        return f"{preset.label}, changed" if is_changed else preset.label

    @property
    def model(self) -> str:
        return model_in_words(self.settings.clustering)

    @property
    def features(self) -> list[str]:
        return [CATALOGUE[name].label for name in self.settings.features if name in CATALOGUE]

    @property
    def changes(self) -> list[str]:
        """What else is not as the preset has it, a few words each."""
        found = []
        if self.settings.features != DEFAULT_FEATURES:
            found.append(f"by {', '.join(self.features).lower()}")
        if self.settings.as_of:
            found.append(f"as of {in_words(self.settings.as_of)}")
        return [*found, *self._of_algorithm, *self._of_preparation]

    @property
    def _of_algorithm(self) -> list[str]:
        clustering = self.settings.clustering
        if clustering.is_automatic:
            return []
        own = ALGORITHMS[clustering.algorithm].parameters
        return [
            in_short(parameter, given)
            for parameter in own
            if (given := clustering.parameters.get(parameter.name)) not in (None, parameter.default)
        ]

    @property
    def _of_preparation(self) -> list[str]:
        made = self.settings.clustering.preparation
        preset = PRESETS.get(self.settings.preset)
        usual = preset.clustering.preparation if preset else PreparationSettings()
        return [
            words
            for words, is_changed in (
                (f"{made.scaling} scaling", made.scaling != usual.scaling),
                (
                    "other transforms",
                    (made.transform, made.transforms) != (usual.transform, usual.transforms),
                ),
                ("weights", made.weights != usual.weights),
            )
            if is_changed
        ]


def view_of(run: SegmentationRun) -> SettingsView | None:
    """What a run was asked for; None where an earlier version stored that in another way."""
    try:
        return SettingsView(RunSettings.from_json(run.parameters, preset=run.preset, seed=run.seed))
    except (BadSettings, KeyError):
        return None


def model_in_words(settings: ClusteringSettings) -> str:
    """K-means on 2 principal components, 5 segments"""
    return f"{_model(settings)}{_numbers(settings)}"


def _model(settings: ClusteringSettings) -> str:
    if settings.reduction == AUTO:
        return "Every algorithm in several spaces"
    space = Space(settings.reduction, settings.components, settings.explained, settings.perplexity)
    if not settings.is_automatic:
        return model_title(settings.algorithm, space)
    return f"Every algorithm on {space.label or 'the features as they are'}"


def _numbers(settings: ClusteringSettings) -> str:
    """, 2 to 10 segments; nothing where the algorithm finds the number"""
    if not settings.is_automatic and not ALGORITHMS[settings.algorithm].takes_clusters:
        return ""
    numbers = sorted(settings.clusters)
    if len(numbers) == 1:
        return f", {segments_in_words(numbers[0])}"
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f", {numbers[0]} to {numbers[-1]} segments"
    *most, last = map(str, numbers)
    return f", {', '.join(most)} or {last} segments"
