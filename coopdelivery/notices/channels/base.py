"""What every channel is."""

from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from coopdelivery.notices.models import Message
from coopdelivery.people.models import Person


class Undeliverable(Exception):
    """It did not go out; the text says why, for people. Permanent: trying again would change nothing."""

    def __init__(self, why: str, *, permanent: bool = False) -> None:
        super().__init__(why)
        self.permanent = permanent


class Held(Exception):
    """It was kept in on purpose: a demo instance sends nothing outside."""


class Reachable(Protocol):
    """A person or a guest."""

    @property
    def email(self) -> str | None: ...
    @property
    def phone(self) -> str: ...


class Channel(Protocol):
    key: str

    def reaches(self, to: "Person | Reachable") -> bool:
        """Whether there is an address for this recipient on this channel."""

    def unavailable(self) -> str:
        """Why this channel cannot be used on this instance; empty when it can."""

    def send(self, message: Message) -> str:
        """Send it, with a time limit, outside any transaction; what the other side answered. Raises Undeliverable or Held."""


def hold_in_demo() -> None:
    """Raises Held on a demo instance."""
    if settings.DEMO:
        raise Held(_("Not sent: this is a demo, nothing leaves it."))
