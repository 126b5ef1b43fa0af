"""A rule that cannot wait for a vote: one person changes it, says why, and it ends by itself after 72 hours."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectives.models import Collective, Policy
from collectives.policies import Kind, policy_value, rule_of
from collectives.refusals import Refusal
from collectives.tenancy import acting_for
from coopdelivery.decisions import services as decisions
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person

LASTS = timedelta(hours=72)
REST = timedelta(days=30)
SWITCHES = frozenset({Kind.FLAG, Kind.CHOICE})


class NotForEmergencies(Refusal):
    sentence = gettext_lazy("An emergency changes a switch, never a price or a share. Propose it to the members.")


class EmergencyUsed(Refusal):
    sentence = gettext_lazy("This rule was changed in an emergency less than 30 days ago. Now the members decide.")


class DecidedToday(Refusal):
    sentence = gettext_lazy("A decision of the members on this rule takes effect today. It stands.")


class NothingToChange(Refusal):
    field = "value"
    sentence = gettext_lazy("This is what already holds. Choose another value.")


class NoReasonGiven(Refusal):
    field = "reason"
    sentence = gettext_lazy("Say why this cannot wait for a vote. Everybody reads it.")


def change_in_emergency(*, collective: Collective, key: str, value: object, reason: str, by: Person) -> Policy:
    """For 72 hours from now, whatever the members decided before; then that holds again.

    Raises UnknownPolicy, BadPolicyValue, NotForEmergencies, NoReasonGiven, NothingToChange, EmergencyUsed, DecidedToday.
    """
    rule = rule_of(key)
    kept = rule.checked(value)
    if rule.kind not in SWITCHES:
        raise NotForEmergencies
    if not reason.strip():
        raise NoReasonGiven
    with acting_for(collective), transaction.atomic():
        Collective.objects.select_for_update().get(pk=collective.pk)
        before, today, now = policy_value(key, collective.today()), collective.today(), timezone.now()
        if before == kept:
            raise NothingToChange
        if Policy.objects.filter(key=key, until__gt=now - REST).exists():
            raise EmergencyUsed
        if Policy.objects.filter(key=key, effective_on=today).exists():
            raise DecidedToday
        with translation.override(collective.language):
            title = _("Emergency: %(rule)s: %(value)s") % {"rule": rule.label, "value": rule.in_words(kept, collective.currency)}
        decision = decisions.record_urgent(
            collective_id=collective.pk, title=title[:160], reason=reason.strip(), settles={"urgent": key, "value": kept}, by=by
        )
        until = (decision.decided_at or now) + LASTS
        row = Policy.objects.create(collective=collective, key=key, value=kept, decision=decision, effective_on=today, until=until)
        facts = {"key": key, "before": before, "after": kept, "effective_on": today.isoformat(), "until": until.isoformat()}
        journal.record("policy.set", subject=decision.ref, collective_id=collective.pk, by=by, decision=decision.number, **facts)
    return row
