"""One line's texts → what it asks for. Each refusal names the field."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from coopdelivery.kit.windows import on_day
from orders.imports.columns import plain
from orders.models import BikeAsked, ParcelType
from orders.refusals import Refused
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest

DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y")
CLOCK = re.compile(r"^(\d{1,2})\s*(?:[h:.]\s*(\d{2})?)?(?::\d{2})?\s*h?$", re.ASCII | re.IGNORECASE)


class BadCell(Refused):
    code = "bad_cell"
    sentence = _("“%(value)s” cannot be read here.")


_NO_DAY = _("“%(value)s” is not a day. Write it as 2026-11-30 or 30/11/2026.")
_NO_TIME = _("“%(value)s” is not a time. Write it as 10:00.")
_NO_NUMBER = _("“%(value)s” is not a number.")
_NO_TYPE = _("There is no parcel type “%(value)s” here.")
_NO_FLAG = _("“%(value)s” is neither yes nor no.")
_NO_BIKE = _("There is no bike “%(value)s”. Write one of these, or nothing: %(names)s.")
YES, NO = (
    frozenset({"yes", "y", "true", "1", "x", "oui", "o", "si", "kylla", "k"}),
    frozenset({"", "no", "n", "false", "0", "non", "ei", "e"}),
)
NEWER = frozenset({"collect", "doorstep", "vehicle"})  # columns that keys of earlier files know nothing of: empty ones are left out
_NO_ADDRESS = _("Write where to go: a street, a number and a town.")


def request_of(values: Mapping[str, str], types: Mapping[str, ParcelType], zone: ZoneInfo) -> DeliveryRequest:
    """One drop from the partner's own place. `types` are by their folded name and short code. Raises BadCell."""
    window = on_day(day_of(values["day"]), time_of(values["starts"], "starts"), time_of(values["ends"], "ends"), zone)
    address = ", ".join(part for part in (values["address"], " ".join(filter(None, (values["postcode"], values["city"])))) if part)
    if not values["address"]:
        raise BadCell("address", _NO_ADDRESS)
    drop = StopRequest(
        window.start,
        window.end,
        address=address,
        contact_name=values["contact_name"],
        phone=values["phone"],
        email=values["email"],
        note=values["note"],
        collect_cents=int(_number(values["collect"], "collect") * 100) if values["collect"] else 0,
        doorstep=_flag(values["doorstep"], "doorstep"),
        parcels=[_parcel(values, types)],
    )
    return DeliveryRequest(dropoffs=[drop], vehicle=_bike(values["vehicle"]))


def _flag(text: str, field: str) -> bool:
    """Yes or no as people write it; a cross is a yes, an empty cell a no. Raises BadCell."""
    said = plain(text)
    if said in YES:
        return True
    if said in NO:
        return False
    raise BadCell(field, _NO_FLAG, value=text[:40])


def _bike(text: str) -> str:
    """By its name in the file's language or English, or by its code. Raises BadCell."""
    said = plain(text).replace(" ", "_")
    for code, words in BikeAsked.choices:
        with override("en"):
            english = str(words)
        if said in {plain(name).replace(" ", "_") for name in (code, str(words), english)}:
            return code
    raise BadCell("vehicle", _NO_BIKE, value=text[:40], names=", ".join(value for value in BikeAsked.values if value))


def _parcel(values: Mapping[str, str], types: Mapping[str, ParcelType]) -> ParcelRequest:
    quantity = int(_number(values["quantity"], "quantity", whole=True)) if values["quantity"] else 1
    weight = int(_number(values["weight"], "weight") * 1000) if values["weight"] else None
    if not values["parcel"]:
        return ParcelRequest(quantity=quantity, weight_g=weight)
    kind = types.get(values["parcel"].casefold())
    if kind is None:
        raise BadCell("parcel", _NO_TYPE, value=values["parcel"][:40])
    return ParcelRequest(type_id=kind.pk, quantity=quantity, weight_g=weight)


def day_of(text: str) -> date:
    """Raises BadCell."""
    for form in DAY_FORMATS:
        try:
            return datetime.strptime(text[:10].strip(), form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise BadCell("day", _NO_DAY, value=text[:40])


def time_of(text: str, field: str) -> time:
    """`10`, `10h30`, `10:30`, `10.30`. Raises BadCell."""
    found = CLOCK.match(text.strip())
    if found and int(found[1]) <= 24 and int(found[2] or 0) < 60:
        return time(int(found[1]) % 24, int(found[2] or 0))
    raise BadCell(field, _NO_TIME, value=text[:40])


def _number(text: str, field: str, *, whole: bool = False) -> Decimal:
    try:
        number = Decimal(text.replace(",", ".").replace(" ", ""))
    except InvalidOperation as error:
        raise BadCell(field, _NO_NUMBER, value=text[:40]) from error
    if not number.is_finite() or not 0 <= number <= 1_000_000 or (whole and number != number.to_integral_value()):
        raise BadCell(field, _NO_NUMBER, value=text[:40])
    return number


def _newer(values: Mapping[str, str]) -> list[str]:
    return [f"{name}={values[name]}" for name in sorted(NEWER) if values.get(name)]


def key_of(partner_ref: object, values: Mapping[str, str], nth: int) -> str:
    """The order's key: by the partner's own reference when there is one, else by all that is said, counted among equal lines."""
    said = (
        ["ref", values["reference"]]
        if values["reference"]
        else ["all", *(values[name] for name in sorted(values) if name not in NEWER), *_newer(values), str(nth)]
    )
    return "import:" + hashlib.sha256("\x1f".join([str(partner_ref), *said]).encode()).hexdigest()[:48]
