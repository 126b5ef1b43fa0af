"""Template words of orders: `{% load orders %}`, `{{ stop.phone|phone:collective.country }}`."""

from django import template

from coopdelivery.kit.phones import spoken_phone

register = template.Library()


@register.filter
def phone(number: str, country: str) -> str:
    """As people of that country write it."""
    return spoken_phone(number, country=country)


@register.simple_tag
def cell(cells: list[str], position: object) -> str:
    """The cell of an imported line in the column of that number; empty when the line is shorter."""
    text = str(position)
    return cells[int(text)] if text.isdigit() and int(text) < len(cells) else ""
