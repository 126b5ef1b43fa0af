"""Objecting to a round, swapping it, making it shorter, not being able to come: asked with a reason, answered by a person.

Nothing in planning reads these rows, the journal says neither who asked nor why, and they are deleted after thirty days: no score.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.models import Membership
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from dispatch.models import Round, RoundRequest
from dispatch.services.refusals import AlreadyDecided, CannotProgress
from dispatch.services.who import planner

KEPT = timedelta(days=30)
State = RoundRequest.State


@transaction.atomic
def ask_request(
    *, courier: Membership, kind: str, reason: str, by: Person, client_id: UUID, at: datetime, round: Round | None = None
) -> RoundRequest:
    """The same `client_id` again is the same request. Raises CannotProgress: no reason, or a round of somebody else."""
    why = reason.strip()[:500]
    if courier.person_id != by.pk:
        raise CannotProgress(_("Only the courier asks about their own round."))
    if kind not in RoundRequest.Kind.values:
        raise CannotProgress(_("Choose what you ask for."), field="reason")
    if not why:
        raise CannotProgress(_("Write why: whoever answers needs to know."), field="note")
    if round is not None and round.courier_id != courier.pk:
        raise CannotProgress(_("This round is not yours any more."), field="about")
    facts = {"membership": courier, "round": round, "kind": kind, "reason": why, "asked_at": min(at, timezone.now())}
    row, created = RoundRequest.objects.get_or_create(client_id=client_id, collective_id=courier.collective_id, defaults=facts)
    if row.membership_id != courier.pk:
        raise CannotProgress(_("This was asked by somebody else."))
    if created:
        _record("request.asked", row, None)
    return row


@transaction.atomic
def answer_request(*, request: RoundRequest, granted: bool, answer: str, by: Person) -> RoundRequest:
    """A planner says yes or no, with words if they like; the plan changes only when they change it. Raises NotAPlanner, AlreadyDecided."""
    planner(by)
    values = {"state": State.GRANTED if granted else State.DECLINED, "answer": answer.strip()[:300]}
    if not RoundRequest.objects.filter(pk=request.pk, state=State.OPEN).update(**values, decided_by=by, decided_at=timezone.now()):
        raise AlreadyDecided(_("This request was answered already."))
    request.refresh_from_db()
    _record("request.answered", request, by)
    return request


@transaction.atomic
def withdraw_request(*, request: RoundRequest, by: Person) -> None:
    """Taken back by who asked, while nobody answered. Raises CannotProgress, AlreadyDecided."""
    if request.membership.person_id != by.pk:
        raise CannotProgress(_("Only the person who asked can take it back."))
    values = {"state": State.WITHDRAWN, "decided_at": timezone.now()}
    if not RoundRequest.objects.filter(pk=request.pk, state=State.OPEN).update(**values):
        raise AlreadyDecided(_("This request was answered already."))


def requests_to_answer() -> int:
    return RoundRequest.objects.filter(state=State.OPEN).count()


def forget_requests() -> int:
    """Of the acting collective, what was asked more than thirty days ago; how many."""
    return RoundRequest.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()[0]


def _record(name: str, row: RoundRequest, by: Person | None) -> None:
    rounds = [str(row.round.ref)] if row.round else []
    journal.record(name, subject=row.ref, collective_id=row.collective_id, by=by, rounds=rounds)
