"""The members' rules change by decision only: the service checks it, and the database too (migration 0003)."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from collectives.models import Collective, Policy
from collectives.policies import POLICIES, Value, policy_value, rule_of
from collectives.refusals import Refusal
from collectives.tenancy import acting_for
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Proposal
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person

__all__ = ["POLICIES", "AlreadyFounded", "NotDecided", "found_policies", "policy_value", "set_policy"]
REVIEW_AFTER = timedelta(days=365)


class NotDecided(Refusal):
    sentence = translation.gettext_lazy("This proposal has not passed, or decided something else.")


class AlreadyFounded(Refusal):
    sentence = translation.gettext_lazy("The first rules are already decided. Propose a change instead.")


def set_policy(
    *, key: str, value: object, decision: Proposal, effective_on: date, by: Person | None, review_on: date | None = None
) -> Policy:
    """Write what `decision` settled, from that day on; a second decision for the same day replaces the first.

    It comes up for review after a year unless `review_on` says otherwise. Raises UnknownPolicy, BadPolicyValue, NotDecided.
    """
    rule = rule_of(key)
    kept = rule.checked(value)
    if (
        decision.manner == Proposal.Manner.URGENT
        or decision.collective_id is None
        or decision.state != Proposal.State.PASSED
        or not _settles(decision, key, kept)
    ):
        raise NotDecided
    with acting_for(decision.collective_id), transaction.atomic():
        before = policy_value(key, effective_on)
        facts = {"value": kept, "decision": decision, "review_on": review_on or effective_on + REVIEW_AFTER, "until": None}
        row, _created = Policy.objects.update_or_create(
            collective_id=decision.collective_id, key=key, effective_on=effective_on, defaults=facts
        )
        _announce(row, before, by)
    return row


def _announce(row: Policy, before: object, by: Person | None) -> None:
    journal.record(
        "policy.set",
        subject=row.decision.ref,
        collective_id=row.collective_id,
        by=by,
        key=row.key,
        before=before,
        after=row.value,
        effective_on=row.effective_on.isoformat(),
        decision=row.decision.number,
    )


def _settles(decision: Proposal, key: str, value: Value) -> bool:
    settles = decision.settles
    one = settles.get("policy") == key and settles.get("value") == value
    several = settles.get("policies")
    return one or (isinstance(several, dict) and several.get(key) == value)


def found_policies(
    *, collective: Collective, by: Person, on: date | None = None, values: Mapping[str, Value] | None = None, roll: list[int] | None = None
) -> Proposal:
    """The founding assembly's rules: the defaults, or what `values` says instead, in force from `on` (today).

    `roll` names who sat in that assembly, `by` alone unless told. Raises AlreadyFounded when any rule was decided before.
    """
    day = on or collective.today()
    settled = {rule.key: rule.default for rule in POLICIES.values()} | dict(values or {})
    for key, value in settled.items():
        rule_of(key).checked(value)
    with acting_for(collective), transaction.atomic():
        Collective.objects.select_for_update().get(pk=collective.pk)
        if Policy.objects.exists():
            raise AlreadyFounded
        decision = _founding_decision(collective, settled, day, by, roll or [by.pk])
        facts = {"collective": collective, "decision": decision, "effective_on": day, "review_on": day + REVIEW_AFTER}
        rows = Policy.objects.bulk_create(Policy(key=key, value=value, **facts) for key, value in settled.items())
        for row in rows:
            _announce(row, POLICIES[row.key].default, by)
    return decision


def _founding_decision(collective: Collective, settled: dict[str, Value], day: date, by: Person, roll: list[int]) -> Proposal:
    with translation.override(collective.language):
        title = _("Founding assembly: our common rules")
        text = _("The rules that the founding assembly agreed on, before votes were held here.")
    return decisions.record_assembly(
        collective_id=collective.pk, title=title, text=text, roll=roll, on=day, zone=collective.zone, settles={"policies": settled}, by=by
    )
