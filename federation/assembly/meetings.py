"""The federation's general assembly: officers run it, co-ops amend it, carry each other's voices and vote."""

from django.db.models import QuerySet

from collectives.models import Collective
from coopdelivery.decisions import meetings, proxies
from coopdelivery.decisions.models import Amendment, Item, Meeting, Proxy
from coopdelivery.people.models import Person
from federation.assembly.refusals import NoVoice
from federation.assembly.voices import speaks_for, voices


def assemblies() -> QuerySet[Meeting]:
    """The newest first."""
    return Meeting.objects.filter(collective_id=None).select_related("prepared_by", "second_of")


def agenda(meeting: Meeting) -> list[Item]:
    """The items in order with their votes and amendments: two queries."""
    return list(meeting.items.select_related("proposal").prefetch_related("amendments__by"))


def freeze_roll(*, meeting: Meeting, by: Person) -> Meeting:
    """The record date is now: every member co-op has one voice. Raises NotNow, EmptyRoll."""
    return meetings.freeze(meeting=meeting, roll=voices().values_list("pk", flat=True), by=by)


def amend_for(*, item: Item, collective: Collective, text: str, why: str, by: Person) -> Amendment:
    """A co-op's delegate proposes another text. On trial one speaks too. Raises NotTheDelegate, NotNow."""
    speaks_for(collective, by)
    return meetings.amend(item=item, text=text, why=why, by=by)


def give_voice(*, meeting: Meeting, collective: Collective, holder: Collective, by: Person, item: Item | None = None) -> Proxy:
    """Another co-op carries our voice. Raises NotTheDelegate, NoVoice, and what `proxies.give_proxy` raises."""
    speaks_for(collective, by)
    if collective.pk not in meeting.roll:
        raise NoVoice(name=collective.name)
    return proxies.give_proxy(meeting=meeting, giver=collective.pk, holder=holder.pk, by=by, item=item)


def take_back(*, proxy: Proxy, collective: Collective, by: Person) -> None:
    """Raises NotTheDelegate, NoVoice, ProxyUsed, NotNow."""
    speaks_for(collective, by)
    if proxy.giver != collective.pk:
        raise NoVoice(name=collective.name)
    proxies.revoke_proxy(proxy=proxy, by=by)
