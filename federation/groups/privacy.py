"""What working groups keep about a person: where they work, what they asked for and signed."""

from datetime import timedelta

from django.utils import timezone

from coopdelivery.people.models import Person
from coopdelivery.people.privacy import eraser, exports
from federation.models import Deliverable, Expense, GroupMember, Signature


@exports("working_groups")
def groups_of(person: Person) -> list[dict[str, object]]:
    return [dict(row) for row in GroupMember.objects.filter(person=person).order_by("id").values("group", "home__name", "since", "until")]


@exports("group_expenses")
def expenses_of(person: Person) -> list[dict[str, object]]:
    rows = Expense.objects.filter(asked_by=person).order_by("id")
    return [dict(row) for row in rows.values("mandate__group", "title", "cents", "currency", "asked_at", "state", "paid_on")]


@exports("group_signatures")
def signatures_of(person: Person) -> list[dict[str, object]]:
    return [dict(row) for row in Signature.objects.filter(person=person).order_by("id").values("expense__title", "at")]


@exports("group_deliverables")
def deliverables_of(person: Person) -> list[dict[str, object]]:
    rows = Deliverable.objects.filter(added_by=person).order_by("id")
    return [dict(row) for row in rows.values("mandate__group", "title", "due_on", "done_at")]


@eraser
def leave_groups(person: Person) -> None:
    """Their seats end; what they asked for and signed stays, because the books rest on it."""
    GroupMember.objects.filter(person=person, until=None).update(until=timezone.localdate() - timedelta(days=1))
