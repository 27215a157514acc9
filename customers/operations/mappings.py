"""How columns were read before, and remembering how a person said they are read."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from customers.importing.mapping import (
    PartMapping,
    guess_table,
    headings_digest,
    shape_of,
    table_of_name,
)
from customers.importing.parts import Correction, Part
from customers.models import ColumnMapping

RECENT = 200
FEW = 2  # so few headings are those of many files


def remembered(part: Part) -> Mapping[str, Any] | None:
    """How a part of this shape was read, or one with its headings, or one with most of them."""
    same = _kept(part)
    if "table" in same:
        return same
    if alike := next((m for m in _with_its_headings(part) if _may_be(part, m.get("table"))), None):
        return alike
    guess = guess_table(part)
    # What the file itself says about its table and its dates counts more than another file.
    others: list[Mapping[str, Any]] = [
        {"table": other.mapping["table"], "columns": other.mapping["columns"]}
        for other in ColumnMapping.objects.all()[:RECENT]
        if other.mapping.get("table") and guess in (None, other.mapping["table"])
    ]
    best = max(others, key=lambda other: _likeness(part, other), default={})
    return best if _likeness(part, best) else None


def remembered_correction(part: Part) -> Correction | None:
    """How a part like this that was found to be written in the same way was said to be."""
    found = asdict(part.format)
    for kept in (_kept(part), *_with_its_headings(part)):
        written = kept.get("written")
        if written and all(found[name] == value for name, value in written["found"].items()):
            return Correction(**written["said"])
    return None


def _kept(part: Part) -> dict[str, Any]:
    same = ColumnMapping.objects.filter(shape=shape_of(part)).first()
    return dict(same.mapping) if same else {}


def _with_its_headings(part: Part) -> list[dict[str, Any]]:
    """What is kept of parts with the same headings, the last one first; of few headings nothing."""
    if len(part.headings) <= FEW:
        return []
    same = ColumnMapping.objects.filter(mapping__headings=headings_digest(part))
    return [dict(other.mapping) for other in same[:RECENT]]


def _may_be(part: Part, table: str | None) -> bool:
    """Whether another part's table may be this one's: cities and brands may have equal headings.

    That another one was left out says nothing.
    """
    return bool(table) and table_of_name(part) in (None, table)


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
        _keep(part, mapping.to_json())
        if as_found := part.uncorrected:
            said, found = part.correction.to_json(), asdict(as_found.format)
            _keep(as_found, {"written": {"said": said, "found": {n: found[n] for n in said}}})


def _keep(part: Part, values: dict[str, Any]) -> None:
    """Adds to what is known of parts of this shape."""
    ColumnMapping.objects.update_or_create(
        shape=shape_of(part),
        defaults={
            "mapping": _kept(part) | values | {"headings": headings_digest(part)},
            "used_at": timezone.now(),
        },
    )
