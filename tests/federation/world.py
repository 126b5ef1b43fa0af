"""Files and dossiers for the tests of the register."""

import datetime as dt
import io
import zipfile
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from collectives.models import Collective, Role, Standing
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Proposal
from coopdelivery.people.models import Person
from federation import services
from federation.models import Condition, Delegate, Dossier, Evidence
from federation.register.standing import pack_for
from tests.conftest import make_member

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def upload(content: bytes = PDF, name: str = "statutes.pdf") -> Any:
    return SimpleUploadedFile(name, content)


def archive(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name, content in entries:
            zipped.writestr(name, content)
    return buffer.getvalue()


def make_evidence(dossier: Dossier, by: Person, condition: str = Condition.EMPLOYED, *, days: int = 300, **facts: Any) -> Evidence:
    """Issued today, good for so many days, still to review."""
    today = dossier.collective.today()
    details = {"title": "Signed statement", "issued_on": today, "expires_on": today + dt.timedelta(days=days), "file": upload(), **facts}
    return services.add_evidence(dossier=dossier, condition=condition, by=by, **details)


def officer_from(home: Collective | None, by: Person) -> Person:
    """An officer who comes from this co-op (None: from no co-op); the same one each time."""
    key = home.slug if home else "founder"
    person = Person.objects.filter(email=f"peer-{key}@federation.test").first()
    if person is None:
        person = Person.objects.create_user(name=f"Peer {key}", email=f"peer-{key}@federation.test")
        services.name_officer(email=str(person.email), home=home, by=by)
    return person


def hold(piece: Evidence, reviewer: Person) -> Evidence:
    """Found good by two: while the federation is founded by `reviewer` and another officer, later by people of two other co-ops."""
    homes = list(Collective.objects.filter(standing=Standing.MEMBER).exclude(pk=piece.dossier.collective_id).order_by("pk")[:2])
    pair = [reviewer, officer_from(None, reviewer)] if len(homes) < 2 else [officer_from(home, reviewer) for home in homes]
    for person in pair:
        piece = services.review_evidence(evidence=piece, holds=True, comment="", by=person)
    return piece


def hold_all(dossier: Dossier, *, adder: Person, reviewer: Person, days: int = 300) -> list[Evidence]:
    """All three conditions, by every piece that the country and legal form ask for, each found good by two others."""
    needed = [(condition, kind) for condition, kinds in pack_for(dossier.collective).mandatory.items() for kind in kinds]
    pieces = [make_evidence(dossier, adder, condition, days=days, kind=kind) for condition, kind in needed]
    return [hold(piece, reviewer) for piece in pieces]


def apply(by: Person, name: str = "La Cordée", **card: Any) -> Dossier:
    return services.open_dossier(by=by, **{"name": name, "city": "Mons", "country": "BE", "latitude": 50.45, "longitude": 3.95, **card})


def delegate_of(collective: Collective) -> Person:
    """Who speaks for the co-op; named when nobody does yet."""
    found = Delegate.objects.filter(collective=collective, until=None).first()
    if found is not None:
        return found.person
    voice = make_member(collective, f"Voice of {collective.slug}", Role.ADMIN)
    return services.name_delegate(collective=collective, person=voice.person, by=voice.person).person


def vote(proposal: Proposal, choice: str = "for") -> Proposal:
    """Every co-op on the roll votes the same, and the vote is counted."""
    for collective in Collective.objects.filter(pk__in=proposal.roll):
        services.cast_voice(proposal=proposal, collective=collective, by=delegate_of(collective), choice=choice)
    return decisions.close(proposal=proposal, by=proposal.opened_by)


def resolve(dossier: Dossier, officer: Person) -> Proposal:
    """The assembly admits: the founding one while there is no member, else all members vote for."""
    if not Collective.objects.filter(standing=Standing.MEMBER).exists():
        return services.record_founding(dossier=dossier, on=timezone.localdate(), by=officer)
    return vote(services.put_admission(dossier=dossier, closes_at=timezone.now() + dt.timedelta(days=14), by=officer))


def on_trial(officer: Person, other: Person, **card: Any) -> Dossier:
    dossier = apply(officer, **card)
    hold_all(dossier, adder=officer, reviewer=other)
    services.admit(dossier=dossier, standing=Standing.TRIAL, by=officer, reason="Two reviews, no doubt.")
    return Dossier.objects.select_related("collective").get(pk=dossier.pk)


def member(officer: Person, other: Person, **card: Any) -> Collective:
    """Through dossier, evidence, two reviews, trial and a resolution of the assembly."""
    dossier = on_trial(officer, other, **card)
    resolve(dossier, officer)
    return Collective.objects.get(pk=dossier.collective_id)
