"""How refusals of orders are told to callers: their dotted paths in the words of the dialect."""

import re

from django.utils import timezone

from collectives.api.errors import ApiError, Invalid, Violation, translates
from orders.changes.refusals import AlreadyAsked, NotChangeable, PaidByCard, StillInARound
from orders.refusals import AlreadySettled, KeyReused, NotCancellable, NotOpen, NotRestorable, PriceChanged, Refused
from orders.services.again import NotOrderable

WORDS = {"window": "timeSlot", "phone": "address.telephone", "contact_name": "address.contactName", "note": "comments"}


@translates(Refused)
def bad_request(error: Refused) -> ApiError:
    return Invalid(Violation(path_of(error.field), str(error), error.code), **({"nextSlots": offered(error)} if error.offers else {}))


def offered(error: Refused) -> list[str]:
    """The next free windows as `timeSlot` takes them, on the co-op's own clock."""
    windows = [(timezone.localtime(each.start, error.zone), timezone.localtime(each.end, error.zone)) for each in error.offers]
    return [f"{start.isoformat(timespec='minutes')}/{end.isoformat(timespec='minutes')}" for start, end in windows]


@translates(KeyReused)
@translates(PriceChanged)
def conflict(error: Refused) -> ApiError:
    return ApiError(409, str(error))


@translates(AlreadyAsked)
@translates(NotChangeable)
@translates(StillInARound)
@translates(PaidByCard)
@translates(NotRestorable)
@translates(NotOrderable)
@translates(NotCancellable)
@translates(NotOpen)
@translates(AlreadySettled)
def too_late(error: Refused) -> ApiError:
    return ApiError(400, str(error))


def path_of(field: str) -> str:
    """`dropoffs.0.window` is `dropoff.timeSlot` on the wire."""
    first, _dot, rest = re.sub(r"^dropoffs\.0\b", "dropoff", field).partition(".")
    words = ".".join(WORDS.get(part, part) for part in rest.split(".")) if rest else ""
    return f"{first}.{words}" if words else first
