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

    `collect_cents` is cash to take from the recipient, in the order's currency.
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
    parcels: list[ParcelRequest] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DeliveryRequest:
    """One pickup and one or more drops. `pickup` None is the partner's own place, up to the last drop's window."""

    dropoffs: list[StopRequest]
    pickup: StopRequest | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str))
        return data

    def fingerprint(self, *parts: object) -> str:
        """The same for the same content: 64 hexadecimal digits, over the request and what else is given."""
        text = json.dumps([asdict(self), [str(part) for part in parts]], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()
