"""Who is acting: a person of the acting collective, and by which door."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from collectives.access import allows
from collectives.models import Membership
from collectives.policies import policy_value
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from dispatch.models import Round, Task
from dispatch.services.refusals import NotAPlanner

PEOPLE_COME_BY = frozenset({"web", "courier", "api", "import"})


def member(by: Person) -> Membership | None:
    """The person's active membership in the acting collective, with roles."""
    return Membership.objects.select_related("person").prefetch_related("held").filter(person_id=by.pk, is_active=True).first()


def planner(by: Person) -> tuple[Membership, str]:
    """The planner's membership and the door they came by. Raises NotAPlanner for anyone else, and for rules and the system."""
    source = journal.current_source()
    membership = member(by)
    if source not in PEOPLE_COME_BY:
        raise NotAPlanner(_("Only a person plans rounds: a rule or the system may not."))
    if membership is None or not allows(membership, "rounds.plan"):
        raise NotAPlanner(_("Planning rounds is for dispatchers of this co-op."))
    return membership, source


def planner_or_volunteer(by: Person, *, tasks: Sequence[UUID | str], to_round: Round | None) -> str:
    """The door a planner came by; or a courier's who takes free stops into their own day, where the co-op decided that they may."""
    membership = member(by)
    source = journal.current_source()
    if (
        membership is not None
        and source in PEOPLE_COME_BY
        and not allows(membership, "rounds.plan")
        and _may_take(membership, tasks, to_round)
    ):
        return source
    return planner(by)[1]


def may_volunteer(membership: Membership) -> bool:
    """Whether couriers may take free work here by a decision of the members, and this is one."""
    return allows(membership, "pocket.use") and policy_value("self_assignment") is True


def volunteer(by: Person) -> tuple[Membership, str]:
    """The courier's membership and the door they came by. Raises NotAPlanner where the members did not decide that couriers may."""
    membership, source = member(by), journal.current_source()
    if membership is None or source not in PEOPLE_COME_BY or not may_volunteer(membership):
        raise NotAPlanner(_("The members did not decide that couriers take rounds themselves."))
    return membership, source


def _may_take(membership: Membership, tasks: Sequence[UUID | str], to_round: Round | None) -> bool:
    own = to_round is not None and to_round.courier_id == membership.pk and allows(membership, "pocket.use")
    if not own or policy_value("self_assignment") is not True:
        return False
    return not Task.objects.filter(ref__in=tasks).exclude(round=None).exclude(round=to_round).exists()
