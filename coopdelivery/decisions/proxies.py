"""One voice carried by another: few, never passed on, taken back at will until it was used."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from coopdelivery.decisions.models import Ballot, Item, Meeting, Proxy, Turnout
from coopdelivery.decisions.refusals import NoProxy, NotASeat, NotNow, ProxyChain, ProxyGiven, ProxyUsed, TooManyProxies, VoiceGivenAway
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person

SMALL = 20
BEFORE_THE_END = (Meeting.State.FROZEN, Meeting.State.OPEN)


def most_proxies(seats: int) -> int:
    """Voices of others one seat may carry: one below 20 seats, then a twentieth of them."""
    return 1 if seats < SMALL else seats // SMALL


def give_proxy(*, meeting: Meeting, giver: int, holder: int, by: Person, item: Item | None = None) -> Proxy:
    """From the freeze to the end. Raises NotNow, NotASeat, ProxyGiven, ProxyChain, TooManyProxies."""
    with transaction.atomic():
        locked = Meeting.objects.select_for_update().get(pk=meeting.pk)
        if locked.state not in BEFORE_THE_END:
            raise NotNow(state=locked.get_state_display())
        if giver not in locked.roll or holder not in locked.roll or giver == holder:
            raise NotASeat
        standing = list(_overlapping(locked, item))
        if any(row.giver == giver for row in standing):
            raise ProxyGiven
        if any(row.giver == holder or row.holder == giver for row in standing):
            raise ProxyChain
        most = most_proxies(len(locked.roll))
        if len({row.giver for row in standing if row.holder == holder}) >= most:
            raise TooManyProxies(most=most, roll=len(locked.roll))
        proxy = Proxy.objects.create(meeting=locked, item=item, giver=giver, holder=holder, given_by=by)
        facts = {"giver": giver, "holder": holder, "item": item.position if item else None}
        journal.record("proxy.given", subject=locked.ref, collective_id=locked.collective_id, by=by, **facts)
    return proxy


def revoke_proxy(*, proxy: Proxy, by: Person) -> None:
    """The voice is the giver's again. Raises ProxyUsed when it was cast, NotNow when it was taken back already."""
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update().get(pk=proxy.meeting_id)
        items = meeting.items.filter(pk=proxy.item_id) if proxy.item_id else meeting.items.all()
        if any(kept.objects.filter(proposal__item__in=items, seat=proxy.giver).exists() for kept in (Ballot, Turnout)):
            raise ProxyUsed
        if not Proxy.objects.filter(pk=proxy.pk, revoked_at=None).update(revoked_at=timezone.now()):
            raise NotNow(state=meeting.get_state_display())
        journal.record("proxy.revoked", subject=meeting.ref, collective_id=meeting.collective_id, by=by, giver=proxy.giver)


def carried_by(seat: int, item: Item) -> list[int]:
    """The other seats for which this one votes on the item."""
    rows = _overlapping(item.meeting, item).filter(holder=seat)
    return sorted(rows.values_list("giver", flat=True))


def may_cast(*, item: Item, seat: int, caster: int) -> None:
    """Whether the caster's seat may give the voice of `seat`, its own or one it carries. Raises VoiceGivenAway, NoProxy."""
    given = _overlapping(item.meeting, item).filter(giver=seat).first()
    if seat == caster and given is not None:
        raise VoiceGivenAway
    if seat != caster and (given is None or given.holder != caster):
        raise NoProxy


def _overlapping(meeting: Meeting, item: Item | None) -> QuerySet[Proxy]:
    rows = Proxy.objects.filter(meeting=meeting, revoked_at=None)
    return rows.filter(Q(item=None) | Q(item=item)) if item else rows
