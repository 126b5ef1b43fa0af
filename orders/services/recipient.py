"""What the recipient wants if nobody is there. A wish for the courier, or a request for the dispatcher; it moves nothing by itself."""

from django.db import transaction

from coopdelivery.journal import services as journal
from orders.models import IfAbsent, Partner, Stop, StopStatus
from orders.refusals import BadChoice, NotOpen, TooLong

LONGEST_NOTE = 200


def choices_for(stop: Stop) -> list[IfAbsent]:
    """What may be asked at this stop. Medicine never waits at the co-op; nobody is at home where it failed."""
    partner = stop.delivery.partner
    keeps = bool(stop.collective.street_address) and (partner is None or partner.kind != Partner.Kind.PHARMACY)
    failed = stop.status == StopStatus.FAILED
    return [
        choice
        for choice in IfAbsent
        if not (choice == IfAbsent.COLLECTIVE and not keeps) and not (choice in {IfAbsent.HOME, IfAbsent.RECEPTION} and failed)
    ]


@transaction.atomic
def choose_if_absent(*, stop: Stop, choice: str, note: str = "") -> None:
    """Write the recipient's choice; the latest counts. Raises BadChoice, TooLong, and NotOpen once it is handed over or cancelled."""
    if choice not in choices_for(stop):
        raise BadChoice("choice")
    words = note.strip()
    if len(words) > LONGEST_NOTE:
        raise TooLong("note", most=LONGEST_NOTE)
    rows = Stop.objects.filter(pk=stop.pk, status__in=[StopStatus.OPEN, StopStatus.FAILED])
    if not rows.update(if_absent=choice, if_absent_note=words):
        raise NotOpen
    journal.record(
        "recipient.chose",
        subject=stop.ref,
        collective_id=stop.collective_id,
        number=stop.delivery.number,
        delivery=str(stop.delivery.ref),
        choice=choice,
        note=words,
        before=stop.if_absent,
    )
    stop.if_absent, stop.if_absent_note = choice, words
