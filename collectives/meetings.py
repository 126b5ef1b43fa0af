"""A collective's own general assembly: one member, one vote. Needs `acting_for(collective)`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet

from collectives.assembly import voters
from collectives.models import Collective, Membership
from collectives.selectors import acting_collective
from coopdelivery.decisions import meetings, proxies
from coopdelivery.decisions.attempts import note_refused_step
from coopdelivery.decisions.models import Item, Meeting, Proxy, Signature
from coopdelivery.decisions.refusals import NotASeat, NotNow, Refusal
from coopdelivery.decisions.signing import sign_minutes
from coopdelivery.people.models import Person

NEXT: Mapping[str, str] = {
    Meeting.State.DRAFT: "convene",
    Meeting.State.CONVENED: "freeze",
    Meeting.State.FROZEN: "open",
    Meeting.State.OPEN: "close",
}


def assemblies_of(collective: Collective) -> QuerySet[Meeting]:
    """The newest first."""
    return Meeting.objects.filter(collective_id=collective.pk).select_related("prepared_by", "second_of")


def take_step(*, meeting: Meeting, step: str, freeze: Callable[..., Meeting], by: Person) -> Meeting:
    """Convene, freeze, open or close; `freeze` knows who is on the roll. Raises NotNow and what that step raises."""
    verbs: Mapping[str, Callable[..., Meeting]] = {
        "convene": meetings.convene,
        "freeze": freeze,
        "open": meetings.open_meeting,
        "close": meetings.close_meeting,
    }
    if step not in verbs:
        raise NotNow(state=meeting.get_state_display())
    return verbs[step](meeting=meeting, by=by)


@contextmanager
def steps(
    meeting: Meeting, *, by: Person, collective: Collective | None, refusals: tuple[type[Exception], ...] = (Refusal,)
) -> Iterator[None]:
    """What an assembly refuses inside is written in the journal and raised again."""
    try:
        yield
    except refusals as refusal:
        note_refused_step(meeting, refusal, by=by, collective_id=collective.pk if collective else None)
        raise


def freeze_members(*, meeting: Meeting, by: Person) -> Meeting:
    """The record date is now: everybody who votes in the co-op has one voice. Raises NotNow, EmptyRoll."""
    return meetings.freeze(meeting=meeting, roll=[row.person_id for row in voters(acting_collective().today())], by=by)


def names_of(seats: list[int]) -> dict[int, str]:
    rows = Membership.objects.filter(person_id__in=seats).select_related("person").order_by("person__name", "pk")
    return {row.person_id: row.person.name for row in rows}


def give_voice(*, meeting: Meeting, holder: int, by: Person, item: Item | None = None) -> Proxy:
    """Another member carries my voice. Raises what `proxies.give_proxy` raises."""
    return proxies.give_proxy(meeting=meeting, giver=by.pk, holder=holder, by=by, item=item)


def take_back(*, meeting: Meeting, by: Person) -> None:
    """All voices I gave away for this assembly. Raises ProxyUsed, NotNow."""
    for given in Proxy.objects.filter(meeting=meeting, giver=by.pk, revoked_at=None):
        proxies.revoke_proxy(proxy=given, by=by)


def sign_here(*, meeting: Meeting, role: str, sha256: str, by: Person) -> None:
    """Chair and secretary are members who could vote. Raises NotASeat, NotNow, OtherMinutes, SignedAlready."""
    if by.pk not in meeting.roll:
        raise NotASeat
    sign_minutes(meeting=meeting, role=role, sha256=sha256, by=by)


def unsigned_roles(meeting: Meeting, signatures: Sequence[Signature], person: int) -> list[tuple[str, Any]]:
    """What this person may still sign as."""
    if meeting.state != Meeting.State.CLOSED or any(row.person_id == person for row in signatures):
        return []
    return [(value, label) for value, label in Signature.Role.choices if value not in {row.role for row in signatures}]
