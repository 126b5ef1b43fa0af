"""Propose, vote, close. Use as `from coopdelivery.decisions import services as decisions`, then `decisions.open_proposal(...)`."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from coopdelivery.decisions.counting import rule_of, tallies, tally_of
from coopdelivery.decisions.models import Ballot, Meeting, Proposal
from coopdelivery.decisions.opening import announce, open_proposal, record_assembly, record_urgent
from coopdelivery.decisions.refusals import (
    BareObjection,
    NoNextRound,
    NotOnTheRoll,
    NotYours,
    UnknownChoice,
    VoteClosed,
    VoteIsSecret,
    VoteStillOpen,
)
from coopdelivery.decisions.secret import mix
from coopdelivery.decisions.tally import Rule
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person

__all__ = [
    "cast",
    "close",
    "close_due",
    "count_now",
    "next_round",
    "open_proposal",
    "record_assembly",
    "record_urgent",
    "rule_of",
    "tallies",
    "tally_of",
    "withdraw",
]

State = Proposal.State
LEAST_REASON = 20  # letters: a sentence
MOST_ROUNDS = 3
VOTE_AFTER_CONSENT = timedelta(days=7)


def cast(*, proposal: Proposal, by: Person, choice: str, reason: str = "", seat: int | None = None) -> Ballot:
    """Vote, or change one's vote. In a collective everybody sits for themselves; in the federation the caller answers for `seat`.

    Raises NotOnTheRoll, UnknownChoice, BareObjection, VoteClosed.
    """
    place = by.pk if seat is None and proposal.collective_id is not None else seat
    if place is None or place not in proposal.roll:
        raise NotOnTheRoll
    if choice not in Ballot.Choice.values:
        raise UnknownChoice
    if rule_of(proposal).secret:
        raise VoteIsSecret
    if rule_of(proposal).consent and choice == Ballot.Choice.AGAINST and len(reason.strip()) < LEAST_REASON:
        raise BareObjection
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        if not locked.takes_votes():
            raise VoteClosed
        facts = {"voter": by, "choice": choice, "reason": reason.strip()[:500], "cast_at": timezone.now()}
        ballot, _created = Ballot.objects.update_or_create(proposal=locked, seat=place, defaults=facts)
        journal.record("ballot.cast", subject=locked.ref, collective_id=locked.collective_id, by=by, number=locked.number)
    return ballot


def close(*, proposal: Proposal, by: Person | None) -> Proposal:
    """Count: it passes or is rejected. Possible when its end has come, or when everybody voted.

    `by` is None when the end has come and nobody pressed. Raises VoteClosed, VoteStillOpen.
    """
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        if not locked.is_open:
            raise VoteClosed
        count = tally_of(locked)
        if locked.takes_votes() and not count.is_complete:
            raise VoteStillOpen(missing=count.missing)
        _count([locked], by)
    proposal.refresh_from_db()
    return proposal


def count_now(*, meeting: Meeting, by: Person) -> None:
    """At the end of an assembly, all its open votes: who has not voted by now abstains from everything."""
    with transaction.atomic():
        locked = Proposal.objects.select_for_update(of=("self",)).filter(item__meeting=meeting, state=State.OPEN)
        _count(list(locked.select_related("opened_by").order_by("pk")), by)


def _count(proposals: list[Proposal], by: Person | None) -> None:
    mix([proposal for proposal in proposals if rule_of(proposal).secret])
    counts = tallies(proposals, final=True)
    for proposal in proposals:
        count, rule = counts[proposal.pk], rule_of(proposal)
        _decide(proposal, State.PASSED if count.passes else State.REJECTED)
        announce(proposal, by, votes_for=count.votes_for, votes_against=count.votes_against, abstentions=count.abstentions)
        if rule.consent and proposal.state == State.REJECTED and rule.round >= MOST_ROUNDS:
            _fall_back(proposal)


def next_round(*, proposal: Proposal, text: str, closes_at: datetime, by: Person) -> Proposal:
    """After objections, the same matter in words that take them in: another round of consent. Raises NotYours, NoNextRound, EndsTooSoon."""
    rule = rule_of(proposal)
    if by.pk != proposal.opened_by_id:
        raise NotYours
    follows = {**proposal.settles, "follows": proposal.number}
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        used = Proposal.objects.filter(collective_id=locked.collective_id, settles__follows=locked.number).exists()
        if not rule.consent or locked.state != State.REJECTED or rule.round >= MOST_ROUNDS or used:
            raise NoNextRound
        return open_proposal(
            collective_id=locked.collective_id,
            title=locked.title,
            text=text,
            roll=locked.roll,
            by=by,
            settles=follows,
            closes_at=closes_at,
            rule=replace(rule, round=rule.round + 1),
        )


def _fall_back(proposal: Proposal) -> None:
    """The rounds are used up: the same roll decides the same text by vote."""
    open_proposal(
        collective_id=proposal.collective_id,
        title=proposal.title,
        text=proposal.text,
        roll=proposal.roll,
        by=proposal.opened_by,
        settles={**proposal.settles, "follows": proposal.number},
        closes_at=timezone.now() + VOTE_AFTER_CONSENT,
        rule=Rule(),
    )


def withdraw(*, proposal: Proposal, by: Person) -> Proposal:
    """Take it back before it is decided; only who opened it. Raises NotYours, VoteClosed."""
    if by.pk != proposal.opened_by_id:
        raise NotYours
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        _decide(locked, State.WITHDRAWN)
        announce(locked, by)
    proposal.refresh_from_db()
    return proposal


def _decide(proposal: Proposal, state: str) -> None:
    now = timezone.now()
    if not Proposal.objects.filter(pk=proposal.pk, state=State.OPEN).update(state=state, decided_at=now):
        raise VoteClosed
    proposal.state, proposal.decided_at = state, now


def close_due() -> int:
    """Count every vote whose end has come; how many."""
    due = Proposal.objects.filter(state=State.OPEN, closes_at__lte=timezone.now())
    closed = 0
    for proposal in due:
        try:
            close(proposal=proposal, by=None)
        except VoteClosed:
            continue
        closed += 1
    return closed
