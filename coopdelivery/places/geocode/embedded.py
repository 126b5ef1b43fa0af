"""The gazetteers that come with Coopdelivery, searched in memory: nothing leaves the machine."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from itertools import chain

from coopdelivery.places.addresses import normalised
from coopdelivery.places.geocode.base import ADDRESS, CITY, STREET, Suggestion
from coopdelivery.places.geometry import Point, haversine_m
from coopdelivery.places.towns import Town, towns

REACH_M = 60_000
SMALL_WORDS = frozenset(["a", "al", "d", "de", "del", "des", "du", "el", "en", "l", "la", "las", "le", "les", "los", "the"])
HOUSE = re.compile(r"(\d+)(?:-(\d+))?([a-z]?)")


@dataclass(frozen=True)
class House:
    number: str  # as written: "14-20", "13A"
    point: Point
    postcode: str

    @property
    def key(self) -> str:
        return self.number.casefold().replace(" ", "")

    def holds(self, number: int) -> bool:
        """Whether "14-20" is where number 16 is."""
        found = HOUSE.match(self.key)
        if found is None or not found[2]:
            return False
        return int(found[1]) <= number <= int(found[2]) and (number - int(found[1])) % 2 == 0

    @property
    def value(self) -> int:
        found = HOUSE.match(self.key)
        return int(found[1]) if found else 0


@dataclass
class Street:
    town: Town
    name: str
    spellings: list[list[str]]  # words of each name it is known by
    point: Point | None = None
    houses: list[House] = field(default_factory=list)

    def house(self, number: str) -> House | None:
        """The house with this number, else the one whose range or stair letters hold it."""
        exact = next((house for house in self.houses if house.key == number), None)
        found = HOUSE.fullmatch(number)
        if exact or not found:
            return exact
        wanted = int(found[1])
        holding = [house for house in self.houses if house.key == found[1] or house.holds(wanted)]
        return holding[0] if holding else None

    def nearest(self, number: str) -> Point | None:
        """About where an unknown number is: at the known number next to it, on the same side if possible."""
        found = HOUSE.match(number)
        if not found or not self.houses:
            return self.point
        wanted = int(found[1])
        return min(self.houses, key=lambda house: abs(house.value - wanted) + (house.value - wanted) % 2).point


@dataclass(frozen=True)
class Match:
    """How a text fits a street: `score` is smaller for a better fit, `whole` means every word of the name was given in full."""

    street: Street
    score: tuple[int, int, str]
    whole: bool
    number: str


class Embedded:
    name = "embedded"

    def suggest(self, text: str, *, near: Point | None, country: str, limit: int) -> list[Suggestion]:
        words = normalised(text).split()
        if len("".join(words)) < 2:
            return []
        matches = sorted(self._matches(words, near, country), key=lambda match: match.score)
        if not matches:
            matches = sorted(self._matches(_closest(words), near, country), key=lambda match: match.score)
        found = chain.from_iterable(_suggestions(match, limit) for match in matches)
        return [suggestion for suggestion, _ in zip(found, range(limit), strict=False)]

    def locate(self, text: str, *, near: Point | None, country: str) -> Suggestion | None:
        """Tries the whole text, then without its last parts: "…, 2nd floor" does not hide an address."""
        parts = text.split(",")
        for end in range(len(parts), 0, -1):
            words = normalised(",".join(parts[:end])).split()
            whole = [match for match in self._matches(words, near, country) if match.whole]
            if whole:
                return _best(min(whole, key=lambda match: match.score))
        return _town_named(normalised(text), near, country)

    def _matches(self, words: list[str], near: Point | None, country: str) -> Iterator[Match]:
        for town in _reachable(near, country):
            town_words, postcodes = _names_of(town)
            for street in index()[town.slug]:
                for spelling in street.spellings:
                    match = _match(street, spelling, words, town_words | postcodes)
                    if match:
                        yield match
                        break


def _match(street: Street, spelling: list[str], words: list[str], town_words: frozenset[str]) -> Match | None:
    """Words of the street's name are taken first (so "Avenida 12 de Marzo 4" is number 4), the rest must be number, postcode, town."""
    free = list(spelling)
    rest: list[str] = []
    partial = 0
    for word in words:
        taken = word if word in free else None
        if taken is None and not word.isdigit():
            taken = next((name for name in free if name.startswith(word)), None)
            partial += taken is not None
        if taken is None:
            rest.append(word)
        else:
            free.remove(taken)
    named = [name for name in spelling if name not in free]
    if not any(len(name) > 1 and name not in SMALL_WORDS for name in named):
        return None
    number, stray = _number_in(rest, town_words)
    if stray:
        return None
    missing = [name for name in free if name not in SMALL_WORDS]
    return Match(street, (len(missing) + partial, len(free), street.name), not missing and not partial, number)


