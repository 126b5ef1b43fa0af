"""Where one person works, before any collective is chosen."""

from collectives.models import RoleHeld
from collectives.tenancy import acting_for_everyone


def roles_everywhere(person_id: int) -> list[tuple[str, str]]:
    """(slug of the collective, role) for each role that a person holds as an active member, in the order they joined: one query."""
    with acting_for_everyone("where a person works is asked before a collective is chosen, or for all of them at once"):
        held = RoleHeld.objects.filter(membership__person_id=person_id, membership__is_active=True)
        ordered = held.order_by("membership__joined_at", "membership_id")
        return list(ordered.values_list("membership__collective__slug", "role"))
