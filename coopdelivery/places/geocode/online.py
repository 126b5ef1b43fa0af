"""Outside geocoders through geopy: BAN (French national addresses), Nominatim, Photon. Each only asks and reads the answer."""

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import GeocoderParseError, GeocoderUnavailable, GeopyError
from geopy.geocoders import BANFrance, Nominatim, Photon
from geopy.location import Location

from coopdelivery.kit import http
from coopdelivery.places.geocode.base import ADDRESS, CITY, STREET, GeocoderFailed, Suggestion
from coopdelivery.places.geometry import Point

TIMEOUT_S = 2.5
MIN_SCORE = 0.5
NUMBER_FIRST = frozenset({"FR", "BE", "LU", "GB", "IE", "US", "CA", "AU", "NZ"})


class KitAdapter(BaseSyncAdapter):  # type: ignore[misc]  # geopy has no types
    """geopy's requests go out by `kit.http`, so that they have its limits. The operator names the host, so it may be private."""

    def get_text(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> str:
        try:
            status, body = http.fetch("GET", url, timeout_s=timeout, allow_private=True, headers=dict(headers))
        except http.OutsideFailed as error:
            raise GeocoderUnavailable(str(error)) from error
        text = body.decode("utf-8", "replace")
        if status != HTTPStatus.OK:
            raise AdapterHTTPError(f"answered {status}", status_code=status, headers={}, text=text)
        return text

    def get_json(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> Any:
        try:
            return json.loads(self.get_text(url, timeout=timeout, headers=headers))
        except ValueError as error:
            raise GeocoderParseError("the answer is not JSON") from error


class Online:
    """What the three have in common; a subclass says how to ask and how to read one answer."""

    name = ""
    rate_per_s: int | None = None
    may_suggest = True

    def suggest(self, text: str, *, near: Point | None, country: str, limit: int) -> list[Suggestion]:
        return self._ask(text, near, country, limit) if self.may_suggest else []

    def locate(self, text: str, *, near: Point | None, country: str) -> Suggestion | None:
        found = self._ask(text, near, country, 1)
        return found[0] if found else None

    def _ask(self, text: str, near: Point | None, country: str, limit: int) -> list[Suggestion]:
        try:
            answers = self._geocode(text, near, country, limit) or []
            read = [self._read(answer) for answer in answers]
        except (GeopyError, http.OutsideFailed) as error:
            raise GeocoderFailed(f"{self.name}: {error}") from error
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise GeocoderFailed(f"{self.name} sent an answer of another shape") from error
        return [suggestion for suggestion in read if suggestion and (not country or suggestion.country in ("", country.upper()))]

    def _geocode(self, text: str, near: Point | None, country: str, limit: int) -> list[Location] | None:
        raise NotImplementedError

    def _read(self, answer: Location) -> Suggestion | None:
        raise NotImplementedError


class Ban(Online):
    name = "ban"

    def __init__(self, url: str, user_agent: str) -> None:
        self._geopy = BANFrance(**_connection(url or "https://api-adresse.data.gouv.fr", user_agent))

    def _geocode(self, text: str, near: Point | None, country: str, limit: int) -> list[Location] | None:
        if country not in ("", "FR") or len(text) < 3:
            return None
        answers: list[Location] | None = self._geopy.geocode(text[:200], exactly_one=False, limit=limit)
        return answers

    def _read(self, answer: Location) -> Suggestion | None:
        facts = answer.raw["properties"]
        if facts.get("score", 1) < MIN_SCORE:
            return None
        precision = {"housenumber": ADDRESS, "street": STREET, "locality": STREET}.get(facts["type"], CITY)
        street = "" if precision == CITY else str(facts["name"])
        return Suggestion(street, facts.get("postcode", ""), facts.get("city", ""), "FR", _point(answer), precision)


class OpenNominatim(Online):
    name = "nominatim"
    rate_per_s = 1
    may_suggest = False  # the usage policy of the public server forbids a request per keystroke

    def __init__(self, url: str, user_agent: str) -> None:
        self._geopy = Nominatim(**_connection(url or "https://nominatim.openstreetmap.org", user_agent))

    def _geocode(self, text: str, near: Point | None, country: str, limit: int) -> list[Location] | None:
        box = [(near.latitude - 0.3, near.longitude - 0.5), (near.latitude + 0.3, near.longitude + 0.5)] if near else None
        answers: list[Location] | None = self._geopy.geocode(
            text, exactly_one=False, limit=limit, addressdetails=True, country_codes=country.lower() or None, viewbox=box
        )
        return answers

    def _read(self, answer: Location) -> Suggestion:
        facts = answer.raw["address"]
        road = next((facts[key] for key in ("road", "pedestrian", "square", "footway", "place") if facts.get(key)), "")
        city = next((facts[key] for key in ("city", "town", "village", "municipality") if facts.get(key)), "")
        return _suggestion(answer, road, facts.get("house_number", ""), facts.get("postcode", ""), city, facts.get("country_code", ""))


class OpenPhoton(Online):
    name = "photon"

    def __init__(self, url: str, user_agent: str) -> None:
        self._geopy = Photon(**_connection(url or "https://photon.komoot.io", user_agent))

    def _geocode(self, text: str, near: Point | None, country: str, limit: int) -> list[Location] | None:
        answers: list[Location] | None = self._geopy.geocode(text, exactly_one=False, limit=limit, location_bias=near)
        return answers

    def _read(self, answer: Location) -> Suggestion:
        facts = answer.raw["properties"]
        road = facts.get("street") or (facts.get("name", "") if facts.get("type") == "street" else "")
        city = facts.get("city") or (facts.get("name", "") if facts.get("type") == "city" else "")
        return _suggestion(answer, road, facts.get("housenumber", ""), facts.get("postcode", ""), city, facts.get("countrycode", ""))


ONLINE: dict[str, Callable[[str, str], Online]] = {"ban": Ban, "nominatim": OpenNominatim, "photon": OpenPhoton}


def _suggestion(answer: Location, road: str, number: str, postcode: str, city: str, country: str) -> Suggestion:
    precision = (ADDRESS if number else STREET) if road else CITY
    parts = (number, road) if country.upper() in NUMBER_FIRST else (road, number)
    street = " ".join(part for part in parts if part) if road else ""
    return Suggestion(street, postcode, city, country.upper(), _point(answer), precision)


def _point(answer: Location) -> Point:
    return Point(float(answer.latitude), float(answer.longitude))


def _connection(url: str, user_agent: str) -> dict[str, Any]:
    parts = urlsplit(url)
    host = re.sub(r"/+$", "", parts.netloc + parts.path)
    return {"domain": host, "scheme": parts.scheme, "user_agent": user_agent, "timeout": TIMEOUT_S, "adapter_factory": KitAdapter}
