"""The page where one chooses, tests and looks back."""

import base64
import json

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from collectives.models import Collective, Membership
from coopdelivery.notices import services as notices
from coopdelivery.notices.kinds import Kind
from coopdelivery.notices.models import Message, Preference, PushSubscription
from coopdelivery.notices.unsubscribe import stop_url
from tests.notices.conftest import Postbox, the_message
from tests.notices.test_outbox import tell

pytestmark = pytest.mark.django_db
PAGE = "/account/notices/"
POINT, SECRET = base64.urlsafe_b64encode(b"\x04" + b"p" * 64).decode(), base64.urlsafe_b64encode(b"s" * 16).decode()


@pytest.fixture
def danas(client: Client, dana: Membership) -> Client:
    client.force_login(dana.person)
    return client


def subscription(**changes: object) -> dict[str, object]:
    return {"endpoint": "https://push.example.test/abc", "keys": {"p256dh": POINT, "auth": SECRET}, **changes}


def test_the_grid_is_saved_in_one_go(danas: Client, visit: Kind, dana: Membership) -> None:
    answer = danas.post(PAGE, {"visit.planned|email": "digest", "visit.planned|webpush": "none"})
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    chosen = set(Preference.objects.filter(person=dana.person).values_list("kind", "channel", "when"))
    assert chosen == {("visit.planned", "email", "digest"), ("visit.planned", "webpush", "none")}
    assert '<option value="digest" selected>' in danas.get(PAGE).content.decode()


@pytest.mark.parametrize("bad", [{"visit.planned|email": "hourly"}, {"visit.planned|webpush": "digest"}, {"visit.planned|sms": ""}])
def test_what_cannot_be_chosen_changes_nothing(danas: Client, visit: Kind, bad: dict[str, str]) -> None:
    answer = danas.post(PAGE, bad)
    assert answer.status_code == 400
    assert "cannot be chosen for “A visit is planned”" in answer.content.decode()
    assert not Preference.objects.exists()


def test_kinds_of_other_roles_cannot_be_chosen(danas: Client, visit: Kind, carl: Membership) -> None:
    client = Client()
    client.force_login(carl.person)
    client.post(PAGE, {"visit.planned|email": "none"})
    assert not Preference.objects.exists()


def test_the_log_says_what_happened_to_each_message(danas: Client, visit: Kind, dana: Membership, montreuil: Collective) -> None:
    tell(dana, montreuil)
    Message.objects.update(state="failed", why="The mail server answered 550 no such person")
    page = danas.get(PAGE).content.decode()
    assert "Visit at 10:00 &amp; more" in page
    assert "550 no such person" in page


def test_the_page_asks_the_same_number_of_questions_for_fifty_messages(
    danas: Client, visit: Kind, dana: Membership, montreuil: Collective, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(60):
        tell(dana, montreuil, f"visit-{n}")
    with django_assert_max_num_queries(8):
        danas.get(PAGE)


def test_a_test_shows_what_the_mail_server_answered(danas: Client, postbox: Postbox, settings: Settings, dana: Membership) -> None:
    page = danas.post("/account/notices/test/", {"channel": "email"}, follow=True).content.decode()
    assert f"Accepted by 127.0.0.1:{settings.EMAIL_PORT}" in page
    assert [letter["Subject"] for letter in postbox.letters] == ["Test message from http://testserver"]
    assert the_message(dana).state == "sent"


def test_a_test_that_fails_says_why(danas: Client, postbox: Postbox) -> None:
    postbox.refusal = "550 mailbox full of joy"
    page = danas.post("/account/notices/test/", {"channel": "email"}, follow=True).content.decode()
    assert "550 mailbox full of joy" in page


def test_a_seventh_test_in_ten_minutes_is_refused(danas: Client, postbox: Postbox) -> None:
    codes = [danas.post("/account/notices/test/", {"channel": "email"}).status_code for _ in range(7)]
    assert codes == [302] * 6 + [409]
    assert len(postbox.letters) == 6


@pytest.mark.parametrize(("channel", "status"), [("pigeon", 400), ("", 400), ("webpush", 409), ("sms", 409)])
def test_a_test_that_cannot_be_is_refused(danas: Client, channel: str, status: int) -> None:
    assert danas.post("/account/notices/test/", {"channel": channel}).status_code == status
    assert not Message.objects.exists()


def test_a_device_is_kept_for_whoever_signed_in_last(danas: Client, dana: Membership, carl: Membership) -> None:
    firefox = {"user-agent": "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"}
    notices.subscribe_device(person=carl.person, endpoint="https://push.example.test/abc", p256dh="x", auth="y", device="")
    answer = danas.post("/account/notices/devices/", subscription(), content_type="application/json", headers=firefox)
    assert answer.status_code == 201
    device = PushSubscription.objects.get()
    assert (device.person, device.device, device.p256dh) == (dana.person, "Firefox on Android", POINT)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff", b'{"endpoint": 1}', b"[" * 100_000,
        json.dumps(subscription(endpoint="http://push.example.test/")).encode(),
        json.dumps(subscription(endpoint="https://[")).encode(),
        json.dumps(subscription(endpoint="https://a/" + "x" * 700)).encode(),
        json.dumps(subscription(keys={"p256dh": "abc", "auth": SECRET})).encode(),
        json.dumps(subscription(keys={"p256dh": POINT, "auth": "é"})).encode(),
    ],
)  # fmt: skip
def test_what_is_no_subscription_is_refused_in_words(danas: Client, body: bytes) -> None:
    answer = danas.post("/account/notices/devices/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].endswith(".")
    assert not PushSubscription.objects.exists()


def test_a_device_can_be_forgotten_by_its_owner_only(danas: Client, dana: Membership, carl: Membership) -> None:
    notices.subscribe_device(person=dana.person, endpoint="https://push.example.test/1", p256dh="x", auth="y", device="")
    notices.subscribe_device(person=carl.person, endpoint="https://push.example.test/2", p256dh="x", auth="y", device="")
    assert danas.post("/account/notices/devices/forget/", {"endpoint": "https://push.example.test/2"}).status_code == 404
    assert danas.post("/account/notices/devices/forget/", {"endpoint": "https://push.example.test/1"}).status_code == 302
    assert PushSubscription.objects.get().person == carl.person


def test_the_link_under_a_mail_asks_and_then_stops_this_kind(client: Client, visit: Kind, dana: Membership, montreuil: Collective) -> None:
    tell(dana, montreuil)
    url = stop_url(the_message(dana)).removeprefix("http://testserver")
    assert "A visit is planned" in client.get(url).content.decode()
    assert not Preference.objects.exists()
    assert client.post(url).status_code == 200
    assert tell(dana, montreuil, "visit-2") == []


def test_mail_programs_may_post_without_our_cookie(visit: Kind, dana: Membership, montreuil: Collective) -> None:
    tell(dana, montreuil)
    url = stop_url(the_message(dana)).removeprefix("http://testserver")
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Preference.objects.get().when == "none"


@pytest.mark.parametrize("token", ["x", "1:visit.planned", "1:visit.planned.AAAA"])
def test_a_made_up_link_stops_nothing(client: Client, token: str) -> None:
    assert client.post(f"/account/notices/stop/{token}/").status_code == 404


def test_the_push_worker_is_a_script(client: Client) -> None:
    answer = client.get("/account/notices/push-worker.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert b"push-events.js" in answer.content
