"""From words to a point. `suggest` and `locate` never raise: no provider may stop an order."""

import logging
from functools import lru_cache

from django.conf import settings

from coopdelivery.places.geocode.base import Geocoder, GeocoderFailed, Located, Suggestion
from coopdelivery.places.geocode.embedded import Embedded
from coopdelivery.places.geocode.online import ONLINE
from coopdelivery.places.geocode.remembering import Remembering
from coopdelivery.places.geometry import Point, haversine_m

__all__ = ["GEOCODERS", "Geocoder", "Located", "Suggestion", "locate", "suggest"]

GEOCODERS = ("embedded", *ONLINE)
TOO_FAR_M = 60_000
LONGEST_TEXT = 300

log = logging.getLogger(__name__)


def suggest(text: str, *, near: tuple[float, float] | None = None, country: str = "", limit: int = 6) -> list[Suggestion]:
    """Addresses that begin like the text, best first; empty when the provider is down."""
    try:
        return _geocoder().suggest(text[:LONGEST_TEXT].strip(), near=_point(near), country=country, limit=limit)
    except GeocoderFailed as error:
        log.warning("no suggestions: %s", error)
        return []


def locate(text: str, *, near: tuple[float, float] | None = None, country: str = "") -> Located:
    """Where the address is. A hit more than 60 km from `near` is not believed: one such point ruins a day's distances.

    May wait up to three seconds for an outside provider, so call it before opening a transaction.
    """
    geocoder, around = _geocoder(), _point(near)
    try:
        best = geocoder.locate(text[:LONGEST_TEXT].strip(), near=around, country=country)
    except GeocoderFailed as error:
        log.warning("not located: %s", error)
        return Located(None, geocoder.name, str(error))
    if best is None:
        return Located(None, geocoder.name, "not found")
    if around and haversine_m(around, best.point) > TOO_FAR_M:
        return Located(None, geocoder.name, f"found {haversine_m(around, best.point) / 1000:.0f} km away")
    return Located(best, geocoder.name)


def _point(pair: tuple[float, float] | None) -> Point | None:
    return Point(*pair) if pair else None


def _geocoder() -> Geocoder:
    return _build(settings.GEOCODER, settings.GEOCODER_URL, settings.GEOCODER_USER_AGENT)


@lru_cache(maxsize=8)
def _build(name: str, url: str, user_agent: str) -> Geocoder:
    return Remembering(ONLINE[name](url, user_agent)) if name in ONLINE else Embedded()
