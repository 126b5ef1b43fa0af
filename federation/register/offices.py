"""Who speaks for the federation, and what each leaves to others."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from collectives.models import Collective, Standing
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from federation.models import Dossier, Officer
from federation.register.refusals import (
    AlreadyOfficer,
    LastOfficer,
    NoSuchPerson,
    NotAnOfficer,
    NotAPeer,
    NotInOffice,
    OfficesHeld,
    OwnCollective,
)


def officers_today() -> QuerySet[Officer]:
    """In the order they came into office."""
    today = timezone.localdate()
    rows = Officer.objects.filter(Q(until=None) | Q(until__gte=today), since__lte=today)
    return rows.select_related("person", "home").order_by("since", "pk")


def impartial_officer(by: Person, dossier: Dossier) -> Officer:
    """The office of `by`. Raises NotAnOfficer, or OwnCollective when it is the dossier of their own co-op."""
    officer = officers_today().filter(person_id=by.pk).first()
    if officer is None:
        raise NotAnOfficer
    if officer.home_id == dossier.collective_id:
        raise OwnCollective
    return officer


def is_founding(dossier: Dossier) -> bool:
    """Whether the federation has fewer than two other members, so that nobody could be reviewed by people of two other co-ops."""
    return Collective.objects.filter(standing=Standing.MEMBER).exclude(pk=dossier.collective_id)[:2].count() < 2


def peer(by: Person, dossier: Dossier) -> Officer:
    """The office of `by`, who comes from another co-op of the federation; officers of no co-op review while it is founded.

    Raises NotAnOfficer, OwnCollective, NotAPeer.
    """
    officer = impartial_officer(by, dossier)
    if officer.home is None:
        if not is_founding(dossier):
            raise NotAPeer
    elif officer.home.standing not in {Standing.TRIAL, Standing.MEMBER}:
        raise NotAPeer
    return officer


def found_offices(people: Sequence[tuple[str, str]]) -> list[Officer]:
    """The first offices of a new federation, given by its operator to (name, e-mail) of each. Raises OfficesHeld when somebody has one."""
    with transaction.atomic():
        if officers_today().exists():
            raise OfficesHeld
        return [_first_office(name, email) for name, email in people]


def _first_office(name: str, email: str) -> Officer:
    """Somebody without an account gets one, and signs in with a code sent to the address."""
    person = Person.objects.filter(email__iexact=email.strip()).first() or Person.objects.create_user(name=name.strip(), email=email)
    officer, _created = Officer.objects.update_or_create(person=person, defaults={"since": timezone.localdate(), "until": None})
    journal.record("officer.named", subject=person.ref, collective_id=None, by=None, label=person.name, home=None)
    return officer


def name_officer(*, email: str, home: Collective | None, by: Person) -> Officer:
    """Give an office to a person who has an account. Raises NotAnOfficer, NoSuchPerson, AlreadyOfficer."""
    if not officers_today().filter(person_id=by.pk).exists():
        raise NotAnOfficer
    person = Person.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if person is None:
        raise NoSuchPerson(email=email.strip())
    if officers_today().filter(person=person).exists():
        raise AlreadyOfficer(name=person.name)
    facts = {"home": home, "since": timezone.localdate(), "until": None, "named_by": by}
    with transaction.atomic():
        officer, _created = Officer.objects.update_or_create(person=person, defaults=facts)
        journal.record(
            "officer.named", subject=person.ref, collective_id=None, by=by, label=person.name, home=str(home.ref) if home else None
        )
    return officer


def end_office(*, officer: Officer, by: Person) -> None:
    """From now on. Raises NotAnOfficer, LastOfficer, NotInOffice."""
    if not officers_today().filter(person_id=by.pk).exists():
        raise NotAnOfficer
    with transaction.atomic():
        seats = list(officers_today().select_for_update(of=("self",)))
        if officer.pk not in {seat.pk for seat in seats}:
            raise NotInOffice
        if len(seats) == 1:
            raise LastOfficer(name=officer.person.name)
        Officer.objects.filter(pk=officer.pk).update(until=timezone.localdate() - timedelta(days=1))
        journal.record("officer.left", subject=officer.person.ref, collective_id=None, by=by, label=officer.person.name)
