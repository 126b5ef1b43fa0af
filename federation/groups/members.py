"""Who works in a group, and what the group promised."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from collectives.models import Collective
from collectives.selectors import members
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from federation.dues.services import an_officer
from federation.groups.mandates import live_mandate
from federation.groups.refusals import DeliveredAlready, InTheGroup, NotInTheGroup, NotOfACoop
from federation.models import Deliverable, GroupMember
from federation.register.refusals import NoSuchPerson


def members_of(group: str) -> QuerySet[GroupMember]:
    """Today's, in the order they came."""
    today = timezone.localdate()
    rows = GroupMember.objects.filter(Q(until=None) | Q(until__gte=today), group=group)
    return rows.select_related("person", "home")


def seat_of(group: str, person: Person) -> GroupMember:
    """Raises NotInTheGroup."""
    seat = members_of(group).filter(person=person).first()
    if seat is None:
        raise NotInTheGroup
    return seat


def name_member(*, group: str, email: str, home: Collective, by: Person) -> GroupMember:
    """Somebody who works in `home` joins the group. Raises NotAnOfficer, NoSuchPerson, NotOfACoop, InTheGroup."""
    an_officer(by)
    person = Person.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if person is None:
        raise NoSuchPerson(email=email.strip())
    with acting_for(home):
        if not members().filter(person=person).exists():
            raise NotOfACoop(name=person.name)
    try:
        with transaction.atomic():
            seat = GroupMember.objects.create(group=group, person=person, home=home, named_by=by)
            _record("group.joined", seat, by)
    except IntegrityError as error:
        raise InTheGroup(name=person.name) from error
    return seat


def end_member(*, member: GroupMember, by: Person) -> None:
    """They leave the group today. Raises NotAnOfficer, NotInTheGroup."""
    an_officer(by)
    with transaction.atomic():
        if not GroupMember.objects.filter(pk=member.pk, until=None).update(until=timezone.localdate()):
            raise NotInTheGroup
        _record("group.left", member, by)


def promise(*, group: str, title: str, due_on: date, by: Person) -> Deliverable:
    """A deliverable of the present mandate. Raises NotInTheGroup, NoMandate, MandateOver."""
    seat_of(group, by)
    with transaction.atomic():
        row = Deliverable.objects.create(mandate=live_mandate(group), title=title.strip(), due_on=due_on, added_by=by)
        journal.record("deliverable.promised", subject=row.ref, collective_id=None, by=by, group=group, label=row.title)
    return row


def deliver(*, deliverable: Deliverable, by: Person) -> None:
    """It is done. Raises NotInTheGroup, DeliveredAlready."""
    seat_of(deliverable.mandate.group, by)
    with transaction.atomic():
        if not Deliverable.objects.filter(pk=deliverable.pk, done_at=None).update(done_at=timezone.now(), done_by=by):
            raise DeliveredAlready
        facts = {"group": deliverable.mandate.group, "label": deliverable.title}
        journal.record("deliverable.done", subject=deliverable.ref, collective_id=None, by=by, **facts)


def _record(name: str, seat: GroupMember, by: Person) -> None:
    journal.record(name, subject=seat.ref, collective_id=seat.home_id, by=by, group=seat.group, label=seat.person.name)
