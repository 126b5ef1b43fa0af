"""A dossier from the first contact on, and the evidence in it."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from collectives.models import Collective, Standing
from collectives.services import create_collective
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from federation.models import Condition, Dossier, Evidence
from federation.register.files import EXTENSIONS, media_type_of, sha256_of
from federation.register.papers import BASE, KINDS
from federation.register.refusals import (
    DossierClosed,
    DossierExists,
    ExpiresTooEarly,
    IssuedLater,
    UnknownCondition,
    UnknownKind,
    ValidTooLong,
)
from federation.register.totals import check_totals

LONGEST = timedelta(days=5 * 366)


def open_dossier(
    *,
    by: Person,
    collective: Collective | None = None,
    contact_name: str = "",
    contact_email: str = "",
    headcount: int | None = None,
    **card: Any,
) -> Dossier:
    """Start the file of an existing collective, or of a new one made from `card` (see `create_collective`).

    Raises DossierExists, and what `create_collective` raises.
    """
    with transaction.atomic():
        subject = collective or create_collective(by=by, **card)
        try:
            with transaction.atomic():
                dossier = Dossier.objects.create(
                    collective=subject, contact_name=contact_name, contact_email=contact_email, headcount=headcount, opened_by=by
                )
        except IntegrityError as error:
            raise DossierExists(name=subject.name) from error
        journal.record("dossier.opened", subject=dossier.ref, collective_id=subject.pk, by=by, label=subject.name, city=subject.city)
    return dossier


def add_evidence(
    *,
    dossier: Dossier,
    condition: str,
    title: str,
    file: "UploadedFile[Any]",
    issued_on: date,
    expires_on: date,
    by: Person,
    kind: str = "",
) -> Evidence:
    """Put a piece in the dossier, to be reviewed by two others. The file is kept under a name of its own; `kind` is one of papers.KINDS.

    Raises UnknownCondition, UnknownKind, DossierClosed, IssuedLater, ExpiresTooEarly, ValidTooLong, BadFile, NamesPeople, GroupTooSmall.
    """
    _check(dossier, condition, issued_on, expires_on)
    sort = kind or BASE[condition]
    if sort not in KINDS or KINDS[sort][0] != condition:
        raise UnknownKind
    media_type = media_type_of(file)
    check_totals(file, media_type)
    evidence = Evidence(
        dossier=dossier,
        condition=condition,
        kind=sort,
        title=title.strip(),
        media_type=media_type,
        sha256=sha256_of(file),
        issued_on=issued_on,
        expires_on=expires_on,
        added_by=by,
    )
    evidence.file.save(f"{uuid4()}.{EXTENSIONS[media_type]}", file, save=False)
    try:
        with transaction.atomic():
            evidence.save(force_insert=True)
            announce("evidence.added", evidence, by, sha256=evidence.sha256)
    except BaseException:
        evidence.file.delete(save=False)
        raise
    return evidence


def _check(dossier: Dossier, condition: str, issued_on: date, expires_on: date) -> None:
    if condition not in Condition.values:
        raise UnknownCondition
    if dossier.collective.standing == Standing.LEFT:
        raise DossierClosed
    today = dossier.collective.today()
    if issued_on > today:
        raise IssuedLater
    if expires_on < today or expires_on <= issued_on:
        raise ExpiresTooEarly
    if expires_on > today + LONGEST:
        raise ValidTooLong


def announce(event: str, evidence: Evidence, by: Person | None, **facts: object) -> None:
    """A fact about one piece, in the journal."""
    journal.record(
        event,
        subject=evidence.ref,
        collective_id=evidence.dossier.collective_id,
        by=by,
        dossier=str(evidence.dossier.ref),
        condition=evidence.condition,
        label=evidence.title,
        expires_on=evidence.expires_on.isoformat(),
        **facts,
    )
