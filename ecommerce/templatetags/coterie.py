"""Icons and numbers as the pages show them."""

from functools import cache
from pathlib import Path

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
ICONS = Path(settings.BASE_DIR) / "static/vendor/bootstrap-icons-1.13.2"
NOTHING = "–"


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of the vendored set, drawn in the colour of the text beside it."""
    svg = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    return mark_safe(svg.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S308 - our file


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """1,234 or, with decimals, 1,234.5; a dash for nothing."""
    return NOTHING if value is None else f"{value:,.{decimals}f}"


@register.filter
def percent(value: float | None, decimals: int = 0) -> str:
    """47% from 0.47; a dash for nothing."""
    return NOTHING if value is None else f"{100 * value:,.{decimals}f}%"


@register.filter
def signed(value: float | None, decimals: int = 2) -> str:
    """+0.52 or −0.52 with a true minus sign."""
    if value is None:
        return NOTHING
    text = f"{value:+,.{decimals}f}"
    return text[1:] if float(text.replace(",", "")) == 0 else text.replace("-", "−")


@register.filter
def magnitude(value: float | None) -> float:
    return abs(value or 0)


@register.filter
def get(values: dict[str, object], key: str) -> object:
    """A value by a key that is no plain word."""
    return values.get(key)
