"""Two people of two other co-ops say whether a piece holds. What was read is then forgotten: fingerprint and verdicts stay."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from coopdelivery.kit.words import day as day_words
from coopdelivery.people.models import Person
from federation.models import Dossier, Evidence, Officer, Review
from federation.register.dossiers import announce
from federation.register.offices import peer
from federation.register.refusals import AlreadyReviewed, AlreadySaid, EvidenceExpired, NoComment, OwnEvidence, SameHome
from federation.register.standing import renew_licence

REVIEWERS = 2
ORIGINALS_KEPT = timedelta(days=90)
Verdict = Evidence.Verdict


def review_evidence(*, evidence: Evidence, holds: bool, comment: str, by: Person) -> Evidence:
    """Say once whether a piece holds. It holds when two say so, from two co-ops that are not the applicant; one refusal refuses it.

    A refusal needs its `comment`. A collective that trades gets its new date with the second review.
    Raises NotAnOfficer, OwnCollective, NotAPeer, OwnEvidence, NoComment, EvidenceExpired, AlreadyReviewed, AlreadySaid, SameHome.
    """
    dossier = Dossier.objects.select_related("collective").get(pk=evidence.dossier_id)
    officer = peer(by, dossier)
    if evidence.added_by_id == by.pk:
        raise OwnEvidence
    if not holds and not comment.strip():
        raise NoComment
    if holds and evidence.expires_on < dossier.collective.today():
        raise EvidenceExpired(day=day_words(evidence.expires_on))
    with transaction.atomic():
        locked = Evidence.objects.select_for_update().get(pk=evidence.pk)
        _write_down(locked, officer, holds=holds, comment=comment.strip()[:500])
        if holds and locked.reviews.filter(holds=True).count() < REVIEWERS:
            announce("review.added", locked, by, holds=holds)
        else:
            _decide(locked, dossier, by, Verdict.HOLDS if holds else Verdict.REFUSED, comment.strip()[:500])
    evidence.refresh_from_db()
    return evidence


def _write_down(evidence: Evidence, officer: Officer, *, holds: bool, comment: str) -> None:
    if evidence.verdict != Verdict.WAITING:
        raise AlreadyReviewed
    said = list(evidence.reviews.all())
    if any(review.reviewer_id == officer.person_id for review in said):
        raise AlreadySaid
    if officer.home_id is not None and any(review.home_id == officer.home_id for review in said):
        raise SameHome
    Review.objects.create(evidence=evidence, reviewer_id=officer.person_id, home_id=officer.home_id, holds=holds, comment=comment)


def _decide(evidence: Evidence, dossier: Dossier, by: Person, verdict: str, comment: str) -> None:
    facts = {"verdict": verdict, "reviewer": by, "reviewed_at": timezone.now(), "comment": comment}
    if not Evidence.objects.filter(pk=evidence.pk, verdict=Verdict.WAITING).update(**facts):
        raise AlreadyReviewed
    evidence.refresh_from_db()
    announce("evidence.reviewed", evidence, by, verdict=str(verdict), comment=comment)
    if verdict == Verdict.HOLDS:
        renew_licence(dossier=dossier, by=by)


def purge_originals() -> int:
    """Every night: files judged long enough ago are deleted; how many. Row first, file after the commit, so that no row lies."""
    due = Evidence.objects.filter(reviewed_at__lt=timezone.now() - ORIGINALS_KEPT, purged_at=None)
    return sum(_purge(piece) for piece in due.select_related("dossier"))


def _purge(piece: Evidence) -> bool:
    name, storage = piece.file.name, piece.file.storage
    with transaction.atomic():
        if not Evidence.objects.filter(pk=piece.pk, purged_at=None).update(file="", purged_at=timezone.now()):
            return False
        announce("evidence.purged", piece, None, sha256=piece.sha256)
    if name:
        storage.delete(name)
    return True
