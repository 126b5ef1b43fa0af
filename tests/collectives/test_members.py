"""Who is in the team, and in which roles."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from collectives import selectors, services
from collectives.models import Collective, Invitation, Membership, Role, Shift
from collectives.refusals import (
    AlreadyInvited,
    AlreadyMember,
    InvitationExpired,
    InvitationUsed,
    InvitationWithdrawn,
    LastAdmin,
    NoRoles,
    NotActive,
    UnknownRole,
)
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person

pytestmark = pytest.mark.django_db


def events(name: str) -> list[dict[str, object]]:
    return [event.data for event in Event.objects.filter(name=name).order_by("pk")]


@pytest.fixture
def ines(db: None) -> Person:
    return Person.objects.create_user(name="Inès", email="ines@example.test")


@pytest.fixture
def for_ines(ada: Membership) -> Invitation:
    return services.invite(collective=ada.collective, email=" Ines@Example.test ", name="Inès", roles=["courier"], by=ada.person)


def membership_of(person: Person, collective: Collective) -> Membership:
    with acting_for(collective):
        return Membership.objects.prefetch_related("held").get(person=person)


def test_a_new_member_has_the_roles_and_the_next_colour(montreuil: Collective, ada: Membership, ines: Person) -> None:
    membership = services.add_member(collective=montreuil, person=ines, roles=["dispatcher", "courier"], by=ada.person)
    found = membership_of(ines, montreuil)
    assert (set(found.roles), found.colour) == ({"courier", "dispatcher"}, 2)
    joined = events("member.joined")[-1]
    assert (joined["label"], joined["roles"], joined["person"]) == ("Inès", ["courier", "dispatcher"], ines.pk)
    assert Event.objects.get(subject=str(membership.ref)).by_id == ada.person_id


def test_nobody_is_in_the_team_twice(montreuil: Collective, ada: Membership, carl: Membership) -> None:
    with pytest.raises(AlreadyMember, match="Carl is already in this team"):
        services.add_member(collective=montreuil, person=carl.person, roles=["admin"], by=ada.person)
    assert membership_of(carl.person, montreuil).roles == {"courier"}


def test_roles_are_replaced_and_the_change_is_told(ada: Membership, carl: Membership) -> None:
    services.set_roles(membership=carl, roles=["dispatcher"], by=ada.person)
    assert membership_of(carl.person, carl.collective).roles == {"dispatcher"}
    assert events("member.roles_changed") == [{"person": carl.person_id, "before": ["courier"], "after": ["dispatcher"]}]


def test_the_same_roles_again_are_no_news(ada: Membership, carl: Membership) -> None:
    services.set_roles(membership=carl, roles=["courier"], by=ada.person)
    assert events("member.roles_changed") == []


def test_a_member_without_any_role_is_refused(ada: Membership, carl: Membership) -> None:
    with pytest.raises(NoRoles):
        services.set_roles(membership=carl, roles=[], by=ada.person)
    assert membership_of(carl.person, carl.collective).roles == {"courier"}


def test_a_role_that_does_not_exist_is_refused_by_name(ada: Membership, carl: Membership) -> None:
    with pytest.raises(UnknownRole, match="There is no role “boss”"):
        services.set_roles(membership=carl, roles=["boss", "courier"], by=ada.person)


def test_the_last_admin_keeps_the_role(ada: Membership) -> None:
    with pytest.raises(LastAdmin, match="Ada is the last one"):
        services.set_roles(membership=ada, roles=["courier"], by=ada.person)
    with pytest.raises(LastAdmin):
        services.deactivate_member(membership=ada, by=ada.person)
    found = membership_of(ada.person, ada.collective)
    assert (set(found.roles), found.is_active) == ({"admin"}, True)
    assert events("member.left") == []


def test_an_admin_may_go_when_another_one_stays(ada: Membership, dana: Membership) -> None:
    services.set_roles(membership=dana, roles=["dispatcher", "admin"], by=ada.person)
    services.deactivate_member(membership=ada, by=dana.person)
    assert membership_of(ada.person, ada.collective).is_active is False


def test_who_leaves_is_no_courier_any_more_and_frees_the_shifts_to_come(ada: Membership, carl: Membership) -> None:
    start = timezone.now()
    for days in (-1, 1, 2):
        starts = start + timedelta(days=days)
        services.plan_shift(membership=carl, starts_at=starts, ends_at=starts + timedelta(hours=4), by=ada.person)
    services.deactivate_member(membership=carl, by=ada.person)
    with acting_for(carl.collective):
        assert list(selectors.couriers()) == []
        assert Shift.objects.count() == 1
    assert events("member.left") == [{"person": carl.person_id, "label": "Carl", "shifts_freed": 2}]
    with pytest.raises(NotActive):
        services.deactivate_member(membership=carl, by=ada.person)


def test_who_left_comes_back_in_the_same_roles(ada: Membership, carl: Membership) -> None:
    services.deactivate_member(membership=carl, by=ada.person)
    services.reactivate_member(membership=carl, by=ada.person)
    with acting_for(carl.collective):
        assert list(selectors.couriers()) == [carl]
    with pytest.raises(NotActive):
        services.reactivate_member(membership=carl, by=ada.person)


def test_partners_users_are_guests_not_members(ada: Membership, carl: Membership, sam: Membership) -> None:
    with acting_for(ada.collective):
        assert [member.person.name for member in selectors.members()] == ["Ada", "Carl"]


def test_an_invitation_is_announced_with_its_roles(for_ines: Invitation, ada: Membership) -> None:
    assert for_ines.email == "ines@example.test"
    event = Event.objects.get(name="member.invited")
    assert (event.subject, event.by_id, event.data["roles"]) == (str(for_ines.ref), ada.person_id, ["courier"])


def test_one_address_has_one_open_invitation(for_ines: Invitation, ada: Membership) -> None:
    with pytest.raises(AlreadyInvited, match=r"ines@example\.test already has an open invitation"):
        services.invite(collective=ada.collective, email="INES@example.test", name="I", roles=["admin"], by=ada.person)
    assert len(events("member.invited")) == 1


def test_a_member_is_not_invited_again(ada: Membership, carl: Membership) -> None:
    with pytest.raises(AlreadyMember):
        services.invite(collective=ada.collective, email="carl@montreuil.test", name="Carl", roles=["admin"], by=ada.person)
    assert events("member.invited") == []


def test_a_withdrawn_invitation_lets_nobody_in_and_makes_room_for_another(for_ines: Invitation, ada: Membership, ines: Person) -> None:
    services.withdraw_invitation(invitation=for_ines, by=ada.person)
    with pytest.raises(InvitationWithdrawn):
        services.accept_invitation(invitation=for_ines, by=ines)
    services.invite(collective=ada.collective, email=for_ines.email, name="Inès", roles=["courier"], by=ada.person)
    with acting_for(ada.collective):
        assert Membership.objects.filter(person=ines).count() == 0
        assert selectors.open_invitations().count() == 1


def test_an_invitation_lets_one_person_in_once(for_ines: Invitation, ines: Person, montreuil: Collective) -> None:
    services.accept_invitation(invitation=for_ines, by=ines)
    assert membership_of(ines, montreuil).roles == {"courier"}
    other = Person.objects.create_user(name="Oscar", email="oscar@example.test")
    with pytest.raises(InvitationUsed):
        services.accept_invitation(invitation=for_ines, by=other)
    with acting_for(montreuil):
        assert not Membership.objects.filter(person=other).exists()


def test_an_invitation_ends_after_two_weeks_and_lives_again_when_it_is_sent_again(
    for_ines: Invitation, ada: Membership, ines: Person
) -> None:
    with acting_for(ada.collective):
        Invitation.objects.update(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(InvitationExpired):
        services.accept_invitation(invitation=for_ines, by=ines)
    services.resend_invitation(invitation=for_ines, by=ada.person)
    services.accept_invitation(invitation=for_ines, by=ines)
    assert membership_of(ines, ada.collective).is_active


def test_an_invitation_adds_roles_to_who_is_in_the_team_already(ada: Membership, carl: Membership) -> None:
    invitation = services.invite(collective=ada.collective, email="carl@home.test", name="Carl", roles=["dispatcher"], by=ada.person)
    services.accept_invitation(invitation=invitation, by=carl.person)
    assert membership_of(carl.person, carl.collective).roles == {"courier", "dispatcher"}


def test_who_left_and_is_invited_again_has_the_new_roles_only(ada: Membership, dana: Membership) -> None:
    services.set_roles(membership=dana, roles=["dispatcher", "admin"], by=ada.person)
    services.deactivate_member(membership=dana, by=ada.person)
    invitation = services.invite(collective=ada.collective, email="dana@montreuil.test", name="Dana", roles=["courier"], by=ada.person)
    services.accept_invitation(invitation=invitation, by=dana.person)
    found = membership_of(dana.person, dana.collective)
    assert (set(found.roles), found.is_active) == ({"courier"}, True)


def test_accepting_is_told_about_the_membership_with_the_partner_it_was_for(ada: Membership, carl: Membership) -> None:
    partner = uuid.uuid4()
    invitation = services.invite(
        collective=ada.collective, email="carl@montreuil.test", name="Carl", roles=["partner"], by=ada.person, partner_ref=partner
    )
    services.accept_invitation(invitation=invitation, by=carl.person)
    event = Event.objects.get(name="invitation.accepted")
    assert (event.subject, event.data["partner"], event.data["invitation"]) == (str(carl.ref), str(partner), str(invitation.ref))
    assert membership_of(carl.person, carl.collective).roles == {"courier", "partner"}


def test_the_last_admins_own_invitation_takes_nothing_away(ada: Membership) -> None:
    invitation = services.invite(collective=ada.collective, email="ada@home.test", name="Ada", roles=["courier"], by=ada.person)
    services.accept_invitation(invitation=invitation, by=ada.person)
    assert membership_of(ada.person, ada.collective).roles == {Role.ADMIN, Role.COURIER}
