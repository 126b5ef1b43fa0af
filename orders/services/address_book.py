"""A partner's known recipients. Deliveries keep their own copy: changing the book never rewrites the past."""

from django.db import IntegrityError, transaction

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from coopdelivery.places.models import Place
from orders.models import AddressBookEntry, Partner
from orders.refusals import EntryTaken
from orders.services.contacts import checked_email, checked_phone


def save_entry(
    *,
    partner: Partner,
    place: Place,
    contact_name: str,
    by: Person | None,
    phone: str = "",
    email: str = "",
    note: str = "",
    entry: AddressBookEntry | None = None,
) -> AddressBookEntry:
    """Add, or change `entry`. Raises EntryTaken, BadPhone, BadEmail."""
    row = entry or AddressBookEntry(collective_id=partner.collective_id, partner=partner)
    row.place, row.contact_name, row.note = place, contact_name.strip()[:120], note.strip()[:300]
    row.phone = checked_phone(phone, country=partner.collective.country, field="phone")
    row.email = checked_email(email, field="email")
    try:
        with transaction.atomic():
            row.save()
            journal.record(
                "address.saved", subject=row.ref, collective_id=partner.collective_id, by=by, partner=str(partner.ref), place=str(place.ref)
            )
    except IntegrityError as error:
        raise EntryTaken("contact_name", name=row.contact_name) from error
    return row


@transaction.atomic
def remove_entry(*, entry: AddressBookEntry, by: Person | None) -> None:
    journal.record("address.removed", subject=entry.ref, collective_id=entry.collective_id, by=by, partner=str(entry.partner.ref))
    entry.delete()
