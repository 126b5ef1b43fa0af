"""Files in the columns of the dialect, `dropoff.address` or `type` and `address`: each line becomes the body of an order."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from collectives.api.errors import ApiError, invalid

Json = dict[str, Any]
MOST_LINES = 200
RENAMED = {"timeslot": "timeSlot", "latlong": "latLng", "latlng": "latLng", "contactname": "contactName", "streetaddress": "streetAddress"}
PLACE = frozenset({"name", "description", "telephone", "contactName", "streetAddress", "latLng"})


def bodies(raw: bytes) -> list[tuple[int, Json]] | None:
    """Line number → body; None when the columns are not those of the dialect. Raises Invalid, ApiError (413)."""
    rows = _rows(raw)
    names = {name for name in rows.fieldnames or [] if name}
    if any(name.startswith("dropoff.") for name in names):
        return _limited(_deliveries(rows))
    if {"type", "address"} <= names:
        return _limited(_tasks(rows))
    return None


def _rows(raw: bytes) -> "csv.DictReader[str]":
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise invalid("", _("This file is not text in UTF-8."), "bad_file") from error
    if "\0" in text:
        raise invalid("", _("A text holds a character that cannot be kept."), "bad_text")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else "\t" if "\t" in first else ","
    return csv.DictReader(io.StringIO(text), delimiter=delimiter)


def _limited(found: Iterator[tuple[int, Json]]) -> list[tuple[int, Json]]:
    kept: list[tuple[int, Json]] = []
    try:
        for each in found:
            kept.append(each)
            if len(kept) > MOST_LINES:
                raise ApiError(
                    413, _("Send at most %(most)s lines at once, or a file to /api/deliveries/import_async.") % {"most": MOST_LINES}
                )
    except csv.Error as error:
        raise invalid("", _("This file cannot be read as CSV."), "bad_file") from error
    return kept


def _deliveries(rows: "csv.DictReader[str]") -> Iterator[tuple[int, Json]]:
    for row in rows:
        body: Json = {}
        for name, value in _said(row):
            part, _dot, rest = name.partition(".")
            if part in {"pickup", "dropoff"}:
                _put(body.setdefault(part, {}), rest, value)
            elif part in {"weight", "packages", "comments", "before", "after", "doorstep"}:
                _put(body.setdefault("dropoff", {}), name, value)
            elif part == "vehicle":
                body["vehicle"] = value
        yield rows.line_num, body


def _tasks(rows: "csv.DictReader[str]") -> Iterator[tuple[int, Json]]:
    """A pickup stands before its drops; drops without one are fetched at the store."""
    pickup: Json = {}
    for row in rows:
        stop: Json = {}
        for name, value in _said(row):
            if name != "type":
                _put(stop, name, value)
        if str(row.get("type") or "").strip().lower() == "pickup":
            pickup = stop
        else:
            yield rows.line_num, {"dropoff": stop, **({"pickup": pickup} if pickup else {})}


def _said(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    return ((name, value.strip()) for name, value in row.items() if name and isinstance(value, str) and value.strip())


def _put(stop: Json, name: str, value: str) -> None:
    """`address.name` and `latlong` belong to the address, `packages` is `SMALL=1 XL=2`."""
    head, _dot, tail = name.partition(".")
    head, tail = (RENAMED.get(part.lower(), part) for part in (head, tail))
    if head == "address":
        where = stop.setdefault("address", {})
        where[tail or "streetAddress"] = value
    elif head == "latLng":
        stop.setdefault("address", {})["latLng"] = _point(value)
    elif head == "packages":
        stop["packages"] = [_package(each) for each in value.split()]
    else:
        stop[head] = value


def _point(value: str) -> list[float | str]:
    try:
        return [float(each) for each in value.split(",")]
    except ValueError:
        return [value]


def _package(text: str) -> Json:
    kind, _equals, pieces = text.partition("=")
    return {"type": kind, "quantity": pieces or 1}
