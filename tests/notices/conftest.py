"""A kind of notice for these tests, and the servers that messages go to."""

from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils.translation import gettext_lazy as _
from pytest_django import Settings

from collectives.models import Membership
from coopdelivery.notices import kinds
from coopdelivery.notices import services as notices
from coopdelivery.notices.models import Message
from tests.servers import Answering, free_port, http_server

TEMPLATES = {
    "emails/visit_planned.txt": "Visit at {{ at|clock }} & more\n\nHello {{ to.name }},\n\ncome at {{ at|clock }}.\n",
    "emails/visit_planned_short.txt": "{{ at|clock }} Rue Haute\n",
}


class Postbox:
    """Keeps letters, or refuses them with `refusal`."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refusal = ""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.refusal:
            return self.refusal
        letter = BytesParser(EmailMessage, policy=modern).parsebytes(envelope.original_content or b"")
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


@pytest.fixture
def postbox(settings: Settings) -> Iterator[Postbox]:
    """A real SMTP server; the product's mail goes there."""
    box = Postbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield box
    controller.stop()


@pytest.fixture
def far_server() -> Iterator[Answering]:
    with http_server() as answering:
        yield answering


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> kinds.Kind:
    """A kind that dispatchers get at once by mail and push."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    engine = dict(settings.TEMPLATES[0])
    options = dict(engine["OPTIONS"])
    loaders = [
        ("django.template.loaders.locmem.Loader", TEMPLATES),
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ]
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": {**options, "loaders": [("template_partials.loader.Loader", loaders)]}}]
    return notices.define("visit.planned", label=_("A visit is planned"), audience="dispatcher", default={"email": "now", "webpush": "now"})


def the_message(member: Membership, channel: str = "email") -> Message:
    return Message.objects.get(person=member.person, channel=channel)
