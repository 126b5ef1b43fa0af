"""Text messages, through the provider that the operator chose by SMS_PROVIDER."""

from django.conf import settings
from django.utils.translation import gettext as _

from coopdelivery.kit.phones import NoNumber, international
from coopdelivery.notices.channels.base import Reachable, Undeliverable, hold_in_demo
from coopdelivery.notices.channels.sms.elks46 import Elks46
from coopdelivery.notices.channels.sms.provider import Provider
from coopdelivery.notices.letterhead import letterhead_of
from coopdelivery.notices.models import Channel, Message
from coopdelivery.people.models import Person

PROVIDERS: dict[str, type[Provider]] = {"46elks": Elks46}


class Sms:
    key = Channel.SMS.value

    def reaches(self, to: Person | Reachable) -> bool:
        return bool(to.phone) and not self.unavailable()

    def unavailable(self) -> str:
        if not settings.SMS_PROVIDER:
            return _("This server has no SMS provider yet; its operator sets SMS_PROVIDER.")
        if settings.SMS_PROVIDER not in PROVIDERS:
            return _("SMS_PROVIDER can be: %(names)s.") % {"names": ", ".join(PROVIDERS)}
        return ""

    def send(self, message: Message) -> str:
        hold_in_demo()
        if self.unavailable():
            raise Undeliverable(self.unavailable(), permanent=True)
        phone = (message.person.phone if message.person else "") or message.phone
        number = dialled(phone, letterhead_of(message.collective_id).country)
        words = f"{message.short} {message.url}".strip()
        return PROVIDERS[settings.SMS_PROVIDER]().send(number, words)


def dialled(phone: str, country: str) -> str:
    """`+33612345678`; a number without a country code is read as one of the collective's country. Raises Undeliverable."""
    try:
        return international(phone, country=country)
    except NoNumber as error:
        raise Undeliverable(_("“%(phone)s” is no telephone number.") % {"phone": phone}, permanent=True) from error
