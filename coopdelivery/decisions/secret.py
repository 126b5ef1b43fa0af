"""Secret votes: one final ballot a seat, a code to find it again in the published list."""

import secrets
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from coopdelivery.decisions.models import Ballot, Proposal, SecretBallot, Turnout
from coopdelivery.decisions.refusals import AlreadyVoted, NotOnTheRoll, UnknownChoice, VoteClosed, VoteIsOpenBallot
from coopdelivery.decisions.tally import rule_from
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is mistaken for another


def is_secret(proposal: Proposal) -> bool:
    return rule_from(proposal.rule, quorum_percent=proposal.quorum_percent).secret


def cast_secretly(*, proposal: Proposal, by: Person, choice: str, seat: int | None = None) -> str:
    """The code under which this ballot is published; it is told once and kept nowhere beside the voter.

    Raises VoteIsOpenBallot, NotOnTheRoll, UnknownChoice, VoteClosed, AlreadyVoted.
    """
    place = by.pk if seat is None and proposal.collective_id is not None else seat
    if not is_secret(proposal):
        raise VoteIsOpenBallot
    if place is None or place not in proposal.roll:
        raise NotOnTheRoll
    if choice not in Ballot.Choice.values:
        raise UnknownChoice
    code = new_code()
    with transaction.atomic():
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        if not locked.takes_votes():
            raise VoteClosed
        try:
            with transaction.atomic():
                Turnout.objects.create(proposal=locked, seat=place, voter=by)
        except IntegrityError as error:
            raise AlreadyVoted from error
        SecretBallot.objects.create(proposal_ref=locked.ref, choice=choice, code=code)
        journal.record("ballot.cast", subject=locked.ref, collective_id=locked.collective_id, by=by, number=locked.number)
    return code


def new_code() -> str:
    """Twelve signs in groups of four: sixty bits, never guessed."""
    signs = "".join(secrets.choice(SIGNS) for _sign in range(12))
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"


def mix(proposals: Sequence[Proposal]) -> None:
    """At the count, write the ballots anew in a random order, so that no row's place tells when it came."""
    refs = [proposal.ref for proposal in proposals]
    rows = list(SecretBallot.objects.filter(proposal_ref__in=refs))
    secrets.SystemRandom().shuffle(rows)
    SecretBallot.objects.filter(proposal_ref__in=refs).delete()
    SecretBallot.objects.bulk_create(SecretBallot(proposal_ref=row.proposal_ref, choice=row.choice, code=row.code) for row in rows)


def published(proposal: Proposal) -> list[SecretBallot]:
    """Every ballot under its code, once the vote is counted: whoever voted finds theirs, and anybody counts again."""
    return [] if proposal.is_open else list(SecretBallot.objects.filter(proposal_ref=proposal.ref))
