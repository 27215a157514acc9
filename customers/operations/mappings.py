"""How columns were read before, and remembering how a person said they are read."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from customers.importing.mapping import PartMapping, guess_table, shape_of
from customers.importing.parts import Part
from customers.models import ColumnMapping

RECENT = 200
FEW = 2  # so few headings are those of many files


def remembered(part: Part) -> Mapping[str, Any] | None:
    """How a part of this shape was read, or else one most of whose columns are the same."""
    same = ColumnMapping.objects.filter(shape=shape_of(part)).first()
    if same:
        return dict(same.mapping)
    guess = guess_table(part)
    # What the file itself says about its table and its dates counts more than another file.
    others: list[Mapping[str, Any]] = [
        {"table": other.mapping["table"], "columns": other.mapping["columns"]}
        for other in ColumnMapping.objects.all()[:RECENT]
        if other.mapping.get("table") and guess in (None, other.mapping["table"])
    ]
    best = max(others, key=lambda other: _likeness(part, other), default={})
    return best if _likeness(part, best) else None


def _likeness(part: Part, mapping: Mapping[str, Any]) -> int:
    """How many columns are the same, where these are most of what the mapping knows."""
    known = {h for h, column in (mapping.get("columns") or {}).items() if column}
    same = known & set(part.headings)
    return len(same) if len(same) > FEW and 2 * len(same) >= len(known) else 0


def remember(parts: Sequence[Part], mappings: Mapping[str, PartMapping]) -> None:
    """Keep how each part is read, for the next file of its shape."""
    for part in parts:
        mapping = mappings[part.name]
        if part.numbered and part.format.kind == "csv":
            continue  # a file of rejected rows, which goes by the file it came from
        ColumnMapping.objects.update_or_create(
            shape=shape_of(part),
            defaults={"mapping": mapping.to_json(), "used_at": timezone.now()},
        )
