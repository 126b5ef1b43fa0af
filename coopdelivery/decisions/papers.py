"""Votes on paper: two tellers read them, each by themselves; only when both read the same are they counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from coopdelivery.decisions.counting import rule_of
from coopdelivery.decisions.models import Ballot, PaperSheet, Proposal, SecretBallot, Turnout
from coopdelivery.decisions.refusals import (
    AlreadyVoted,
    NoPaperConsent,
    NoPapers,
    NotOnTheRoll,
    PapersDiffer,
    PapersDoNotAddUp,
    TooFewPapers,
    UnknownChoice,
    VoteClosed,
)
from coopdelivery.decisions.secret import is_secret, new_code
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person

LEAST_PAPERS = 3


@dataclass(frozen=True, slots=True)
class Papers:
    """What one teller read. Open ballots: seat → choice. Secret ones: which seats put a paper in, and how many papers said what."""

    choices: Mapping[int, str] = field(default_factory=dict)
    seats: frozenset[int] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def voices(self) -> list[int]:
        return sorted(self.seats | set(self.choices))

    def as_data(self) -> dict[str, Any]:
        """The same papers give the same data, whoever read them."""
        counts = {choice: self.counts[choice] for choice in sorted(self.counts) if self.counts[choice]}
        return {"choices": {str(seat): self.choices[seat] for seat in sorted(self.choices)}, "seats": sorted(self.seats), "counts": counts}


def enter_papers(*, proposal: Proposal, papers: Papers, voters: Mapping[int, Person], by: Person) -> bool:
    """Whether they are counted now; False while they wait for the second teller. A new entry of the same teller replaces the former.

    `voters` are the people behind the seats. Raises VoteClosed, NoPaperConsent, NoPapers, NotOnTheRoll, UnknownChoice, PapersDoNotAddUp,
    TooFewPapers, AlreadyVoted, PapersDiffer.
    """
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        if not locked.takes_votes():
            raise VoteClosed
        _check(locked, papers)
        waiting = PaperSheet.objects.filter(proposal=locked, counted_at=None)
        facts: dict[str, Any] = {"subject": locked.ref, "collective_id": locked.collective_id, "by": by}
        others = waiting.exclude(teller=by)
        if others.exists() and not any(sheet.read == papers.as_data() for sheet in others):
            raise PapersDiffer(name=others[0].teller.name)
        waiting.update_or_create(proposal=locked, teller=by, defaults={"read": papers.as_data(), "entered_at": timezone.now()})
        journal.record("papers.entered", number=locked.number, voices=len(papers.voices), **facts)
        if waiting.count() < 2:
            return False
        _count(locked, papers, voters)
        waiting.update(counted_at=timezone.now())
        journal.record("papers.counted", number=locked.number, voices=len(papers.voices), **facts)
    return True


def _check(proposal: Proposal, papers: Papers) -> None:
    secret = is_secret(proposal)
    if rule_of(proposal).consent:
        raise NoPaperConsent
    if not papers.voices or bool(papers.choices) == secret:
        raise NoPapers
    if not set(papers.voices) <= set(proposal.roll):
        raise NotOnTheRoll
    if not set(papers.choices.values()) | set(papers.counts) <= set(Ballot.Choice.values):
        raise UnknownChoice
    if secret and (min(papers.counts.values(), default=0) < 0 or sum(papers.counts.values()) != len(papers.seats)):
        raise PapersDoNotAddUp(papers=sum(papers.counts.values()), seats=len(papers.seats))
    if secret and len(papers.seats) < LEAST_PAPERS:
        raise TooFewPapers(least=LEAST_PAPERS)
    kept = Turnout if secret else Ballot
    if kept.objects.filter(proposal=proposal, seat__in=papers.voices).exists():
        raise AlreadyVoted


def _count(proposal: Proposal, papers: Papers, voters: Mapping[int, Person]) -> None:
    if not is_secret(proposal):
        rows = papers.choices.items()
        Ballot.objects.bulk_create(
            Ballot(proposal=proposal, seat=seat, voter=voters[seat], choice=choice, on_paper=True) for seat, choice in rows
        )
        return
    try:
        with transaction.atomic():
            Turnout.objects.bulk_create(Turnout(proposal=proposal, seat=seat, voter=voters[seat]) for seat in papers.voices)
    except IntegrityError as error:
        raise AlreadyVoted from error
    choices = [choice for choice, count in sorted(papers.counts.items()) for _paper in range(count)]
    SecretBallot.objects.bulk_create(SecretBallot(proposal_ref=proposal.ref, choice=choice, code=new_code()) for choice in choices)
