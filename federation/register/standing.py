"""Applicant, trial, member, lapsed, left: each step is dated and reasoned, and taken by a person (or by a date that has passed)."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from collectives.models import Collective, Standing
from collectives.services import change_standing
from coopdelivery.decisions.models import Proposal
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from federation.models import Dossier, Evidence, StandingChange
from federation.register.conditions import NOTICE, ConditionState, conditions_on, licence_until
from federation.register.offices import impartial_officer
from federation.register.papers import Pack, pack_of
from federation.register.refusals import ConditionsMissing, NoReason, NotAStep, NotResolved

TRIAL_LASTS = timedelta(days=365)
TRADING = frozenset({Standing.TRIAL, Standing.MEMBER})
ADMISSIONS: Mapping[str, str] = {Standing.APPLICANT: Standing.TRIAL, Standing.TRIAL: Standing.MEMBER}


def conditions_of(dossier: Dossier, on: date | None = None) -> list[ConditionState]:
    """The three conditions on a local day of the collective (today): one query."""
    pieces = Evidence.objects.filter(dossier=dossier)
    return conditions_on(pieces, on or dossier.collective.today(), pack=pack_for(dossier.collective))


def pack_for(collective: Collective) -> Pack:
    """The pieces this country and legal form ask for."""
    return pack_of(collective.country, collective.legal_form)


def next_standing(dossier: Dossier) -> str | None:
    """Where an admission would lead: from applicant to trial, from trial to member."""
    return ADMISSIONS.get(dossier.collective.standing)


def admit(*, dossier: Dossier, standing: str, by: Person, reason: str) -> StandingChange:
    """Let a collective into its trial; or, when the assembly has decided so, a collective on trial into membership.

    All three conditions must be held. Raises NotAnOfficer, OwnCollective, NoReason, NotAStep, ConditionsMissing, NotResolved.
    """
    impartial_officer(by, dossier)
    with transaction.atomic():
        locked = _lock(dossier)
        if ADMISSIONS.get(locked.collective.standing) != standing:
            raise NotAStep(before=locked.collective.get_standing_display(), after=Standing(standing).label)
        until = _held(locked)
        if standing == Standing.TRIAL:
            Dossier.objects.filter(pk=locked.pk).update(trial_until=locked.collective.today() + TRIAL_LASTS)
            return _move(locked, standing, by=by, reason=reason, until=until)
        resolution = resolution_for(locked)
        if resolution is None:
            raise NotResolved
        return _move(locked, standing, by=by, reason=reason, until=until, resolution=resolution)


def resolution_for(dossier: Dossier) -> Proposal | None:
    """The passed resolution of the assembly that admits this co-op and was not carried out yet."""
    used = StandingChange.objects.filter(dossier=dossier).exclude(resolution=None).values("resolution_id")
    passed = Proposal.objects.filter(collective_id=None, state=Proposal.State.PASSED, settles={"admit": str(dossier.ref)})
    return passed.exclude(pk__in=used).order_by("-decided_at").first()


def carry_out(resolution: Proposal) -> StandingChange | None:
    """What a passed resolution asks for, at once; None when the co-op is not on trial or a condition ended meanwhile: an officer looks."""
    with transaction.atomic():
        dossier = Dossier.objects.filter(ref=resolution.settles["admit"]).first()
        locked = _lock(dossier) if dossier else None
        if locked is None or locked.collective.standing != Standing.TRIAL or resolution_for(locked) != resolution:
            return None
        states = conditions_of(locked)
        if not all(state.is_valid for state in states):
            return None
        with translation.override(locked.collective.language):
            reason = gettext("Resolution %(number)s of the assembly.") % {"number": resolution.number}
        until = licence_until(states)
        return _move(locked, Standing.MEMBER, by=resolution.opened_by, reason=reason, until=until, resolution=resolution)


def reinstate(*, dossier: Dossier, by: Person, reason: str) -> StandingChange:
    """A lapsed collective returns to the standing it had, once all three conditions are held again. Raises as `admit` does."""
    impartial_officer(by, dossier)
    with transaction.atomic():
        locked = _lock(dossier)
        lapse_row = StandingChange.objects.filter(dossier=locked, after=Standing.LAPSED).first()
        if locked.collective.standing != Standing.LAPSED or lapse_row is None:
            raise NotAStep(before=locked.collective.get_standing_display(), after=Standing.MEMBER.label)
        return _move(locked, lapse_row.before, by=by, reason=reason, until=_held(locked))


def lapse(*, dossier: Dossier, by: Person, reason: str) -> StandingChange:
    """No new commercial orders; data and rounds under way stay. Raises NotAnOfficer, OwnCollective, NoReason, NotAStep."""
    impartial_officer(by, dossier)
    return _lapse(dossier, by=by, reason=reason)


def leave(*, dossier: Dossier, by: Person, reason: str) -> StandingChange:
    """The collective leaves the federation and keeps its data. Raises NotAnOfficer, OwnCollective, NoReason, NotAStep."""
    impartial_officer(by, dossier)
    with transaction.atomic():
        locked = _lock(dossier)
        if locked.collective.standing == Standing.LEFT:
            raise NotAStep(before=Standing.LEFT.label, after=Standing.LEFT.label)
        return _move(locked, Standing.LEFT, by=by, reason=reason, until=locked.collective.licence_until)


def reopen(*, dossier: Dossier, by: Person, reason: str) -> StandingChange:
    """A collective that left applies again. Raises NotAnOfficer, OwnCollective, NoReason, NotAStep."""
    impartial_officer(by, dossier)
    with transaction.atomic():
        locked = _lock(dossier)
        if locked.collective.standing != Standing.LEFT:
            raise NotAStep(before=locked.collective.get_standing_display(), after=Standing.APPLICANT.label)
        return _move(locked, Standing.APPLICANT, by=by, reason=reason, until=None)


def _lapse(dossier: Dossier, *, by: Person | None, reason: str) -> StandingChange:
    with transaction.atomic():
        locked = _lock(dossier)
        if locked.collective.standing not in TRADING:
            raise NotAStep(before=locked.collective.get_standing_display(), after=Standing.LAPSED.label)
        return _move(locked, Standing.LAPSED, by=by, reason=reason, until=locked.collective.licence_until)


def _lock(dossier: Dossier) -> Dossier:
    """One step at a time for each dossier."""
    locked = Dossier.objects.select_for_update().get(pk=dossier.pk)
    locked.collective = Collective.objects.get(pk=locked.collective_id)
    return locked


def _held(dossier: Dossier) -> date:
    """The date to which the licence runs. Raises ConditionsMissing."""
    states = conditions_of(dossier)
    until = licence_until(states)
    if until is None or not all(state.is_valid for state in states):
        raise ConditionsMissing(missing=", ".join(str(state.condition.label) for state in states if not state.is_valid))
    return until


def _move(
    dossier: Dossier, after: str, *, by: Person | None, reason: str, until: date | None, resolution: Proposal | None = None
) -> StandingChange:
    why = reason.strip()
    if not why:
        raise NoReason
    before = dossier.collective.standing
    change = StandingChange.objects.create(dossier=dossier, before=before, after=after, reason=why[:300], by=by, resolution=resolution)
    change_standing(collective=dossier.collective, standing=after, licence_until=until, by=by, reason=why)
    return change


def renew_licence(*, dossier: Dossier, by: Person | None) -> date | None:
    """After a new piece was found to hold: the date moves, the standing stays. Only for collectives on trial and members."""
    with transaction.atomic():
        locked = _lock(dossier)
        until = licence_until(conditions_of(locked))
        collective = locked.collective
        if collective.standing in TRADING and until is not None and until != collective.licence_until:
            with translation.override("en"):  # kept in the language of the sources; each reader sees it in their own
                reason = gettext("A condition was proved again.")
            change_standing(collective=collective, standing=collective.standing, licence_until=until, by=by, reason=reason)
    return until


def review_standing() -> dict[str, int]:
    """Every night: warn once 60 days before a condition ends, and lapse whose grace is over: `{"warned": 2, "lapsed": 1}`."""
    warned = lapsed = 0
    rows = Dossier.objects.filter(collective__standing__in=TRADING).select_related("collective").prefetch_related("evidence")
    for dossier in rows.order_by("pk"):
        today = dossier.collective.today()
        states = conditions_on(dossier.evidence.all(), today, pack=pack_for(dossier.collective))
        warned += sum(_warn(dossier, state.condition, state.until) for state in states if state.until and today >= state.until - NOTICE)
        until = licence_until(states)
        if until is None or until < today:
            with translation.override("en"):
                reason = gettext("A condition of the licence has expired and its grace is over.")
            _lapse(dossier, by=None, reason=reason)
            lapsed += 1
    return {"warned": warned, "lapsed": lapsed}


def _warn(dossier: Dossier, condition: str, until: date) -> bool:
    """Once for the piece that carries the condition."""
    with transaction.atomic():
        last = Evidence.objects.filter(
            dossier=dossier, condition=condition, verdict=Evidence.Verdict.HOLDS, expires_on=until, warned_at=None
        ).first()
        if last is None or not Evidence.objects.filter(pk=last.pk, warned_at=None).update(warned_at=timezone.now()):
            return False
        journal.record(
            "condition.expiring",
            subject=last.ref,
            collective_id=dossier.collective_id,
            dossier=str(dossier.ref),
            condition=str(condition),
            expires_on=last.expires_on.isoformat(),
        )
    return True
