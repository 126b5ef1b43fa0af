"""How forms are drawn: every field gets its label, hint, input and error from templates/kit/field.html."""

from typing import Any

from django.forms import BoundField, Widget
from django.forms.renderers import TemplatesSetting

NOT_BOXED = {"checkbox", "radio", "hidden", "submit"}


class InputField(BoundField):
    """A bound field whose text-like widgets carry the class of our inputs."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        drawn = widget or self.field.widget
        if getattr(drawn, "input_type", "") not in NOT_BOXED:
            classes = [*str(built.get("class", drawn.attrs.get("class", ""))).split(), "in"]
            built["class"] = " ".join(dict.fromkeys(classes))
        return built


class Renderer(TemplatesSetting):
    """The `FORM_RENDERER` of the product."""

    bound_field_class = InputField
    form_template_name = "kit/form.html"
    field_template_name = "kit/field.html"
