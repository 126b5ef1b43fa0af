"""A delivery's body for `PUT`: what it says replaces what stands, everything else stays."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from collectives.api.errors import invalid
from orders.api.reading import Reader, address_text, cut, flag_of, parts, point_of, text_of, vehicle_of
from orders.changes.wanted import as_it_stands, drops_among
from orders.models import Delivery, Stop
from orders.requests import DeliveryRequest, StopRequest

Json = dict[str, Any]


def wanted(reader: Reader, data: Json, delivery: Delivery, stops: Sequence[Stop]) -> DeliveryRequest:
    """The whole delivery as it should be; drops are told apart by their order. Raises Invalid."""
    _pickups, given = parts(data)
    standing = drops_among(stops)
    if len(given) > len(standing):
        raise invalid(given[len(standing)][0], _("A change adds no stops: order another delivery."), "bad_tasks")
    asked = [_stop(reader, row, path, stop) for (path, row), stop in zip(given, standing, strict=False)]
    untouched = [as_it_stands(stop) for stop in standing[len(given) :]]
    note = cut(text_of(data, "comments", "")) if "comments" in data else delivery.note
    vehicle = vehicle_of(data) if "vehicle" in data else delivery.vehicle
    return DeliveryRequest(dropoffs=[*asked, *untouched], note=note, vehicle=vehicle)


def _stop(reader: Reader, data: Json, path: str, stop: Stop) -> StopRequest:
    found = as_it_stands(stop)
    window = reader.window(data, path)
    if window is not None:
        found = replace(found, window_start=window.start, window_end=window.end)
    if data.get("packages") is not None or data.get("weight") is not None:
        found = replace(found, parcels=reader.parcels(data, path))
    if "comments" in data:
        found = replace(found, note=cut(text_of(data, "comments", path)))
    if "doorstep" in data:
        found = replace(found, doorstep=flag_of(data, "doorstep", path))
    where = data.get("address")
    return _elsewhere(reader, found, where, f"{path}.address") if where else found


def _elsewhere(reader: Reader, found: StopRequest, where: Any, path: str) -> StopRequest:
    """Another address, other people at it, or both."""
    details: Json = where if isinstance(where, dict) else {}
    link, text = reader.place(where, path), address_text(where, path)
    if link is not None:
        found = replace(found, place_ref=link)
    elif text:
        found = replace(found, place_ref=None, address=text, point=point_of(details, path))
    if "contactName" in details:
        found = replace(found, contact_name=text_of(details, "contactName", path)[:120])
    if "telephone" in details:
        found = replace(found, phone=reader.phone(details)[0])
    return found
