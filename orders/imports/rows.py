"""One line's texts → what it asks for. Each refusal names the field."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from coopdelivery.kit.windows import on_day
from orders.models import ParcelType
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
        parcels=[_parcel(values, types)],
    )
    return DeliveryRequest(dropoffs=[drop])


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


def key_of(partner_ref: object, values: Mapping[str, str], nth: int) -> str:
    """The order's key: by the partner's own reference when there is one, else by all that is said, counted among equal lines."""
    said = ["ref", values["reference"]] if values["reference"] else ["all", *(values[name] for name in sorted(values)), str(nth)]
    return "import:" + hashlib.sha256("\x1f".join([str(partner_ref), *said]).encode()).hexdigest()[:48]
