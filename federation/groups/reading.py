"""What a page says of one group."""

from dataclasses import dataclass

from coopdelivery.people.models import Person
from federation.groups.members import members_of
from federation.groups.pot import GroupRow, expenses, group_rows
from federation.groups.spending import may_sign, signatory_homes
from federation.models import Deliverable, Expense, GroupMember

MOST_EXPENSES = 200


@dataclass(frozen=True, slots=True)
class ExpenseRow:
    expense: Expense
    may_sign: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class GroupPage:
    """`is_member`: the reader works in the group."""

    row: GroupRow
    members: list[GroupMember]
    deliverables: list[Deliverable]
    expenses: list[ExpenseRow]
    is_member: bool


def page_of(group: str, reader: Person) -> GroupPage:
    """The same number of queries whatever was spent."""
    row = next(row for row in group_rows() if row.group == group)
    seats = list(members_of(group))
    promised = list(Deliverable.objects.filter(mandate=row.mandate).select_related("done_by")) if row.mandate else []
    found = expenses().filter(mandate__group=group)[:MOST_EXPENSES]
    homes = signatory_homes(group, reader)
    rows = [ExpenseRow(each, may_sign(each, reader, homes), _mine(each, reader)) for each in found]
    return GroupPage(row, seats, promised, rows, any(seat.person_id == reader.pk for seat in seats))


def _mine(expense: Expense, reader: Person) -> bool:
    return expense.asked_by_id == reader.pk and expense.state in {Expense.State.ASKED, Expense.State.SIGNED}
