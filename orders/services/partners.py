"""Partners and what they carry."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from collectives.models import Collective
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from coopdelivery.places.models import Place
from orders.models import ParcelType, Partner, PriceList
from orders.refusals import FrontDoorTaken, NameTaken

FIELDS = (
    "name",
    "kind",
    "place",
    "email",
    "phone",
    "vat_number",
    "terms",
    "price_list",
    "proof_photo",
    "proof_name",
    "proof_rules",
    "pickup_note",
    "is_front_door",
    "is_active",
)


def add_partner(*, collective: Collective, name: str, place: Place, price_list: PriceList, by: Person | None, **card: Any) -> Partner:
    """A new partner; `card` takes any of FIELDS. Raises NameTaken, FrontDoorTaken."""
    _one_front_door(card, None)
    try:
        with transaction.atomic():
            partner = Partner.objects.create(collective=collective, name=name, place=place, price_list=price_list, **card)
            journal.record("partner.added", subject=partner.ref, collective_id=collective.pk, by=by, partner=name)
    except IntegrityError as error:
        raise NameTaken("name", name=name) from error
    return partner


def edit_partner(*, partner: Partner, by: Person | None, **changes: Any) -> Partner:
    """Change any of FIELDS; past orders keep what they were placed with. Raises NameTaken, FrontDoorTaken."""
    unknown = set(changes) - set(FIELDS)
    if unknown:
        raise TypeError(f"a partner has no {', '.join(sorted(unknown))}")
    before = {key: getattr(partner, key) for key in changes}
    changed = {key: value for key, value in changes.items() if before[key] != value}
    if not changed:
        return partner
    _one_front_door(changed, partner)
    for key, value in changed.items():
        setattr(partner, key, value)
    try:
        with transaction.atomic():
            partner.save(update_fields=list(changed))
            journal.record(
                "partner.changed",
                subject=partner.ref,
                collective_id=partner.collective_id,
                by=by,
                before={key: str(before[key]) for key in changed},
                after={key: str(value) for key, value in changed.items()},
            )
    except IntegrityError as error:
        raise NameTaken("name", name=partner.name) from error
    return partner


def _one_front_door(card: Mapping[str, Any], partner: Partner | None) -> None:
    other = Partner.objects.filter(is_front_door=True).first()
    if card.get("is_front_door") and other is not None and other != partner:
        raise FrontDoorTaken("is_front_door", name=other.name)


def save_parcel_type(
    *,
    collective: Collective,
    name: str,
    short_code: str,
    weight_g: int | None,
    volume_l: int | None,
    by: Person | None,
    parcel_type: ParcelType | None = None,
) -> ParcelType:
    """Add or change what partners tick. Parcels already ordered keep their weight. Raises NameTaken."""
    row = parcel_type or ParcelType(collective=collective)
    row.name, row.short_code, row.weight_g, row.volume_l = name, short_code, weight_g, volume_l
    try:
        with transaction.atomic():
            row.save()
            journal.record("parcel_type.saved", subject=row.pk, collective_id=collective.pk, by=by, called=name, weight_g=weight_g)
    except IntegrityError as error:
        raise NameTaken("name", name=name) from error
    return row
