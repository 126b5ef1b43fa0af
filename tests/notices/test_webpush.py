"""Pushes, to a push service on this machine that checks who speaks and decrypts what is said."""

import base64
import json

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from pytest_django import Settings

from collectives.models import Collective, Membership
from coopdelivery.notices import sending
from coopdelivery.notices import services as notices
from coopdelivery.notices.kinds import Kind
from coopdelivery.notices.models import Message, PushSubscription
from tests.notices.conftest import the_message
from tests.notices.test_outbox import tell
from tests.servers import Answering

pytestmark = pytest.mark.django_db
BROWSER_KEY = ec.generate_private_key(ec.SECP256R1())
SECRET = b"sixteen-bytes-ok"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


@pytest.fixture
def vapid(settings: Settings) -> ec.EllipticCurvePrivateKey:
    """This server's push keys."""
    key = ec.generate_private_key(ec.SECP256R1())
    settings.VAPID_PRIVATE_KEY = b64(key.private_numbers().private_value.to_bytes(32, "big"))
    settings.VAPID_PUBLIC_KEY, settings.VAPID_SUBJECT = b64(point(key)), "mailto:operator@example.org"
    settings.PUSH_TO_PRIVATE_ADDRESSES = True
    return key


@pytest.fixture
def pushed(visit: Kind, dana: Membership, montreuil: Collective, far_server: Answering, vapid: ec.EllipticCurvePrivateKey) -> Message:
    """A push that waits, for Dana's one device."""
    endpoint = f"{far_server.url}/device/1"
    notices.subscribe_device(person=dana.person, endpoint=endpoint, p256dh=b64(point(BROWSER_KEY)), auth=b64(SECRET), device="Firefox")
    tell(dana, montreuil)
    return the_message(dana, "webpush")


def test_the_browser_can_read_it_and_nobody_else(pushed: Message, far_server: Answering) -> None:
    sending.send(pushed.pk)
    (asked,) = far_server.asked
    assert b"Rue Haute" not in asked.body
    said = json.loads(http_ece.decrypt(asked.body, private_key=BROWSER_KEY, auth_secret=SECRET, version="aes128gcm"))
    receipt = {"receipt": "/account/notices/received/", "ref": str(pushed.ref)}
    assert said == {"title": "Visit at 10:00 & more", "body": "10:00 Rue Haute", "url": "/x/", "tag": "visit-1", "lang": "en", **receipt}
    assert (asked.path, asked.headers["content-encoding"], asked.headers["ttl"]) == ("/device/1", "aes128gcm", "21600")
    pushed.refresh_from_db()
    assert (pushed.state, pushed.why) == ("sent", "127.0.0.1 answered 201")
    assert PushSubscription.objects.get().last_ok_at is not None


def test_the_push_service_can_check_who_speaks(pushed: Message, far_server: Answering, vapid: ec.EllipticCurvePrivateKey) -> None:
    sending.send(pushed.pk)
    authorization = far_server.asked[0].headers["authorization"]
    token = dict(part.split("=", 1) for part in authorization.removeprefix("vapid ").split(","))
    assert token["k"] == b64(point(vapid))
    assert Vapid02.verify(authorization)
    claims = json.loads(base64.urlsafe_b64decode(token["t"].split(".")[1] + "=="))
    assert (claims["aud"], claims["sub"]) == (far_server.url, "mailto:operator@example.org")


def test_the_key_may_be_a_pem_file(pushed: Message, far_server: Answering, vapid: ec.EllipticCurvePrivateKey, settings: Settings) -> None:
    unlocked = serialization.NoEncryption()
    settings.VAPID_PRIVATE_KEY = (
        vapid.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked).decode().strip()
    )
    sending.send(pushed.pk)
    assert Vapid02.verify(far_server.asked[0].headers["authorization"])


@pytest.mark.parametrize("key", ["nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
def test_a_key_that_cannot_be_read_is_named(pushed: Message, settings: Settings, key: str) -> None:
    settings.VAPID_PRIVATE_KEY = key
    sending.send(pushed.pk)
    pushed.refresh_from_db()
    assert (pushed.state, pushed.why) == ("failed", "VAPID_PRIVATE_KEY cannot be read.")


def test_a_device_that_is_gone_is_forgotten(pushed: Message, far_server: Answering) -> None:
    far_server.status = 410
    sending.send(pushed.pk)
    pushed.refresh_from_db()
    assert (pushed.state, pushed.why) == ("failed", "This device no longer takes pushes.")
    assert not PushSubscription.objects.exists()


def test_a_tired_push_service_is_asked_again_later(pushed: Message, far_server: Answering) -> None:
    far_server.status, far_server.body = 503, b"busy"
    sending.send(pushed.pk)
    pushed.refresh_from_db()
    assert (pushed.state, pushed.why) == ("waiting", "127.0.0.1 answered 503: busy")
    assert PushSubscription.objects.exists()


def test_one_device_that_takes_it_is_enough(pushed: Message, far_server: Answering, dana: Membership) -> None:
    notices.subscribe_device(person=dana.person, endpoint=f"{far_server.url}/device/2", p256dh="damaged", auth="x", device="")
    sending.send(pushed.pk)
    pushed.refresh_from_db()
    assert pushed.state == "sent"
    assert PushSubscription.objects.count() == 1


def test_a_private_address_is_not_called(pushed: Message, far_server: Answering, settings: Settings) -> None:
    settings.PUSH_TO_PRIVATE_ADDRESSES = False
    sending.send(pushed.pk)
    pushed.refresh_from_db()
    assert (pushed.state, pushed.why, far_server.asked) == ("failed", "127.0.0.1 is a private address", [])


def test_a_demo_pushes_nothing(pushed: Message, far_server: Answering, settings: Settings) -> None:
    settings.DEMO = True
    sending.send(pushed.pk)
    pushed.refresh_from_db()
    assert (pushed.state, far_server.asked) == ("held", [])


def test_without_keys_it_fails_with_the_reason(pushed: Message, settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = ""
    sending.send(pushed.pk)
    pushed.refresh_from_db()
    assert pushed.state == "failed"
    assert "VAPID_PRIVATE_KEY" in pushed.why
