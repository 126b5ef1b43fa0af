"""Whom the register's facts concern: the co-op's administration (or its contact, before anybody has an account) and the officers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collectives.models import Standing
from collectives.selectors import admins
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.notices import services as notices
from coopdelivery.notices.services import Recipient
from coopdelivery.people.models import Person
from federation.models import Condition, Dossier, Evidence
from federation.register.conditions import GRACE
from federation.register.offices import officers_today

OFFICER = "officer"
notices.define("standing.changed", label=_("The standing of our co-op changes"), audience="admin")
notices.define("condition.expiring", label=_("A condition of our licence ends soon"), audience="admin")
notices.define("evidence.reviewed", label=_("A piece of our dossier was reviewed"), audience="admin")
notices.define("dossier.opened", label=_("A dossier is opened"), audience=OFFICER, default={"email": "digest"})
notices.define("evidence.added", label=_("A piece of evidence waits for review"), audience=OFFICER, default={"email": "digest"})
notices.define("register.standing_changed", label=_("The standing of a co-op changes"), audience=OFFICER, default={"email": "digest"})
notices.define("register.condition_expiring", label=_("A condition of a co-op ends soon"), audience=OFFICER)


@notices.audience_source
def offices(person: Person) -> set[str]:
    return {OFFICER} if officers_today().filter(person_id=person.pk).exists() else set()


def tell_collective(kind: str, dossier: Dossier, event: Event, context: Mapping[str, Any]) -> None:
    """Its administration, but not who did it; while it has none, the contact of the dossier."""
    collective = dossier.collective
    with acting_for(collective):
        people = [membership.person for membership in admins()]
    contact = Recipient(email=dossier.contact_email, language=collective.language, name=dossier.contact_name)
    readers: list[Person | Recipient] = [*people] if people else [contact] if contact.email else []
    url = settings.BASE_URL + reverse("licence:licence", kwargs={"collective": collective.slug}) if people else ""
    for reader in readers:
        if not isinstance(reader, Person) or reader.pk != event.by_id:
            words = {**context, "collective": collective, "url": url}
            notices.notify(kind, to=reader, collective_id=collective.pk, context=words, subject_key=str(event.pk))


def tell_officers(kind: str, dossier: Dossier, event: Event, context: Mapping[str, Any]) -> None:
    """Everybody in office, but not who did it."""
    url = settings.BASE_URL + reverse("federation:dossier", kwargs={"ref": dossier.ref})
    words = {**context, "collective": dossier.collective, "url": url}
    for officer in officers_today():
        if officer.person_id != event.by_id:
            notices.notify(kind, to=officer.person, collective_id=None, context=words, subject_key=str(event.pk))


def _dossier_of(event: Event) -> Dossier | None:
    rows = Dossier.objects.select_related("collective")
    return rows.filter(collective_id=event.collective_id).first() if event.collective_id else None


@subscribe("dossier.opened")
def tell_of_dossier(event: Event) -> None:
    dossier = _dossier_of(event)
    if dossier is not None:
        tell_officers("dossier.opened", dossier, event, {})


@subscribe("evidence.added")
def tell_of_evidence(event: Event) -> None:
    dossier, piece = _dossier_of(event), Evidence.objects.filter(ref=event.subject).first()
    if dossier is not None and piece is not None:
        tell_officers("evidence.added", dossier, event, {"piece": piece})


@subscribe("evidence.reviewed")
def tell_of_review(event: Event) -> None:
    dossier, piece = _dossier_of(event), Evidence.objects.select_related("reviewer").filter(ref=event.subject).first()
    if dossier is not None and piece is not None:
        tell_collective("evidence.reviewed", dossier, event, {"piece": piece, "holds": piece.verdict == Evidence.Verdict.HOLDS})


@subscribe("collective.standing_changed")
def tell_of_standing(event: Event) -> None:
    """A new end of the licence alone is no news: only another standing is."""
    dossier = _dossier_of(event)
    before, after = event.data["before"]["standing"], event.data["after"]["standing"]
    if dossier is None or before == after:
        return
    context = {
        "before": Standing(before).label,
        "after": Standing(after).label,
        "reason": event.data["reason"],
        "may_trade": after in {Standing.TRIAL, Standing.MEMBER},
    }
    tell_collective("standing.changed", dossier, event, context)
    tell_officers("register.standing_changed", dossier, event, context)


@subscribe("condition.expiring")
def tell_of_end(event: Event) -> None:
    dossier = _dossier_of(event)
    if dossier is None:
        return
    ends = date.fromisoformat(event.data["expires_on"])
    context = {"condition": Condition(event.data["condition"]).label, "ends": ends, "grace": ends + GRACE}
    tell_collective("condition.expiring", dossier, event, context)
    tell_officers("register.condition_expiring", dossier, event, context)
