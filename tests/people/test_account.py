"""Profile, colours, language, my data."""

import json

import pytest
from django.db import transaction
from django.test import Client

from collectives.models import Membership
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.notices import services as notices
from coopdelivery.notices.models import Message, PushSubscription
from coopdelivery.people import privacy
from coopdelivery.people.devices import device_name
from coopdelivery.people.models import Person

pytestmark = pytest.mark.django_db
PROFILE = {"name": "Dana Doe", "phone": "+33 6 12 34 56 78", "language": "fr", "clock": "12", "theme": "dark"}


@pytest.fixture
def danas(client: Client, dana: Membership) -> Client:
    client.force_login(dana.person)
    return client


def test_the_profile_is_saved(danas: Client, dana: Membership) -> None:
    assert danas.post("/account/", PROFILE).status_code == 302
    person = Person.objects.get(pk=dana.person.pk)
    assert (person.name, person.phone, person.language, person.clock, person.theme) == ("Dana Doe", "+33612345678", "fr", "12", "dark")
    assert 'lang="fr" data-theme="dark"' in danas.get("/account/").content.decode()


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"name": ""}, "required"),
        ({"phone": "0612"}, "with its country code"),
        ({"phone": "+3312345"}, "too short or too long"),
        ({"language": "xx"}, "xx is not one of the available choices"),
        ({"name": "x" * 200}, "at most 120"),
    ],
)
def test_a_bad_profile_is_refused_in_words_and_keeps_what_was_typed(
    danas: Client, dana: Membership, bad: dict[str, str], says: str
) -> None:
    answer = danas.post("/account/", {**PROFILE, "name": "Typed Name", **bad})
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert next(iter(bad.values()))[:50] in answer.content.decode()
    assert Person.objects.get(pk=dana.person.pk).name == "Dana"


def test_a_visitor_keeps_colours_and_language_in_cookies(client: Client) -> None:
    assert client.post("/account/theme/", {"theme": "dark", "next": "/account/login/"}).headers["Location"] == "/account/login/"
    client.post("/account/language/", {"language": "fr"})
    assert 'lang="fr" data-theme="dark"' in client.get("/account/login/").content.decode()


def test_a_persons_choice_goes_with_them(danas: Client, dana: Membership) -> None:
    danas.post("/account/theme/", {"theme": "light"})
    danas.post("/account/language/", {"language": "fr"})
    person = Person.objects.get(pk=dana.person.pk)
    assert (person.theme, person.language) == ("light", "fr")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_choosing_colours_never_leads_to_another_site(client: Client, elsewhere: str) -> None:
    assert client.post("/account/theme/", {"theme": "dark", "next": elsewhere}).headers["Location"] == "/"


@pytest.mark.parametrize(("path", "field"), [("/account/theme/", "theme"), ("/account/language/", "language")])
def test_what_cannot_be_chosen_is_refused(client: Client, db: None, path: str, field: str) -> None:
    answer = client.post(path, {field: "sepia"})
    assert answer.status_code == 400
    assert not answer.cookies


def test_the_export_holds_what_every_floor_keeps(danas: Client, dana: Membership) -> None:
    with transaction.atomic():
        journal.record("round.created", subject="r1", collective_id=dana.collective_id, by=dana.person)
    notices.subscribe_device(person=dana.person, endpoint="https://push.test/1", p256dh="x", auth="y", device="Firefox on Android")
    answer = danas.get("/account/export/")
    assert 'attachment; filename="coopdelivery-dana.json"' in answer.headers["Content-Disposition"]
    kept = json.loads(answer.content)
    assert kept["person"]["email"] == "dana@montreuil.test"
    assert "round.created" in [deed["name"] for deed in kept["what_i_did"]]
    assert kept["push_devices"][0]["device"] == "Firefox on Android"
    assert {"messages", "message_preferences", "sessions"} <= set(kept)
    assert "password" not in answer.content.decode()


def test_an_erased_identity_is_gone_and_what_was_done_stays(danas: Client, dana: Membership) -> None:
    with transaction.atomic():
        journal.record("round.created", subject="r1", collective_id=dana.collective_id, by=dana.person)
    notices.subscribe_device(person=dana.person, endpoint="https://push.test/1", p256dh="x", auth="y", device="")
    Message.objects.create(
        kind="x", subject_key="1", recipient="p:1", person=dana.person, email="dana@montreuil.test", channel="email", text="secret"
    )
    answer = danas.post("/account/erase/", {"username": "dana"})
    assert answer.headers["Location"] == "/"
    person = Person.objects.get(pk=dana.person.pk)
    assert (person.name, person.email, person.phone, person.is_active, person.has_usable_password()) == ("", None, "", False, False)
    assert str(person) == "erased person"
    assert person.erased_at is not None
    assert not PushSubscription.objects.exists()
    message = Message.objects.get()
    assert (message.email, message.text, message.state) == ("", "", "held")
    assert Event.objects.get(name="round.created").by_id == person.pk
    assert danas.get("/account/").status_code == 302


def test_erasing_asks_for_the_user_name(danas: Client, dana: Membership) -> None:
    answer = danas.post("/account/erase/", {"username": "Dana"})
    assert answer.status_code == 400
    assert "Write your user name exactly" in answer.content.decode()
    assert Person.objects.get(pk=dana.person.pk).erased_at is None


def test_an_open_obligation_keeps_the_identity(danas: Client, dana: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "_obligations", [lambda _person: ["A round of today is still yours."]])
    answer = danas.post("/account/erase/", {"username": "dana"})
    assert answer.status_code == 409
    assert "A round of today is still yours." in answer.content.decode()
    assert Person.objects.get(pk=dana.person.pk).name == "Dana"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("curl/8.1", "curl/8.1"),
        ("", "unknown device"),
    ],
)
def test_a_browser_has_a_name_that_people_know(agent: str, name: str) -> None:
    assert device_name(agent) == name
