"""What the orders of one partner are judged by, each thing read once: for one request, or for a few hundred lines of a file."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from collectives.models import Collective, Zone
from coopdelivery.kit.prepared import Prepared, PreparedRows
from coopdelivery.places import routing
from coopdelivery.places.areas import holds
from coopdelivery.places.geometry import Point
from coopdelivery.places.models import Place
from coopdelivery.places.services import find_or_create_place, known_places, look_up
from orders.models import ParcelType, Partner, PriceList, PriceRule
from orders.pricing.engine import Given, Rule, speaks_of_outside
from orders.pricing.lists import rules_of
from orders.refusals import NoPrice
from orders.services.way import Way
from orders.services.windows import WindowCheck

Points = tuple[tuple[float, float] | None, ...]


def _rules(price_list: int, followed: int, day: date) -> QuerySet[PriceRule]:
    later = Q(price_list__follows=followed, price_list__valid_from__lte=day)
    return PriceRule.objects.filter(Q(price_list=price_list) | later).order_by("position")


RULES = PreparedRows(PriceRule, _rules, int, int, date, beside=["price_list"])
AREAS = Prepared(lambda: Zone.objects.filter(is_service_area=True).values_list("area"))
TYPES = PreparedRows(ParcelType, lambda ids: ParcelType.objects.filter(pk__in=ids), list)


def newest(lists: Iterable[PriceList]) -> PriceList:
    """Of a list and those that follow it and are valid: the one in force."""
    return max(lists, key=lambda each: (each.follows_id is not None, each.valid_from, each.pk))


def in_force(price_list: PriceList, day: date) -> PriceList:
    """What stands in the place of a list on that day: itself, or the last that follows it."""
    return newest([price_list, *price_list.later.filter(valid_from__lte=day)])


class Desk:
    """Begin a new one for every request, and for every portion of a file: what was read is not read again.

    `price_list` (its id) is one that was agreed to before; the partner's own otherwise. `but` is a delivery (its id) that is changed.
    """

    def __init__(self, partner: Partner, now: datetime | None = None, *, price_list: int | None = None, but: int | None = None) -> None:
        self.partner = partner
        self.collective: Collective = partner.collective
        self.now = now or timezone.now()
        self._agreed = price_list
        self._but = but
        self._types: dict[int, ParcelType | None] = {}
        self._places: dict[str, Place] = {}
        self._places_by_ref: dict[UUID, Place] = {}
        self._ways: dict[Points, Way] = {}

    @cached_property
    def windows(self) -> WindowCheck:
        return WindowCheck(self.collective, self.now, but=self._but)

    @cached_property
    def prices(self) -> tuple[PriceList, list[Rule | Given]]:
        """The list in force on the day of the order, and its rules. Raises NoPrice when it has none."""
        asked = self._agreed or self.partner.price_list_id
        rows = RULES(asked, 0 if self._agreed else asked, timezone.localdate(self.now, self.collective.zone))
        if not rows:
            raise NoPrice("partner", name=self.partner.price_list.name)
        chosen = newest(row.price_list for row in rows)
        return chosen, rules_of(row for row in rows if row.price_list_id == chosen.pk)

    @property
    def takes_outside(self) -> bool:
        """Whether the list has a price, or a sentence of its own, for stops outside the area."""
        return speaks_of_outside(self.prices[1])

    @cached_property
    def _areas(self) -> list[dict[str, Any]]:
        return [area for (area,) in AREAS()]

    def is_outside(self, point: Point) -> bool:
        """Whether it lies in none of the areas; a collective that drew none rides everywhere."""
        return bool(self._areas) and not any(holds(area, point) for area in self._areas)

    def types(self, ids: Iterable[int]) -> dict[int, ParcelType]:
        """Those that exist, by their id."""
        wanted = set(ids)
        missing = wanted - self._types.keys()
        if missing:
            found = {kind.pk: kind for kind in TYPES(missing)}
            self._types |= {pk: found.get(pk) for pk in missing}
        return {pk: kind for pk in wanted if (kind := self._types[pk]) is not None}

    def places_by_ref(self, refs: Iterable[UUID]) -> dict[UUID, Place]:
        """Those that exist, by their public reference."""
        wanted = set(refs)
        missing = wanted - self._places_by_ref.keys()
        if missing:
            self._places_by_ref |= {place.ref: place for place in Place.objects.filter(ref__in=missing)}
        return {ref: self._places_by_ref[ref] for ref in wanted if ref in self._places_by_ref}

    def know_place(self, place: Place) -> None:
        """It was read already."""
        self._places_by_ref[place.ref] = place

    def know_places(self, texts: Iterable[str]) -> None:
        """Look for many addresses in one query; those that are not known yet are asked for one by one, when their turn comes."""
        self._places |= known_places(collective_id=self.collective.pk, texts=texts)

    def place(self, text: str, point: tuple[float, float] | None, *, save: bool) -> Place:
        """Where the address is; a new one is kept with `save` only. Raises NoAddress, BadPoint. May ask the geocoder."""
        known = self._places.get(text) if point is None else None
        if known is not None:
            return known
        centre = (self.collective.latitude, self.collective.longitude)
        found = (find_or_create_place if save else look_up)(
            collective_id=self.collective.pk,
            text=text,
            country=self.collective.country,
            point=point,
            near=centre if any(centre) else None,
        )
        if point is None and found.pk and found.point is not None:
            self._places[text] = found
        return found

    def way(self, places: Sequence[Place]) -> Way:
        """Measured through them; the same points are measured once. May ask the router."""
        points: Points = tuple(place.point for place in places)
        if points not in self._ways:
            route = routing.route(points)
            legs = tuple(leg.distance_m for leg in route.legs)
            self._ways[points] = Way(route.distance_m, route.estimated, route.unknown, route.encoded() if route.distance_m else "", legs)
        return self._ways[points]
