"""How every form of the product looks."""

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest

CLASSES = {
    "checkbox": "form-check-input",
    "checkbox_select": "",
    "hidden": "",
    "multiple_hidden": "",
    "radio": "",
    "select": "form-select",
}
CHOICES = ("checkbox_select", "radio")


class BootstrapRenderer(TemplatesSetting):
    """Renders forms with `templates/forms/` and gives each widget its Bootstrap class."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        if "widget" in context:
            _dress(context["widget"])
        return super().render(template_name, context, request)


def _dress(widget: dict[str, Any]) -> None:
    """Set the class of a widget, or of its single choices, unless it has one."""
    kind = widget["template_name"].rpartition("/")[2].removesuffix(".html")
    if css := CLASSES.get(kind, "form-control"):
        widget["attrs"].setdefault("class", css)
    if kind in CHOICES:
        for _, options, _ in widget["optgroups"]:
            for option in options:
                option["attrs"].setdefault("class", "form-check-input me-2")
