"""Pushes to the browsers a person allowed (RFC 8030, 8188, 8291, 8292)."""

import base64
import binascii
import json
import logging
import time
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from py_vapid import Vapid02, VapidException
from pywebpush import WebPusher, WebPushException

from coopdelivery.kit.http import OutsideFailed, fetch
from coopdelivery.notices.channels.base import Reachable, Undeliverable, hold_in_demo
from coopdelivery.notices.models import Channel, Message, PushSubscription
from coopdelivery.people.models import Person

log = logging.getLogger(__name__)
TTL_S = 6 * 3600
GONE = {404, 410}
TIMEOUT_S = 10.0


class WebPush:
    key = Channel.PUSH.value

    def reaches(self, to: Person | Reachable) -> bool:
        return isinstance(to, Person) and PushSubscription.objects.filter(person=to).exists()

    def unavailable(self) -> str:
        ready = settings.VAPID_PRIVATE_KEY and settings.VAPID_PUBLIC_KEY
        return "" if ready else _("This server has no push keys yet; its operator sets VAPID_PRIVATE_KEY and VAPID_PUBLIC_KEY.")

    def send(self, message: Message) -> str:
        """To every device of the person; good when one took it. Devices that are gone are forgotten."""
        hold_in_demo()
        if self.unavailable():
            raise Undeliverable(self.unavailable(), permanent=True)
        devices = list(PushSubscription.objects.filter(person=message.person_id))
        if not devices:
            raise Undeliverable(_("No device takes pushes any more."), permanent=True)
        taken, refused = [], []
        for device in devices:
            try:
                taken.append(push(device, payload(message)))
            except Undeliverable as error:
                refused.append(error)
        if not taken:
            raise Undeliverable(str(refused[-1]), permanent=all(error.permanent for error in refused))
        return ", ".join(sorted(set(taken)))


def payload(message: Message) -> bytes:
    """What the lock screen shows: who speaks and the short words. Never the letter, never what is in a parcel."""
    said = {"title": message.subject if message.short != message.subject else "Coopdelivery", "body": message.short}
    receipt = {"ref": str(message.ref), "receipt": reverse("notices:push_received")}
    return json.dumps({**said, "url": message.url, "tag": message.subject_key, "lang": message.language, **receipt}).encode()


def push(device: PushSubscription, data: bytes) -> str:
    """One encrypted push to one device; what the push service answered."""
    headers = {**vapid_headers(device.endpoint), "Content-Encoding": "aes128gcm", "TTL": str(TTL_S), "Urgency": "high"}
    try:
        status, body = fetch(
            "POST",
            device.endpoint,
            timeout_s=TIMEOUT_S,
            allow_private=settings.PUSH_TO_PRIVATE_ADDRESSES,
            data=encrypted(device, data),
            headers=headers,
        )
    except OutsideFailed as error:
        raise Undeliverable(str(error), permanent=error.permanent) from error
    host = urlsplit(device.endpoint).hostname
    if 200 <= status < 300:
        PushSubscription.objects.filter(pk=device.pk).update(last_ok_at=timezone.now())
        return _("%(host)s answered %(status)s") % {"host": host, "status": status}
    if status in GONE:
        device.delete()
        raise Undeliverable(_("This device no longer takes pushes."), permanent=True)
    answer = {"host": host, "status": status, "words": body[:200].decode(errors="replace")}
    permanent = 400 <= status < 500 and status != 429
    raise Undeliverable(_("%(host)s answered %(status)s: %(words)s") % answer, permanent=permanent)


def encrypted(device: PushSubscription, data: bytes) -> bytes:
    try:
        pusher = WebPusher({"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}})
        return bytes(pusher.encode(data)["body"])
    except (WebPushException, binascii.Error, ValueError) as error:
        device.delete()
        raise Undeliverable(_("The keys of this device are damaged."), permanent=True) from error


def vapid_headers(endpoint: str) -> dict[str, str]:
    """Who we are, signed for this push service."""
    parts = urlsplit(endpoint)
    claims = {"sub": settings.VAPID_SUBJECT, "aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + 12 * 3600}
    try:
        headers: dict[str, str] = signing_key(settings.VAPID_PRIVATE_KEY).sign(claims)
    except (VapidException, ValueError, binascii.Error) as error:
        raise Undeliverable(_("VAPID_PRIVATE_KEY cannot be read."), permanent=True) from error
    return headers


def signing_key(text: str) -> Vapid02:
    """From 32 bytes in base64url, or from the PEM file that `vapid --gen` writes."""
    return Vapid02.from_pem(text.encode()) if text.startswith("-----BEGIN") else Vapid02.from_string(text)


def is_public_key(text: str, size: int) -> bool:
    """Whether the text is base64url of that many bytes."""
    try:
        return len(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) == size
    except (binascii.Error, ValueError):
        return False
