"""In which order shops are shown. Three ways, all published on the page; nothing can be paid to stand higher."""

from collections.abc import Sequence
from datetime import date

from coopdelivery.places.geometry import Point, haversine_m
from orders.models import ShopWindow

TURN, NAME, NEAR = "turn", "name", "near"


def ranked(shops: Sequence[ShopWindow], how: str, *, day: date, near: Point | None = None) -> list[tuple[ShopWindow, int | None]]:
    """Each shop with its distance in metres, when it is known. `near` without a point falls back to the turn."""
    by_name = sorted(shops, key=lambda shop: (shop.partner.name.casefold(), shop.pk))
    if how == NEAR and near is not None:
        measured = [(shop, _metres(shop, near)) for shop in by_name]
        return sorted(measured, key=lambda each: (each[1] is None, each[1] or 0))
    if how == NAME:
        return [(shop, None) for shop in by_name]
    return [(shop, None) for shop in turned(by_name, day)]


def turned(shops: list[ShopWindow], day: date) -> list[ShopWindow]:
    """By name, begun one shop later each day: over as many days as there are shops each stands first once."""
    if not shops:
        return []
    first = day.toordinal() % len(shops)
    return shops[first:] + shops[:first]


def _metres(shop: ShopWindow, near: Point) -> int | None:
    point = shop.partner.place.point
    return round(haversine_m(point, near)) if point else None
