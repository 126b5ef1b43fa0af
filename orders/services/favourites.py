"""Deliveries a partner orders often, by a name of its own."""

from django.db import IntegrityError, transaction

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.models import Delivery, Favourite
from orders.refusals import NameTaken, Refused


def add_favourite(*, delivery: Delivery, name: str, by: Person) -> Favourite:
    """The delivery is the pattern: the form opens filled like it, the day is chosen anew. Raises NameTaken, Refused without a name."""
    said = name.replace("\0", "").strip()[:60]
    if not said or delivery.partner is None:
        raise Refused("name")
    try:
        with transaction.atomic():
            row = Favourite.objects.create(collective_id=delivery.collective_id, partner=delivery.partner, delivery=delivery, name=said)
            journal.record(
                "favourite.added", subject=row.ref, collective_id=row.collective_id, by=by, number=delivery.number, favourite=said
            )
    except IntegrityError as error:
        raise NameTaken("name", name=said) from error
    return row


@transaction.atomic
def remove_favourite(*, favourite: Favourite, by: Person) -> None:
    journal.record("favourite.removed", subject=favourite.ref, collective_id=favourite.collective_id, by=by, favourite=favourite.name)
    favourite.delete()
