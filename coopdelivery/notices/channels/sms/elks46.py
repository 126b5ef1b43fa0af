"""46elks (https://46elks.com/docs/send-sms): one form POST with basic authentication. SMS_API_KEY is `username:password`."""

import json

from django.conf import settings
from django.utils.translation import gettext as _

from coopdelivery.kit.http import OutsideFailed, fetch
from coopdelivery.notices.channels.base import Undeliverable

URL = "https://api.46elks.com/a1/sms"
TIMEOUT_S = 10.0


class Elks46:
    def send(self, number: str, words: str) -> str:
        user, _colon, password = settings.SMS_API_KEY.partition(":")
        fields = {"from": sender_name(), "to": number, "message": words}
        try:
            status, body = fetch(
                "POST",
                settings.SMS_API_URL or URL,
                timeout_s=TIMEOUT_S,
                allow_private=bool(settings.SMS_API_URL),
                data=fields,
                auth=(user, password),
            )
        except OutsideFailed as error:
            raise Undeliverable(str(error), permanent=error.permanent) from error
        return read(status, body)


def sender_name() -> str:
    """Letters and digits only, eleven at most: what telephone networks take as a sender."""
    if settings.SMS_SENDER.startswith("+"):
        return str(settings.SMS_SENDER)
    return "".join(letter for letter in settings.SMS_SENDER if letter.isascii() and letter.isalnum())[:11]


def read(status: int, body: bytes) -> str:
    """The provider's reference; a refusal in its own words."""
    words = body[:200].decode(errors="replace")
    if status != 200:
        permanent = 400 <= status < 500 and status != 429
        raise Undeliverable(_("46elks answered %(status)s: %(words)s") % {"status": status, "words": words}, permanent=permanent)
    try:
        answer = json.loads(body)
        state, reference = answer["status"], answer["id"]
    except (ValueError, KeyError, TypeError) as error:
        raise Undeliverable(_("46elks answered something unexpected: %(words)s") % {"words": words}) from error
    if state == "failed":
        raise Undeliverable(_("46elks answered %(status)s: %(words)s") % {"status": state, "words": words}, permanent=True)
    return _("46elks: %(state)s, %(reference)s") % {"state": state, "reference": reference}
