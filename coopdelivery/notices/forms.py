"""The grid of kinds and channels, and what a browser sends when it agrees to pushes."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from coopdelivery.notices.channels import CHANNELS
from coopdelivery.notices.channels.webpush.channel import is_public_key
from coopdelivery.notices.kinds import Kind, choices_of, kinds_for
from coopdelivery.notices.models import Channel, When
from coopdelivery.notices.services import wishes_of
from coopdelivery.people.models import Person

POINT_BYTES, SECRET_BYTES = 65, 16


class BadChoice(ValueError):
    """The form holds something that cannot be chosen; the text names it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind on one channel: its field name, what is chosen, what may be."""

    name: str
    channel: str
    chosen: str
    choices: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Row:
    kind: Kind
    cells: list[Cell]


def grid(person: Person) -> list[Row]:
    """The person's choices, kind by kind."""
    kinds = list(kinds_for(person))
    wishes = wishes_of(person, kinds)
    return [Row(kind, [cell(kind, channel, when) for channel, when in wishes[kind.key].items()]) for kind in kinds]


def cell(kind: Kind, channel: str, when: str) -> Cell:
    choices = [(value, str(When(value).label)) for value in choices_of(channel)]
    return Cell(f"{kind.key}|{channel}", channel, when, choices)


def read_grid(person: Person, data: QueryDict) -> dict[tuple[str, str], str]:
    """(kind, channel) → when for every cell that was sent. Raises BadChoice."""
    chosen = {}
    for row in grid(person):
        for one in row.cells:
            value = data.get(one.name)
            if value is None:
                continue
            if value not in dict(one.choices):
                words = {"value": value, "kind": row.kind.label, "channel": Channel(one.channel).label}
                raise BadChoice(_("“%(value)s” cannot be chosen for “%(kind)s” by %(channel)s.") % words)
            chosen[row.kind.key, one.channel] = value
    return chosen


@dataclass(frozen=True, slots=True)
class Device:
    endpoint: str
    p256dh: str
    auth: str


def read_device(body: bytes) -> Device:
    """What `PushSubscription.toJSON()` of a browser says. Raises BadChoice."""
    try:
        sent = json.loads(body)
        keys = sent["keys"]
        device = Device(str(sent["endpoint"]), str(keys["p256dh"]), str(keys["auth"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadChoice(_("This is no push subscription of a browser.")) from error
    if not acceptable_endpoint(device.endpoint):
        raise BadChoice(_("The address of the push service must begin with https:// and be at most 600 letters long."))
    if not is_public_key(device.p256dh, POINT_BYTES) or not is_public_key(device.auth, SECRET_BYTES):
        raise BadChoice(_("The keys of this push subscription are damaged. Turn pushes off and on again in your browser."))
    return device


def acceptable_endpoint(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    schemes = {"https", "http"} if settings.PUSH_TO_PRIVATE_ADDRESSES else {"https"}
    return parts.scheme in schemes and bool(parts.hostname) and len(url) <= 600 and url.isprintable() and " " not in url


def channel_notes(person: Person) -> list[dict[str, str]]:
    """For each channel: its name, the address it would use, and why it cannot be used."""
    addresses = {Channel.EMAIL: person.email or "", Channel.SMS: person.phone, Channel.PUSH: ""}
    return [
        {"key": key, "label": str(Channel(key).label), "address": addresses[Channel(key)], "unavailable": channel.unavailable()}
        for key, channel in CHANNELS.items()
    ]
