"""What goes to a drop: parcels as asked → parcels as they are carried, checked against what a bike takes."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import ParcelType
from orders.refusals import BadParcel
from orders.requests import ParcelRequest, StopRequest

MOST_PIECES = 200
MOST_WEIGHT_G = 500_000


@dataclass(frozen=True, slots=True)
class PlannedParcel:
    """`weight_g` and `volume_l` are for all pieces; None is unknown."""

    type_id: int | None
    name: str
    quantity: int
    weight_g: int | None
    volume_l: int | None


def planned_parcels(path: str, stop: StopRequest, types: Mapping[int, ParcelType]) -> list[PlannedParcel]:
    """What goes to this drop; nothing said is one parcel of unknown weight. Raises BadParcel."""
    if not stop.parcels:
        return [PlannedParcel(None, _("Parcel"), 1, None, None)]
    return [_parcel(f"{path}.parcels.{i}", parcel, types) for i, parcel in enumerate(stop.parcels)]


def _parcel(path: str, asked: ParcelRequest, types: Mapping[int, ParcelType]) -> PlannedParcel:
    kind = types.get(asked.type_id) if asked.type_id is not None else None
    if asked.type_id is not None and kind is None:
        raise BadParcel(f"{path}.type_id", _NO_SUCH_TYPE)
    if not 1 <= asked.quantity <= MOST_PIECES:
        raise BadParcel(f"{path}.quantity", most=MOST_PIECES)
    each_g = asked.weight_g if asked.weight_g is not None else kind.weight_g if kind else None
    if each_g is not None and not 0 <= each_g <= MOST_WEIGHT_G:
        raise BadParcel(f"{path}.weight_g", _TOO_HEAVY, most=MOST_WEIGHT_G // 1000)
    name = asked.name.strip()[:60] or (kind.name if kind else _("Parcel"))
    volume = kind.volume_l if kind else None
    return PlannedParcel(
        type_id=kind.pk if kind else None,
        name=name,
        quantity=asked.quantity,
        weight_g=each_g * asked.quantity if each_g is not None else None,
        volume_l=volume * asked.quantity if volume is not None else None,
    )


_NO_SUCH_TYPE = gettext_lazy("This co-op has no such parcel type. Choose one from the list.")
_TOO_HEAVY = gettext_lazy("One piece weighs at most %(most)s kg on a bike. Split it, or call the co-op.")
