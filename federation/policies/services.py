"""The federation's settings change by a passed resolution with its day, or for 72 hours in an emergency; the database refuses the rest."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectives.refusals import Refusal
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Proposal
from coopdelivery.decisions.refusals import Refusal as DecisionRefusal
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from federation.assembly.resolutions import open_resolution
from federation.models import FederationPolicy
from federation.policies.rules import in_force, setting_of, value_of
from federation.register.offices import officers_today
from federation.register.refusals import NotAnOfficer

LASTS = timedelta(hours=72)
REST = timedelta(days=30)


class NothingNew(Refusal):
    field = "value"
    sentence = gettext_lazy("This is what already holds. Choose another value.")


class NotASwitch(Refusal):
    sentence = gettext_lazy("An emergency changes a switch, never how the assembly decides. Propose it to the members.")


class EmergencySpent(Refusal):
    sentence = gettext_lazy("This setting was changed in an emergency less than 30 days ago. Now the members decide.")


class WhyItCannotWait(Refusal):
    field = "reason"
    sentence = gettext_lazy("Say why this cannot wait for a vote. Everybody reads it.")


@contextmanager
def _attempt(key: str, what: str, by: Person) -> Iterator[None]:
    """What is refused inside leaves its trace in the journal, and nothing else."""
    try:
        yield
    except (Refusal, DecisionRefusal) as refusal:
        with transaction.atomic():
            facts = {"what": what, "why": type(refusal).__name__}
            journal.record("policy.refused", subject=key[:40], collective_id=None, by=by, **facts)
        raise


def propose_setting(*, key: str, value: str, text: str, effective_on: date, closes_at: datetime, by: Person) -> Proposal:
    """Put another value to the vote. Raises UnknownSetting, BadSetting, NothingNew, NotAnOfficer, NobodyVotes, EndsTooSoon."""
    with _attempt(key, "propose", by):
        return _propose(key, value, text, effective_on, closes_at, by)


def _propose(key: str, value: str, text: str, effective_on: date, closes_at: datetime, by: Person) -> Proposal:
    setting = setting_of(key)
    kept = setting.checked(value)
    if kept == value_of(key):
        raise NothingNew
    title = _("%(rule)s: %(value)s") % {"rule": setting.label, "value": setting.in_words(kept)}
    settles = {"setting": key, "value": kept, "effective_on": effective_on.isoformat()}
    return open_resolution(title=title[:160], text=text, closes_at=closes_at, by=by, settles=settles)


def carry_out(resolution: Proposal) -> FederationPolicy:
    """What a passed resolution says, from the day it names, never before the result. The same resolution twice changes nothing."""
    told = resolution.settles
    kept = setting_of(told["setting"]).checked(told["value"])
    day = max(date.fromisoformat(told["effective_on"]), timezone.localdate(resolution.decided_at))
    with transaction.atomic():
        facts = {"key": told["setting"], "value": kept, "effective_on": day}
        row, made = FederationPolicy.objects.get_or_create(decision=resolution, defaults=facts)
        if made:
            _announce(row, None)
    return row


def change_in_emergency(*, key: str, value: str, reason: str, by: Person) -> FederationPolicy:
    """For 72 hours from now; then what the members decided holds again.

    Raises UnknownSetting, BadSetting, NotASwitch, WhyItCannotWait, NotAnOfficer, NothingNew, EmergencySpent.
    """
    with _attempt(key, "emergency", by):
        return _change_at_once(key, value, reason, by)


def _change_at_once(key: str, value: str, reason: str, by: Person) -> FederationPolicy:
    setting = setting_of(key)
    kept = setting.checked(value)
    if not setting.switch:
        raise NotASwitch
    if not reason.strip():
        raise WhyItCannotWait
    with transaction.atomic():
        if by.pk not in {row.person_id for row in officers_today().select_for_update(of=("self",))}:
            raise NotAnOfficer
        now, row = timezone.now(), in_force().get(key)
        if kept == (row.value if row else setting.default):
            raise NothingNew
        if FederationPolicy.objects.filter(key=key, until__gt=now - REST).exists():
            raise EmergencySpent
        title = _("Emergency: %(rule)s: %(value)s") % {"rule": setting.label, "value": setting.in_words(kept)}
        settles = {"urgent": key, "value": kept}
        decision = decisions.record_urgent(collective_id=None, title=title[:160], reason=reason.strip(), settles=settles, by=by)
        until = (decision.decided_at or now) + LASTS
        made = FederationPolicy.objects.create(key=key, value=kept, decision=decision, effective_on=timezone.localdate(), until=until)
        _announce(made, by)
    return made


def _announce(row: FederationPolicy, by: Person | None) -> None:
    facts = {"key": row.key, "after": row.value, "effective_on": row.effective_on.isoformat(), "decision": row.decision.number}
    ends = {"until": row.until.isoformat()} if row.until else {}
    journal.record("policy.set", subject=row.decision.ref, collective_id=None, by=by, **facts, **ends)
