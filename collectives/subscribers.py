"""What collectives do when a vote has ended."""

from datetime import date

from collectives.models import Collective
from collectives.services.policies import set_policy
from coopdelivery.decisions.models import Proposal
from coopdelivery.decisions.opening import decided
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.people.models import Person


@subscribe("proposal.decided", within_transaction=True)
def set_what_was_decided(event: Event) -> None:
    """A passed proposal about one rule sets it: from the day it names, never from a day before the result."""
    proposal = decided(event)
    if proposal.state != Proposal.State.PASSED or proposal.collective_id is None or "policy" not in proposal.settles:
        return
    settles = proposal.settles
    today = Collective.objects.get(pk=proposal.collective_id).today()
    wished = date.fromisoformat(settles["effective_on"]) if settles.get("effective_on") else today
    by = Person.objects.filter(pk=event.by_id).first() if event.by_id else None
    set_policy(key=settles["policy"], value=settles["value"], decision=proposal, effective_on=max(wished, today), by=by)
