"""The kinds of notice there are. Upper floors define theirs in their `notifications.py`; this floor only keeps the list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from coopdelivery.notices.models import Channel, When
from coopdelivery.people.models import Person

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Kind:
    """`audience` names who gets it (a role, `officer`, `recipient`); `default` says when on each channel, NONE where it is silent."""

    key: str
    label: Words
    audience: str
    default: Mapping[str, str]

    def when(self, channel: str) -> str:
        return self.default.get(channel, When.NONE)

    @property
    def template(self) -> str:
        return f"emails/{self.key.replace('.', '_')}"


class UnknownKind(LookupError):
    """Nobody defined this kind of notice."""


_kinds: dict[str, Kind] = {}
_audiences: list[Callable[[Person], set[str]]] = []


def define(key: str, *, label: Words, audience: str, default: Mapping[str, str] | None = None) -> Kind:
    """Register a kind: `define("round.given", label=_("A round is given to me"), audience="courier", default={"webpush": "now"})`.

    Its words are in `templates/emails/<key with underscores>.txt` (first line: subject; after an empty line: the mail), optionally
    `.html`, and `_short.txt` for push and SMS (place and hour first, never what is in a parcel).
    """
    kind = Kind(key, label, audience, dict({Channel.EMAIL: When.NOW} if default is None else default))
    for channel, when in kind.default.items():
        if channel not in Channel.values or when not in choices_of(channel):
            raise ValueError(f"{key}: {channel}={when} cannot be")
    _kinds[key] = kind
    return kind


def choices_of(channel: str) -> list[str]:
    """What may be chosen on a channel: the digest is an e-mail."""
    return [When.NONE, When.NOW, When.DIGEST] if channel == Channel.EMAIL else [When.NONE, When.NOW]


def kind_of(key: str) -> Kind:
    try:
        return _kinds[key]
    except KeyError as error:
        raise UnknownKind(key) from error


def all_kinds() -> list[Kind]:
    return list(_kinds.values())


def audience_source(source: Callable[[Person], set[str]]) -> Callable[[Person], set[str]]:
    """Upper floors tell which audiences a person belongs to: roles held, an office."""
    _audiences.append(source)
    return source


def kinds_for(person: Person) -> list[Kind]:
    """The kinds this person may get, in the order they were defined."""
    mine = {"everyone"}.union(*(source(person) for source in _audiences))
    return [kind for kind in _kinds.values() if kind.audience in mine]
