"""Why something was planned although it is more than a bike, a shift or a rule allows: words in the history, nothing is forbidden."""

from django.db import transaction
from django.utils.translation import gettext as _

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from dispatch.models import PlanChange
from dispatch.services.refusals import CannotMove
from dispatch.services.who import planner

LONGEST = 300


@transaction.atomic
def explain_change(*, change: PlanChange, reason: str, by: Person) -> None:
    """Keep the reason beside the gesture; only its own author explains it. Raises NotAPlanner, CannotMove."""
    planner(by)
    if change.by_id != by.pk:
        raise CannotMove(_("Only the person who did it can say why."), field="change")
    journal.record(
        "plan.explained", subject=change.ref, collective_id=change.collective_id, by=by, verb=change.verb, reason=reason.strip()[:LONGEST]
    )