def _number_in(words: list[str], town_words: frozenset[str]) -> tuple[str, bool]:
    """The house number among the words a street's name left over, and whether a word remains that means nothing here.

    A letter after the number is its stair, a further number the flat.
    """
    number = ""
    for word in words:
        if not number and HOUSE.fullmatch(word) and word not in town_words:
            number = word
        elif number and len(word) == 1 and word.isalpha() and number.isdigit():
            number += word
        elif word not in town_words and not (number and word.isdigit()):
            return number, True
    return number, False


def _best(match: Match) -> Suggestion:
    house = match.street.house(match.number) if match.number else None
    if house:
        return _at_house(match.street, house, match.number)
    return _along(match.street, match.number)


def _suggestions(match: Match, limit: int) -> Iterator[Suggestion]:
    street, number = match.street, match.number
    if not number:
        yield _along(street, "")
        return
    exact = street.house(number)
    if exact:
        yield _at_house(street, exact, number)
    longer = [house for house in street.houses if house.key.startswith(number) and house is not exact]
    for house in sorted(longer, key=lambda house: (house.value, house.key))[:limit]:
        yield _at_house(street, house, house.number)
    if not exact:
        yield _along(street, number)


def _at_house(street: Street, house: House, number: str) -> Suggestion:
    written = house.number if house.key == number.casefold().replace(" ", "") else number.upper()
    return Suggestion(f"{street.name} {written}", house.postcode, street.town.name, street.town.country, house.point, ADDRESS)


def _along(street: Street, number: str) -> Suggestion:
    point = (street.nearest(number) if number else street.point) or street.town.centre
    return Suggestion(f"{street.name} {number.upper()}".strip(), "", street.town.name, street.town.country, point, STREET)


def _town_named(text: str, near: Point | None, country: str) -> Suggestion | None:
    for town in _reachable(near, country):
        if any(f" {normalised(name)} " in f" {text} " for name in (town.name, *town.also_called)):
            return Suggestion("", "", town.name, town.country, town.centre, CITY)
    return None


def _closest(words: list[str]) -> list[str]:
    """The words with a slip of the finger put right, as far as street names here tell."""
    known = sorted({word for streets in index().values() for street in streets for spelling in street.spellings for word in spelling})
    return [(get_close_matches(word, known, n=1, cutoff=0.8) or [word])[0] if len(word) > 4 else word for word in words]


def _reachable(near: Point | None, country: str) -> list[Town]:
    found = [town for town in towns() if not country or town.country == country.upper()]
    if near is None:
        return found
    return sorted((t for t in found if haversine_m(t.centre, near) <= REACH_M), key=lambda t: haversine_m(t.centre, near))


@cache
def _names_of(town: Town) -> tuple[frozenset[str], frozenset[str]]:
    names = normalised(" ".join((town.name, *town.also_called, town.country))).split()
    postcodes = {house.postcode for street in index()[town.slug] for house in street.houses if house.postcode}
    return frozenset(names), frozenset(postcodes)


@cache
def index() -> dict[str, list[Street]]:
    """Town → its streets; read once per process, in a few milliseconds."""
    return {town.slug: _streets(town) for town in towns()}


def _streets(town: Town) -> list[Street]:
    streets: dict[str, Street] = {}
    numbered: dict[str, list[House]] = defaultdict(list)
    for row in town.rows():
        name, point = row["street"], Point(float(row["latitude"]), float(row["longitude"]))
        if name not in streets:
            names = [name, row["also_called"]] if row["also_called"] else [name]
            streets[name] = Street(town, name, [normalised(written).split() for written in names])
        if row["number"]:
            numbered[name].append(House(row["number"], point, row["postcode"]))
        else:
            streets[name].point = point
    for name, houses in numbered.items():
        streets[name].houses = houses
        streets[name].point = streets[name].point or houses[0].point
    return list(streets.values())
