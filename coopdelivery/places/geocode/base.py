"""What every geocoder takes and gives."""

from dataclasses import dataclass
from typing import Any, Protocol

from coopdelivery.places.addresses import one_line
from coopdelivery.places.geometry import Point

ADDRESS, STREET, CITY, NONE = "address", "street", "city", "none"


class GeocoderFailed(Exception):
    """The provider did not give a usable answer; the message says why. Never leaves `coopdelivery.places.geocode`."""


@dataclass(frozen=True)
class Suggestion:
    """An address a provider knows. `precision` is ADDRESS, STREET or CITY; the point of a STREET is somewhere along it."""

    street_address: str
    postcode: str
    city: str
    country: str
    point: Point
    precision: str

    @property
    def label(self) -> str:
        return one_line(self.street_address, self.postcode, self.city)

    def as_json(self) -> dict[str, Any]:
        return {**self.__dict__, "point": list(self.point)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Suggestion":
        return cls(**{**data, "point": Point(*data["point"])})


@dataclass(frozen=True)
class Located:
    """Where an address is. `best` is None when nobody knows, and `why` then says so in words for a log or a dispatcher."""

    best: Suggestion | None
    provider: str
    why: str = ""

    @property
    def point(self) -> Point | None:
        return self.best.point if self.best else None

    @property
    def precision(self) -> str:
        return self.best.precision if self.best else NONE


class Geocoder(Protocol):
    """One provider. Both methods may raise GeocoderFailed; `near` is a wish, `country` (ISO 3166, two letters) a limit."""

    name: str

    def suggest(self, text: str, *, near: Point | None, country: str, limit: int) -> list[Suggestion]:
        """Addresses that begin like the text, best first."""

    def locate(self, text: str, *, near: Point | None, country: str) -> Suggestion | None:
        """The one address the whole text names, or None."""
