"""What the API asks of a run, once or repeated."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.facts.catalogue import CATALOGUE
from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.checking import MOST_CLUSTERS, PERPLEXITY
from segmentation.engine.preparing import MOST_WEIGHT
from segmentation.engine.reductions import REDUCTIONS
from segmentation.engine.scaling import SCALINGS
from segmentation.engine.settings import AUTO
from segmentation.engine.transforms import TRANSFORMS
from segmentation.models import RunSchedule
from segmentation.presets import DEFAULT_PRESET, LARGEST_SEED, PRESETS, RunSettings
from segmentation.run_requests import requested_settings

NUMBERS = {"type": "integer", "minimum": 2, "maximum": MOST_CLUSTERS}


@extend_schema_field(
    {
        "oneOf": [
            {"type": "array", "items": NUMBERS, "minItems": 1},
            {"type": "string", "enum": [AUTO]},
        ]
    }
)
class ClustersField(serializers.ListField):
    """Numbers of segments to try, or "auto": to be found."""

    child = serializers.IntegerField(min_value=2, max_value=MOST_CLUSTERS)

    def to_internal_value(self, data: Any) -> Any:
        return AUTO if data == AUTO else super().to_internal_value(data)


class RunRequestSerializer(serializers.Serializer[Any]):
    """What is left out follows the preset."""

    preset = serializers.ChoiceField(choices=list(PRESETS), default=DEFAULT_PRESET)
    algorithm = serializers.ChoiceField(
        choices=[AUTO, *ALGORITHMS], required=False, help_text="auto tries all of them."
    )
    parameters = serializers.DictField(
        required=False, help_text="Of the algorithm, by name; what is left out takes its default."
    )
    clusters = ClustersField(
        allow_empty=False, required=False, help_text="The numbers of segments to try, or auto."
    )
    reduction = serializers.ChoiceField(
        choices=[*REDUCTIONS, AUTO],
        required=False,
        help_text="auto, with the algorithm auto, compares several.",
    )
    components = serializers.IntegerField(
        min_value=1, max_value=len(CATALOGUE), required=False, help_text="Kept by the reduction."
    )
    explained = serializers.FloatField(
        min_value=0.01,
        max_value=0.99,
        required=False,
        help_text="Of pca, instead of components: the share of the variance to keep.",
    )
    perplexity = serializers.FloatField(
        min_value=PERPLEXITY[0], max_value=PERPLEXITY[1], required=False, help_text="Of tsne."
    )
    features = serializers.MultipleChoiceField(
        choices=list(CATALOGUE), allow_empty=False, required=False
    )
    without_gender = serializers.BooleanField(
        default=False, help_text="Leave gender out of the features."
    )
    transform = serializers.ChoiceField(
        choices=["none", AUTO],
        required=False,
        help_text="Of all features that `transforms` does not name; auto goes by their skew.",
    )
    transforms = serializers.DictField(
        child=serializers.ChoiceField(choices=[*TRANSFORMS, AUTO]),
        required=False,
        help_text="By feature.",
    )
    scaling = serializers.ChoiceField(choices=list(SCALINGS), required=False)
    weights = serializers.DictField(
        child=serializers.FloatField(max_value=MOST_WEIGHT),
        required=False,
        help_text=f"By feature, above 0 to {MOST_WEIGHT}; the others weigh 1.",
    )
    as_of = serializers.DateField(
        required=False, help_text="The day to look back from; by default the last with activity."
    )
    seed = serializers.IntegerField(min_value=0, max_value=LARGEST_SEED, required=False)

    def to_settings(self) -> RunSettings:
        """The settings of the valid request. Raises BadSettings."""
        return requested_settings(
            **{name: value for name, value in self.validated_data.items() if name in self.asked}
        )

    @property
    def asked(self) -> list[str]:
        """The fields that are about the run itself."""
        return list(RunRequestSerializer().fields)


class ScheduleRequestSerializer(RunRequestSerializer):
    """The settings of a run, and when it is repeated with them."""

    as_of = None  # type: ignore[assignment]  # leaves the field out
    every = serializers.ChoiceField(choices=RunSchedule.Every.choices)
    next_on = serializers.DateField(help_text="The first day; the run starts in its first hours.")
    adopts = serializers.BooleanField(
        default=False,
        help_text="Adopt what it finds when that is no less clear and few customers would move.",
    )

    def when(self) -> dict[str, Any]:
        """How often, from when on, and whether what it finds is adopted."""
        return {name: self.validated_data[name] for name in ("every", "next_on", "adopts")}
