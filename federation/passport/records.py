"""Trainings written down by the co-op that gave them."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from collectives.refusals import Refusal
from collectives.selectors import members
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from coopdelivery.people.privacy import exports
from federation.models import TrainingRecord


class OwnTraining(Refusal):
    field = "person"
    sentence = _("Somebody else of the co-op confirms your own training.")


class NotTrainedHere(Refusal):
    field = "person"
    sentence = _("%(name)s does not work in this co-op.")


class GivenLater(Refusal):
    field = "given_on"
    sentence = _("A training is written down once it was given.")


class WithdrawnAlready(Refusal):
    sentence = _("This training is withdrawn already.")


def record_training(
    *, collective: Collective, person: Person, topic: str, title: str, minutes: int, given_on: date, by: Person
) -> TrainingRecord:
    """Raises OwnTraining, NotTrainedHere, GivenLater."""
    if person.pk == by.pk:
        raise OwnTraining
    with acting_for(collective):
        if not members().filter(person=person).exists():
            raise NotTrainedHere(name=person.name)
    if given_on > collective.today():
        raise GivenLater
    facts = {"topic": topic, "title": title.strip(), "minutes": minutes, "given_on": given_on}
    with transaction.atomic():
        row = TrainingRecord.objects.create(person=person, given_in=collective, confirmed_by=by, **facts)
        journal.record("training.recorded", subject=row.ref, collective_id=collective.pk, by=by, topic=topic, label=row.title)
    return row


def withdraw_training(*, record: TrainingRecord, by: Person) -> None:
    """It was written down by mistake. Raises WithdrawnAlready."""
    with transaction.atomic():
        if not TrainingRecord.objects.filter(pk=record.pk, withdrawn_at=None).update(withdrawn_at=timezone.now()):
            raise WithdrawnAlready
        journal.record("training.withdrawn", subject=record.ref, collective_id=record.given_in_id, by=by, label=record.title)


def trainings_of(person: Person) -> QuerySet[TrainingRecord]:
    """Wherever they were given."""
    return TrainingRecord.objects.filter(person=person, withdrawn_at=None).select_related("given_in")


def trainings_in(collective: Collective) -> QuerySet[TrainingRecord]:
    """What this co-op wrote down: the newest first."""
    rows = TrainingRecord.objects.filter(given_in=collective, withdrawn_at=None).select_related("person", "given_in")
    return rows.order_by("-given_on", "-pk")


@exports("trainings")
def trainings_for_export(person: Person) -> list[dict[str, object]]:
    rows = TrainingRecord.objects.filter(person=person).order_by("id")
    return [dict(row) for row in rows.values("topic", "title", "minutes", "given_on", "given_in__name", "withdrawn_at")]
