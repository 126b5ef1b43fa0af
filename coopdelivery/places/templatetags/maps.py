"""`{% load maps %}<div class="map-box" data-map {% map_data collective.latitude collective.longitude %}></div>`"""

import json

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from coopdelivery.places.basemaps import base_map_at
from coopdelivery.places.geometry import Point, encode_line

register = template.Library()


@register.simple_tag
def map_data(latitude: float, longitude: float) -> SafeString:
    """The data attributes `static/js/map.js` reads: what to draw on, where the libraries are, and its words."""
    base = base_map_at(Point(latitude, longitude))
    facts = {
        "kind": base.kind,
        "url": base.url,
        "attribution": base.attribution,
        "attribution-url": base.attribution_url,
        "bounds": ",".join(f"{edge:.6f}" for edge in base.bounds) if base.bounds else "",
        "centre": f"{latitude:.6f},{longitude:.6f}",
        "leaflet": static("vendor/leaflet/leaflet.js"),
        "protomaps": static("vendor/protomaps-leaflet/protomaps-leaflet.js"),
        "words": json.dumps(_words()),
    }
    return format_html_join(" ", 'data-map-{}="{}"', facts.items())


@register.filter
def coordinates(point: Point | None) -> str:
    """Such as 60.169900, 24.938400, the same in every language; nothing for an unknown point."""
    return f"{point.latitude:.6f}, {point.longitude:.6f}" if point else ""


@register.filter
def latitude(point: Point) -> str:
    return f"{point.latitude:.6f}"


@register.filter
def longitude(point: Point) -> str:
    return f"{point.longitude:.6f}"


@register.filter
def encoded(line: list[Point]) -> str:
    """An encoded polyline of six digits, for `lines` of the map."""
    return encode_line(line)


def _words() -> dict[str, str]:
    return {
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "failed": _("The map could not be loaded. Everything on it is also in the list."),
        "pin": _("Place of the address. Arrow keys move it by 5 metres, with Shift by 50."),
        "moved": _("Pin at {point}"),
        "corner": _("Corner {number}. Arrow keys move it, Delete takes it away."),
        "corners": _("{count} corners"),
    }
