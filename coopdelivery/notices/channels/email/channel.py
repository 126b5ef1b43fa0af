"""Mail over SMTP, as text and HTML."""

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.message import BadHeaderError
from django.utils.translation import gettext as _

from coopdelivery.notices.channels.base import Held, Reachable, Undeliverable
from coopdelivery.notices.letterhead import letterhead_of
from coopdelivery.notices.models import Channel, Message
from coopdelivery.notices.unsubscribe import stop_url
from coopdelivery.people.models import Person

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Email:
    key = Channel.EMAIL.value

    def reaches(self, to: Person | Reachable) -> bool:
        return bool(to.email)

    def unavailable(self) -> str:
        return "" if settings.EMAIL_HOST else _("This server has no mail server yet; its operator sets EMAIL_HOST.")

    def send(self, message: Message) -> str:
        if settings.DEMO and settings.EMAIL_HOST not in LOOPBACK:
            raise Held(_("Not sent: this is a demo, nothing leaves it."))
        address = (message.person.email if message.person else "") or message.email
        if not address:
            raise Undeliverable(_("There is no e-mail address any more."), permanent=True)
        try:
            letter(message, address).send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
            raise refusal(error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Undeliverable(_("The mail server did not answer: %(why)s") % {"why": error}) from error
        except (BadHeaderError, UnicodeError) as error:
            raise Undeliverable(_("This address cannot be written to: %(why)s") % {"why": error}, permanent=True) from error
        return _("Accepted by %(server)s") % {"server": f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"}


def letter(message: Message, address: str) -> EmailMultiAlternatives:
    """From the house's address under the collective's name; answers go to the collective."""
    letterhead = letterhead_of(message.collective_id)
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    name = letterhead.name.replace('"', "")
    headers = {"Auto-Submitted": "auto-generated", "X-Message-Ref": str(message.ref), "Content-Language": message.language}
    stop = stop_url(message)
    if stop:
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=f'"{name}" <{sender}>',
        to=[address],
        reply_to=[letterhead.reply_to] if letterhead.reply_to else None,
        headers=headers,
        connection=get_connection(timeout=settings.EMAIL_TIMEOUT),
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    return mail


def refusal(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> Undeliverable:
    """4xx may pass another time, 5xx will not."""
    code, reply = reply_of(error)
    words = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return Undeliverable(_("The mail server answered %(code)s %(words)s") % {"code": code, "words": words}, permanent=code >= 500)


def reply_of(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> tuple[int, bytes | str]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()), (550, b""))
    return error.smtp_code, error.smtp_error
