"""An invited person arrives."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from collectives import services
from collectives.models import Invitation, Membership
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.kit import refs
from coopdelivery.notices.models import Message
from coopdelivery.people.models import Person

pytestmark = pytest.mark.django_db
ANSWERS = {"name": "Inès Roux", "password": "a bell and nine spokes", "language": "fr"}


@pytest.fixture
def invited(ada: Membership) -> Invitation:
    return services.invite(collective=ada.collective, email="ines@x.test", name="Inès", roles=["courier"], by=ada.person)


def link(invitation: Invitation) -> str:
    return reverse("welcome:invitation", kwargs={"token": services.link_token(invitation)})


def active_roles(person: Person, invitation: Invitation) -> set[str]:
    with acting_for(invitation.collective):
        return set(Membership.objects.prefetch_related("held").get(person=person, is_active=True).roles)


def test_the_invitation_goes_out_as_a_message_with_the_link(invited: Invitation) -> None:
    journal.run_waiting()
    message = Message.objects.get(kind="member.invited")
    assert (message.email, message.subject) == ("ines@x.test", "Ada invites you to Montreuil")
    assert f"http://testserver{link(invited)}" in message.text
    assert link(invited) in message.html


def test_sending_it_again_writes_a_second_message(invited: Invitation, ada: Membership) -> None:
    journal.run_waiting()
    services.resend_invitation(invitation=invited, by=ada.person)
    journal.run_waiting()
    assert Message.objects.filter(kind="member.invited").count() == 2


def test_a_withdrawn_invitation_is_not_sent(invited: Invitation, ada: Membership) -> None:
    services.withdraw_invitation(invitation=invited, by=ada.person)
    journal.run_waiting()
    assert not Message.objects.filter(kind="member.invited").exists()


def test_a_new_person_chooses_name_and_password_and_is_in(client: Client, invited: Invitation) -> None:
    page = client.get(link(invited)).content.decode()
    assert "Welcome to Montreuil" in page
    answer = client.post(link(invited), ANSWERS)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    person = Person.objects.get(email="ines@x.test")
    assert (person.name, person.language, person.check_password(ANSWERS["password"])) == ("Inès Roux", "fr", True)
    assert active_roles(person, invited) == {"courier"}
    assert int(client.session["_auth_user_id"]) == person.pk
    assert EmailAddress.objects.get(user=person).verified


def test_the_link_is_good_once(client: Client, invited: Invitation) -> None:
    client.post(link(invited), ANSWERS)
    other = Client()
    answer = other.post(link(invited), {**ANSWERS, "name": "Somebody else"})
    assert answer.status_code == 410
    assert "already used" in answer.content.decode()
    assert Person.objects.filter(email="ines@x.test").count() == 1


@pytest.mark.parametrize(
    ("changed", "field"), [({"password": "short"}, "password"), ({"password": "ines@x.test"}, "password"), ({"name": ""}, "name")]
)
def test_a_refused_welcome_makes_nobody(client: Client, invited: Invitation, changed: dict[str, str], field: str) -> None:
    answer = client.post(link(invited), {**ANSWERS, **changed})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not Person.objects.filter(email="ines@x.test").exists()
    assert client.get(link(invited)).status_code == 200


def test_somebody_we_know_signs_in_first_and_comes_back(client: Client, invited: Invitation) -> None:
    Person.objects.create_user(name="Inès", email="ines@x.test", password="a bell and nine spokes")
    page = client.get(link(invited)).content.decode()
    assert "There is already an account for ines@x.test" in page
    assert re.search(r'href="/account/login/\?next=/welcome/', page)
    assert client.post(link(invited), ANSWERS).status_code == 200
    assert Person.objects.filter(email="ines@x.test").count() == 1


def test_a_signed_in_person_joins_by_one_press(client: Client, invited: Invitation, nina: Membership) -> None:
    client.force_login(nina.person)
    assert "You are signed in as Nina." in client.get(link(invited)).content.decode()
    assert client.post(link(invited)).status_code == 302
    assert active_roles(nina.person, invited) == {"courier"}


def test_looking_at_the_invitation_changes_nothing(client: Client, invited: Invitation, nina: Membership) -> None:
    client.force_login(nina.person)
    client.get(link(invited))
    invited.refresh_from_db()
    assert invited.accepted_at is None


def test_a_withdrawn_invitation_says_whom_to_ask(client: Client, invited: Invitation, ada: Membership) -> None:
    services.edit_collective(collective=ada.collective, changes={"phone": "+33148706000"}, by=ada.person)
    services.withdraw_invitation(invitation=invited, by=ada.person)
    answer = client.get(link(invited))
    assert answer.status_code == 410
    assert "was withdrawn" in answer.content.decode()
    assert "tel:+33148706000" in answer.content.decode()


@pytest.mark.parametrize("token", ["x", "aaaa.bbbb", "~", "%00", "é"])
def test_a_link_that_was_never_sent_opens_nothing(client: Client, db: None, token: str) -> None:
    assert client.get(f"/welcome/{token}/").status_code == 404


def test_a_signed_link_for_something_else_opens_nothing(client: Client, invited: Invitation) -> None:
    other = refs.sign(str(invited.ref), purpose="tracking")
    assert client.get(f"/welcome/{other}/").status_code == 404


def test_the_page_is_kept_by_nobody(client: Client, invited: Invitation) -> None:
    answer = client.get(link(invited))
    assert "no-store" in answer.headers["Cache-Control"]
    # the address is a key; “no-referrer” would make browsers hide where the form came from
    assert answer.headers["Referrer-Policy"] == "same-origin"
