"""Text messages, through a provider on this machine."""

import base64
import json
from urllib.parse import parse_qs

import pytest
from pytest_django import Settings

from collectives.models import Collective, Membership
from coopdelivery.notices import sending
from coopdelivery.notices import services as notices
from coopdelivery.notices.kinds import Kind
from coopdelivery.notices.models import Message
from tests.notices.conftest import the_message
from tests.notices.test_outbox import tell
from tests.servers import Answering

pytestmark = pytest.mark.django_db
CREATED = json.dumps({"status": "created", "id": "s17a6dafb12d6b1cabc053d57dac2b9d8"}).encode()


@pytest.fixture
def texted(visit: Kind, dana: Membership, montreuil: Collective, far_server: Answering, settings: Settings) -> Message:
    """An SMS that waits; Dana's number is written as people of her country write it."""
    settings.SMS_PROVIDER, settings.SMS_API_URL, settings.SMS_API_KEY = "46elks", f"{far_server.url}/a1/sms", "u1:p2"
    settings.SMS_SENDER = "Co-op Delivery"
    far_server.status, far_server.body = 200, CREATED
    dana.person.phone = "06 12 34 56 78"
    dana.person.save()
    notices.save_preferences(person=dana.person, chosen={("visit.planned", "sms"): "now"})
    tell(dana, montreuil)
    return the_message(dana, "sms")


def test_it_is_sent_to_the_international_number(texted: Message, far_server: Answering) -> None:
    sending.send(texted.pk)
    (asked,) = far_server.asked
    assert parse_qs(asked.body.decode()) == {"from": ["CoopDeliver"], "to": ["+33612345678"], "message": ["10:00 Rue Haute /x/"]}
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"u1:p2").decode()
    texted.refresh_from_db()
    assert (texted.state, texted.why) == ("sent", "46elks: created, s17a6dafb12d6b1cabc053d57dac2b9d8")


@pytest.mark.parametrize(
    ("status", "body", "state", "why"),
    [
        (401, b"no", "failed", "46elks answered 401: no"),
        (403, b"not enough credits", "failed", "46elks answered 403: not enough credits"),
        (429, b"slow down", "waiting", "46elks answered 429: slow down"),
        (500, b"", "waiting", "46elks answered 500: "),
        (200, b"<html>", "waiting", "46elks answered something unexpected: <html>"),
        (200, b'["a"]', "waiting", '46elks answered something unexpected: ["a"]'),
    ],
)
def test_a_refusal_is_kept_in_the_providers_words(
    texted: Message, far_server: Answering, status: int, body: bytes, state: str, why: str
) -> None:
    far_server.status, far_server.body = status, body
    sending.send(texted.pk)
    texted.refresh_from_db()
    assert (texted.state, texted.why) == (state, why)


def test_what_is_no_number_fails_for_good(texted: Message, far_server: Answering, dana: Membership) -> None:
    dana.person.phone = "12"
    dana.person.save()
    sending.send(texted.pk)
    texted.refresh_from_db()
    assert (texted.state, texted.why, far_server.asked) == ("failed", "“12” is no telephone number.", [])


def test_a_demo_texts_nobody(texted: Message, far_server: Answering, settings: Settings) -> None:
    settings.DEMO = True
    sending.send(texted.pk)
    texted.refresh_from_db()
    assert (texted.state, far_server.asked) == ("held", [])
