"""Who has a voice, and who speaks for whom. Size, dues and traffic are not asked for: there is nothing here to weigh."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from collectives.models import Collective, Standing
from collectives.selectors import members
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from federation.assembly.refusals import NotInTheTeam, NotTheDelegate
from federation.models import Delegate, StandingChange


def voices(record_date: datetime | None = None) -> QuerySet[Collective]:
    """Members today that were members at the record date already; on trial one speaks without a vote."""
    rows = Collective.objects.filter(standing=Standing.MEMBER).order_by("name", "pk")
    if record_date is None:
        return rows
    late = StandingChange.objects.filter(after=Standing.MEMBER, at__gt=record_date)
    return rows.exclude(pk__in=late.values("dossier__collective_id"))


def delegate_of(collective: Collective) -> Delegate | None:
    return Delegate.objects.filter(collective=collective, until=None).select_related("person").first()


def name_delegate(*, collective: Collective, person: Person, by: Person) -> Delegate:
    """From now on this person speaks for the co-op; the former one's mandate ends. Raises NotInTheTeam."""
    with acting_for(collective):
        if not members().filter(person=person).exists():
            raise NotInTheTeam
    with transaction.atomic():
        Collective.objects.select_for_update().get(pk=collective.pk)
        now = timezone.now()
        Delegate.objects.filter(collective=collective, until=None).update(until=now)
        delegate = Delegate.objects.create(collective=collective, person=person, named_by=by, since=now)
        journal.record("delegate.named", subject=person.ref, collective_id=collective.pk, by=by, label=person.name)
    return delegate


def speaks_for(collective: Collective, by: Person) -> Delegate:
    """The delegate of the co-op, when that is `by` and they still work there. Raises NotTheDelegate."""
    delegate = delegate_of(collective)
    with acting_for(collective):
        if delegate is None or delegate.person_id != by.pk or not members().filter(person=by).exists():
            raise NotTheDelegate
    return delegate
