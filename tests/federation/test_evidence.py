import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from collectives.models import Collective, Membership
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from federation import services
from federation.models import Condition, Dossier, Evidence, Review
from federation.register import refusals
from tests.federation.world import PDF, archive, make_evidence, officer_from, upload

ODT = archive(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<x/>"))
DOCX = archive(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>"))


@pytest.mark.parametrize(
    ("content", "media_type", "extension"),
    [
        (PDF, "application/pdf", "pdf"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg", "jpg"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png", "png"),
        (ODT, "application/vnd.oasis.opendocument.text", "odt"),
        (DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ],
)
def test_a_file_is_what_its_content_says(dossier: Dossier, fay: Person, content: bytes, media_type: str, extension: str) -> None:
    evidence = make_evidence(dossier, fay, file=upload(content, "anything.exe"))
    assert evidence.media_type == media_type
    kept = Path(evidence.file.path)
    assert kept.suffix == f".{extension}"
    assert "anything" not in kept.name
    assert kept.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", refusals.FileEmpty),
        (b"<html><script>alert(1)</script>", refusals.FileUnknown),
        (b"MZ\x90\x00", refusals.FileUnknown),
        (b"PK\x03\x04 not an archive", refusals.FileUnknown),
        (archive(("evil.exe", b"MZ")), refusals.FileUnknown),
        (b"%PDF-" + b"x" * (10 * 1024 * 1024), refusals.FileTooLarge),
    ],
)
def test_other_files_are_refused_and_nothing_is_kept(
    dossier: Dossier, fay: Person, files_apart: Path, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        make_evidence(dossier, fay, file=upload(content, "statutes.pdf"))
    assert not Evidence.objects.exists()
    assert not [path for path in files_apart.rglob("*") if path.is_file()]


def test_the_fingerprint_is_that_of_the_file(dossier: Dossier, fay: Person) -> None:
    evidence = make_evidence(dossier, fay)
    assert evidence.sha256 == hashlib.sha256(PDF).hexdigest()
    assert Event.objects.get(name="evidence.added").data["sha256"] == evidence.sha256


@pytest.mark.parametrize(
    ("issued_in", "expires_in", "refusal"),
    [
        (1, 300, refusals.IssuedLater),
        (-400, -1, refusals.ExpiresTooEarly),
        (0, 0, refusals.ExpiresTooEarly),
        (0, 5 * 366 + 1, refusals.ValidTooLong),
    ],
)
def test_dates_that_make_no_sense_are_refused(
    dossier: Dossier, fay: Person, issued_in: int, expires_in: int, refusal: type[Exception]
) -> None:
    today = dossier.collective.today()
    dates: dict[str, Any] = {"issued_on": today + dt.timedelta(days=issued_in), "expires_on": today + dt.timedelta(days=expires_in)}
    with pytest.raises(refusal):
        make_evidence(dossier, fay, **dates)
    assert not Evidence.objects.exists()


def test_r01_two_others_say_whether_it_holds(dossier: Dossier, fay: Person, otto: Person) -> None:
    evidence = make_evidence(dossier, fay)
    rita = officer_from(None, fay)
    with pytest.raises(refusals.OwnEvidence):
        services.review_evidence(evidence=evidence, holds=True, comment="", by=fay)
    services.review_evidence(evidence=evidence, holds=True, comment="Article 21.", by=otto)
    evidence.refresh_from_db()
    assert (evidence.verdict, evidence.reviewer) == ("waiting", None)
    with pytest.raises(refusals.AlreadySaid):
        services.review_evidence(evidence=evidence, holds=True, comment="Still.", by=otto)
    services.review_evidence(evidence=evidence, holds=True, comment="And 22.", by=rita)
    evidence.refresh_from_db()
    assert (evidence.verdict, evidence.reviewer, evidence.comment) == ("holds", rita, "And 22.")
    assert [event.name for event in Event.objects.filter(name__in=["review.added", "evidence.reviewed"]).order_by("pk")] == [
        "review.added",
        "evidence.reviewed",
    ]


def test_r01_once_there_are_members_the_two_come_from_two_other_co_ops(
    dossier: Dossier, fay: Person, otto: Person, montreuil: Collective, nantes: Collective
) -> None:
    evidence = make_evidence(dossier, fay)
    first, second = officer_from(montreuil, fay), officer_from(nantes, fay)
    neighbour = Person.objects.create_user(name="Nora", email="nora@montreuil.test")
    services.name_officer(email="nora@montreuil.test", home=montreuil, by=fay)
    with pytest.raises(refusals.NotAPeer):
        services.review_evidence(evidence=evidence, holds=True, comment="", by=otto)
    services.review_evidence(evidence=evidence, holds=True, comment="", by=first)
    with pytest.raises(refusals.SameHome):
        services.review_evidence(evidence=evidence, holds=True, comment="", by=neighbour)
    assert Evidence.objects.get().verdict == "waiting"
    services.review_evidence(evidence=evidence, holds=True, comment="", by=second)
    assert Evidence.objects.get().verdict == "holds"


def test_r01_a_co_op_that_left_lends_no_reviewer(dossier: Dossier, fay: Person, montreuil: Collective) -> None:
    peer = officer_from(montreuil, fay)
    Collective.objects.filter(pk=montreuil.pk).update(standing="lapsed")
    with pytest.raises(refusals.NotAPeer):
        services.review_evidence(evidence=make_evidence(dossier, fay), holds=True, comment="", by=peer)
    assert not Review.objects.exists()


def test_a_piece_is_reviewed_once(dossier: Dossier, fay: Person, otto: Person) -> None:
    evidence = make_evidence(dossier, fay)
    services.review_evidence(evidence=evidence, holds=False, comment="The signature is missing.", by=otto)
    with pytest.raises(refusals.AlreadyReviewed):
        services.review_evidence(evidence=Evidence.objects.get(), holds=True, comment="", by=otto)
    assert Event.objects.filter(name="evidence.reviewed").count() == 1


def test_a_refusal_says_what_is_missing(dossier: Dossier, fay: Person, otto: Person) -> None:
    evidence = make_evidence(dossier, fay)
    with pytest.raises(refusals.NoComment):
        services.review_evidence(evidence=evidence, holds=False, comment="  ", by=otto)
    evidence.refresh_from_db()
    assert evidence.verdict == "waiting"


def test_who_holds_no_office_reviews_nothing(dossier: Dossier, fay: Person, nina: Membership) -> None:
    with pytest.raises(refusals.NotAnOfficer):
        services.review_evidence(evidence=make_evidence(dossier, fay), holds=True, comment="", by=nina.person)


def test_nobody_reviews_the_dossier_of_their_own_collective(dossier: Dossier, fay: Person, carl: Membership) -> None:
    services.name_officer(email=str(carl.person.email), home=dossier.collective, by=fay)
    with pytest.raises(refusals.OwnCollective):
        services.review_evidence(evidence=make_evidence(dossier, fay), holds=True, comment="", by=carl.person)
    assert Evidence.objects.get().verdict == "waiting"


def test_a_piece_that_expired_while_waiting_cannot_hold(dossier: Dossier, fay: Person, otto: Person) -> None:
    evidence = make_evidence(dossier, fay, days=3)
    with (
        time_machine.travel(timezone.now() + dt.timedelta(days=5), tick=False),
        pytest.raises(refusals.EvidenceExpired),
    ):
        services.review_evidence(evidence=evidence, holds=True, comment="", by=otto)


@pytest.mark.parametrize("change", [{"verdict": "holds"}, {"verdict": "holds", "reviewer": "adder"}, {"expires_on": dt.date(2000, 1, 1)}])
def test_the_database_keeps_reviewers_apart(dossier: Dossier, fay: Person, change: dict[str, Any]) -> None:
    make_evidence(dossier, fay)
    facts = {key: fay if value == "adder" else value for key, value in change.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.update(**facts)


def test_there_are_three_conditions() -> None:
    assert list(Condition) == ["employed", "governance", "values"]
