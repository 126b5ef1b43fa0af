"""A tap as it comes from a phone: a form without script, or a list of taps made without network. Read once, refused in sentences."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from collectives.models import TimeMark
from dispatch.models import IncidentReason, RoundRequest

START, DONE, INCIDENT, NOTE, UNDO, SEEN, SHOWN = "start", "done", "incident", "note", "undo", "seen", "shown"
TELL, KEEP, ASK = "tell", "keep", "ask"
WAIT, WAITED, BIND = "wait", "waited", "bind"
IN_WORDS = frozenset({TELL, KEEP})
ABOUT_TASKS = frozenset({START, DONE, INCIDENT, NOTE, SHOWN, WAIT, WAITED, BIND}) | IN_WORDS
CLOCK = frozenset(map(str, TimeMark.Verb))
VERBS = frozenset({UNDO, SEEN, ASK}) | ABOUT_TASKS | CLOCK
ABOUT_ANOTHER = frozenset({UNDO, NOTE})
AMOUNT = re.compile(r"[0-9]{1,6}(\.[0-9]{0,2})?")
DIGEST = re.compile(r"[0-9a-f]{16}")
MOST = 200
MOST_CASH = 5_000_000
OLDEST = timedelta(days=14)


class BadAction(Exception):
    """This cannot be read as a tap. `field` names what is wrong."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


@dataclass(frozen=True, slots=True)
class Action:
    """`about` is the client id of another tap: what is undone, or which report a note belongs to.

    `photos` and `signatures` follow under their own ids. `code` is what the recipient said, or the one to tie to a stop; `scans` are
    the labels that were read; `collected_cents` the cash taken, None when nothing was said. `after_s` is how long after the other tap
    it was taken back, by the phone.
    """

    verb: str
    tasks: tuple[UUID, ...] = ()
    client_id: UUID = field(default_factory=uuid4)
    at: datetime = field(default_factory=timezone.now)
    received_by: str = ""
    reason: str = ""
    note: str = ""
    about: UUID | None = None
    photos: tuple[UUID, ...] = ()
    signatures: tuple[UUID, ...] = ()
    digests: tuple[str, ...] = ()
    code: str = ""
    scans: tuple[str, ...] = ()
    collected_cents: int | None = None
    after_s: int | None = None


def from_json(raw: object) -> Action:
    """Raises BadAction."""
    if not isinstance(raw, Mapping):
        raise BadAction(_("Each action is an object."), "actions")
    return _read(raw)


def from_form(verb: str, post: QueryDict) -> Action:
    """The same from a form's fields; the moment is now, unless the page said when. Raises BadAction."""
    single = {name: post.get(name, "") for name in ("client_id", "at", "received_by", "reason", "note", "about", "code")}
    lists = {"tasks": post.getlist("tasks"), "digests": post.getlist("digests"), "photos": [], "signatures": []}
    scans = post.get("scans", "").split()
    return _read({**single, **lists, "verb": verb, "scans": scans, "collected_cents": cents_of(post.get("collected", ""))})


def cents_of(typed: str) -> int | None:
    """`24,50` as people write it, in hundredths; nothing for an empty field. Raises BadAction."""
    text = typed.replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", ".")
    if not text:
        return None
    if not AMOUNT.fullmatch(text):
        raise BadAction(_("Write the amount in figures, such as 24.50."), "collected")
    whole, _dot, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def _read(raw: Mapping[Any, Any]) -> Action:
    verb = _text(raw, "verb", 10)
    if verb not in VERBS:
        raise BadAction(_("This is no action of a courier."), "verb")
    tasks = tuple(dict.fromkeys(uuid_of(one, "tasks") for one in _list(raw, "tasks")))
    if verb in ABOUT_TASKS and not tasks:
        raise BadAction(_("Say which stops it is about."), "tasks")
    about = uuid_of(raw["about"], "about") if raw.get("about") else None
    if verb == INCIDENT and raw.get("reason") not in IncidentReason.values:
        raise BadAction(_("Choose what went wrong."), "reason")
    if verb in IN_WORDS and not _text(raw, "note", 500):
        raise BadAction(_("Write a word first."), "note")
    if verb == ASK and raw.get("reason") not in RoundRequest.Kind.values:
        raise BadAction(_("Choose what you ask for."), "reason")
    if verb == ASK and not _text(raw, "note", 500):
        raise BadAction(_("Write why: whoever answers needs to know."), "note")
    if verb in ABOUT_ANOTHER and about is None:
        raise BadAction(_("Say which action it is about."), "about")
    return Action(
        verb=verb,
        tasks=tasks,
        client_id=uuid_of(raw["client_id"], "client_id") if raw.get("client_id") else uuid4(),
        at=_moment(raw.get("at")),
        received_by=_text(raw, "received_by", 120),
        reason=_text(raw, "reason", 20),
        note=_text(raw, "note", 500),
        about=about,
        photos=tuple(uuid_of(one, "photos") for one in _list(raw, "photos")),
        signatures=tuple(uuid_of(one, "signatures") for one in _list(raw, "signatures")),
        digests=tuple(_digest(one) for one in _list(raw, "digests")),
        code=_text(raw, "code", 80),
        scans=tuple(_text({"scans": one}, "scans", 80) for one in _list(raw, "scans")),
        collected_cents=_amount(raw.get("collected_cents")),
        after_s=_seconds(raw.get("after_s")),
    )


def uuid_of(value: object, field: str) -> UUID:
    """Raises BadAction."""
    try:
        return UUID(str(value))
    except ValueError as error:
        raise BadAction(_("This is not an identifier. Load your day again."), field) from error


def _amount(value: object) -> int | None:
    """Whole cents from the phone, nothing when nothing was said."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_CASH:
        raise BadAction(_("Write the amount in figures, such as 24.50."), "collected")
    return value


def _seconds(value: object) -> int | None:
    """Whole seconds; anything else says nothing."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _digest(value: object) -> str:
    if not isinstance(value, str) or not DIGEST.fullmatch(value):
        raise BadAction(_("This is not what was shown. Load your day again."), "digests")
    return value


def _list(raw: Mapping[Any, Any], name: str) -> list[Any]:
    value = raw.get(name) or []
    if not isinstance(value, list) or len(value) > MOST:
        raise BadAction(_("This is not a list of at most %(most)s.") % {"most": MOST}, name)
    return value


def _text(raw: Mapping[Any, Any], name: str, most: int) -> str:
    value = raw.get(name) or ""
    if not isinstance(value, str):
        raise BadAction(_("This is not a text."), name)
    clean = value.replace("\x00", "").strip()
    if len(clean) > most:
        raise BadAction(_("This is longer than %(most)s characters. Shorten it.") % {"most": most}, name)
    return clean


def _moment(value: object) -> datetime:
    """When the phone says it was. A clock that is far off is not believed: then it is the moment we heard of it."""
    now = timezone.now()
    if not value:
        return now
    try:
        at = parse_datetime(str(value))
    except ValueError:
        at = None
    if at is None or timezone.is_naive(at):
        raise BadAction(_("Write the time with its date and zone, such as 2026-11-24T10:22:00Z."), "at")
    try:
        return at if now - OLDEST <= at <= now else now
    except OverflowError:
        return now
