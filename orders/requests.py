"""What somebody asks for, in plain data, whichever door it came through. Nothing here is checked yet."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ParcelRequest:
    """So many pieces of a parcel type, or of a free name. `weight_g` is for one piece; None takes the type's, if it has one."""

    type_id: int | None = None
    name: str = ""
    quantity: int = 1
    weight_g: int | None = None


@dataclass(frozen=True, slots=True)
class StopRequest:
    """Where and when. The place is a known one (`place_ref`, `book_ref`) or an `address` as typed; `point` was chosen by a person.

    `collect_cents` is cash to take from the recipient, in the order's currency. `doorstep`: up to the door of the flat.
    """

    window_start: datetime
    window_end: datetime
    address: str = ""
    place_ref: UUID | None = None
    book_ref: UUID | None = None
    point: tuple[float, float] | None = None
    contact_name: str = ""
    phone: str = ""
    email: str = ""
    note: str = ""
    collect_cents: int = 0
    doorstep: bool = False
    parcels: list[ParcelRequest] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DeliveryRequest:
    """Pickups and one or more drops; every pickup comes before every drop. `pickup` None is the partner's own place, up to the last drop's
    window; `more_pickups` are what else is fetched. `vehicle` is a kind asked for by name.
    """

    dropoffs: list[StopRequest]
    pickup: StopRequest | None = None
    note: str = ""
    vehicle: str = ""
    more_pickups: list[StopRequest] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        return data

    def fingerprint(self, *parts: object) -> str:
        """The same for the same content: 64 hexadecimal digits, over the request and what else is given."""
        said = asdict(self)
        for stop in (said["pickup"], *said["more_pickups"], *said["dropoffs"]):
            _leave_out(stop, "doorstep")
        _leave_out(said, "vehicle")
        _leave_out(said, "more_pickups")
        text = json.dumps([said, [str(part) for part in parts]], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def _leave_out(said: dict[str, Any] | None, name: str) -> None:
    """What was not asked for is not part of a fingerprint: those taken before it could be asked stay the same."""
    if said is not None and not said[name]:
        del said[name]
