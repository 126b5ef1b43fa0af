"""What the federation does when its assembly has decided."""

from datetime import date

from coopdelivery.decisions.models import Proposal
from coopdelivery.decisions.opening import decided
from coopdelivery.journal.models import Event
from coopdelivery.journal.services import subscribe
from coopdelivery.people.models import Person
from federation.dues import services as dues
from federation.groups import mandates
from federation.policies import services as policies
from federation.register.standing import carry_out
from federation.solidarity import fund


@subscribe("proposal.decided", within_transaction=True)
def admit_as_resolved(event: Event) -> None:
    """A passed resolution about a co-op on trial makes it a member, in the same transaction."""
    proposal = decided(event)
    if proposal.collective_id is None and proposal.state == Proposal.State.PASSED and "admit" in proposal.settles:
        carry_out(proposal)


@subscribe("proposal.decided", within_transaction=True)
def set_dues_as_resolved(event: Event) -> None:
    """A passed resolution about dues is in force, in the same transaction."""
    proposal = decided(event)
    if proposal.collective_id is None and proposal.state == Proposal.State.PASSED and "dues" in proposal.settles:
        dues.carry_out(proposal)


@subscribe("proposal.decided", within_transaction=True)
def give_mandate_as_resolved(event: Event) -> None:
    """A passed resolution about a working group is its mandate, in the same transaction."""
    proposal = decided(event)
    if proposal.collective_id is None and proposal.state == Proposal.State.PASSED and "mandate" in proposal.settles:
        mandates.carry_out(proposal)


@subscribe("proposal.decided", within_transaction=True)
def endow_as_resolved(event: Event) -> None:
    """A passed resolution moves contributions into the solidarity fund, in the same transaction."""
    proposal = decided(event)
    if proposal.collective_id is None and proposal.state == Proposal.State.PASSED and "endow" in proposal.settles:
        fund.carry_out(proposal)


@subscribe("proposal.decided", within_transaction=True)
def set_what_was_resolved(event: Event) -> None:
    """A passed resolution about a setting of the federation sets it, in the same transaction."""
    proposal = decided(event)
    if proposal.collective_id is None and proposal.state == Proposal.State.PASSED and "setting" in proposal.settles:
        policies.carry_out(proposal)


@subscribe("dues.month_asked")
def call_the_month(event: Event) -> None:
    """By the worker; what was called before stays as it is."""
    by = Person.objects.filter(pk=event.by_id).first() if event.by_id else None
    dues.call_month(first=date.fromisoformat(event.data["first"]), by=by)
