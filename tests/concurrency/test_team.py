"""People act on one team at the same time, on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection

from collectives import services
from collectives.models import Membership, Role, RoleHeld, Shift
from collectives.refusals import InvitationUsed, LastAdmin, Refusal, ShiftOverlaps
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from tests.conftest import make_member

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(acts: list[Callable[[], object]]) -> list[type[Refusal] | None]:
    """Each act in its own thread, all started together: what each was refused with, None when it was done."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> type[Refusal] | None:
        try:
            start.wait(10)
            act()
        except Refusal as refusal:
            return type(refusal)
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_an_invitation_accepted_four_times_at_once_lets_one_in(ada: Membership) -> None:
    invitation = services.invite(collective=ada.collective, email="x@x.test", name="X", roles=["courier"], by=ada.person)
    people = [Person.objects.create_user(name=f"Person{n}", email=f"{n}@x.test") for n in range(4)]
    refused = at_once([lambda one=one: services.accept_invitation(invitation=invitation, by=one) for one in people])  # type: ignore[misc]  # bound now
    assert sorted(refused, key=str) == sorted([None, InvitationUsed, InvitationUsed, InvitationUsed], key=str)
    assert Event.objects.filter(name="invitation.accepted").count() == 1
    with acting_for(ada.collective):
        assert Membership.objects.filter(person__in=people).count() == 1


def test_two_admins_who_take_each_others_role_leave_one_admin(ada: Membership) -> None:
    other = make_member(ada.collective, "Bea", Role.ADMIN)
    refused = at_once([
        lambda: services.set_roles(membership=other, roles=["courier"], by=ada.person),
        lambda: services.set_roles(membership=ada, roles=["courier"], by=other.person),
    ])  # fmt: skip
    assert sorted(refused, key=str) == sorted([None, LastAdmin], key=str)
    with acting_for(ada.collective):
        assert RoleHeld.objects.filter(role=Role.ADMIN).count() == 1


def test_one_person_gets_one_of_four_overlapping_shifts(carl: Membership) -> None:
    hours = [(8, 12), (9, 13), (10, 14), (11, 15)]

    def plan(first: int, last: int) -> Callable[[], Shift]:
        starts, ends = (datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (first, last))
        return lambda: services.plan_shift(membership=carl, starts_at=starts, ends_at=ends, by=carl.person)

    refused = at_once([plan(*pair) for pair in hours])
    assert refused.count(ShiftOverlaps) == 3
    with acting_for(carl.collective):
        assert Shift.objects.count() == 1
