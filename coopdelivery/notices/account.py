"""Mail about signing in goes through the outbox too: a mail server that is down never breaks the sign-in page."""

import uuid
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from coopdelivery.notices.models import Channel, Message
from coopdelivery.notices.services import send_soon
from coopdelivery.people.adapter import AccountAdapter as PeopleAdapter
from coopdelivery.people.models import Person

KIND = "account"


class AccountAdapter(PeopleAdapter):
    """allauth's mails (codes, confirmations, warnings) as messages of ours."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        mail = self.render_mail(template_prefix, email, context)
        html = next((str(body) for body, kind in getattr(mail, "alternatives", ()) if kind == "text/html"), "")
        person = context.get("user")
        message = Message.objects.create(
            kind=KIND,
            recipient=f"e:{email.lower()}",
            person=person if isinstance(person, Person) else None,
            email=email,
            channel=Channel.EMAIL,
            subject_key=uuid.uuid4().hex,
            language=get_language() or settings.LANGUAGE_CODE,
            subject=mail.subject[:200],
            short=mail.subject[:300],
            text=mail.body,
            html=html,
        )
        send_soon(message)
