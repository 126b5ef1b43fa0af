"""“Send me a test”: one message on one channel, sent while the person waits, with the provider's answer."""

import uuid
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from coopdelivery.notices import sending
from coopdelivery.notices.channels import CHANNELS
from coopdelivery.notices.kinds import define
from coopdelivery.notices.letterhead import Letterhead
from coopdelivery.notices.models import Message
from coopdelivery.notices.rendering import render
from coopdelivery.notices.services import language_of, recipient_key
from coopdelivery.people.models import Person

TEST = define("test", label="", audience="nobody", default={})
MOST = 6
WITHIN = timedelta(minutes=10)


class NoTest(Exception):
    """No test can be sent now; the text says why."""


def send_test(*, person: Person, channel: str) -> Message:
    """The message after the try: sent, failed or held, with why. Raises NoTest."""
    if CHANNELS[channel].unavailable():
        raise NoTest(CHANNELS[channel].unavailable())
    if not CHANNELS[channel].reaches(person):
        raise NoTest(_("There is no address for this channel yet. Fill it in first."))
    recent = Message.objects.filter(person=person, kind=TEST.key, created_at__gt=timezone.now() - WITHIN)
    if recent.count() >= MOST:
        raise NoTest(_("You sent several tests just now. Try again in ten minutes."))
    letterhead = Letterhead()
    language = language_of(person, letterhead)
    words = render(TEST, {"to": person, "channel": channel}, language=language, clock=person.clock, letterhead=letterhead)
    message = Message.objects.create(
        kind=TEST.key,
        recipient=recipient_key(person),
        person=person,
        email=person.email or "",
        phone=person.phone,
        channel=channel,
        subject_key=uuid.uuid4().hex,
        language=language,
        subject=words.subject,
        short=words.short,
        text=words.text,
        html=words.html,
        url="/account/notices/",
    )
    with override(language):
        sent = sending.send(message.pk)
    return sent or message
