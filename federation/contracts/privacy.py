"""What framework contracts keep about a person: applications they wrote, decisions they took, appeals they made or settled."""

from django.db.models import Q

from coopdelivery.people.models import Person
from coopdelivery.people.privacy import exports
from federation.models import Allotment, Appeal, Application


@exports("contract_applications")
def applications_of(person: Person) -> list[dict[str, object]]:
    rows = Application.objects.filter(made_by=person).order_by("id")
    return [dict(row) for row in rows.values("lot__contract__client", "lot__name", "collective__name", "offer", "capacity", "made_at")]


@exports("contract_allotments")
def allotments_of(person: Person) -> list[dict[str, object]]:
    """They stay: co-ops work on them, and read who decided."""
    rows = Allotment.objects.filter(decided_by=person).order_by("id")
    return [dict(row) for row in rows.values("lot__contract__client", "lot__name", "collective__name", "reasons", "decided_at")]


@exports("contract_appeals")
def appeals_of(person: Person) -> list[dict[str, object]]:
    rows = Appeal.objects.filter(Q(made_by=person) | Q(decided_by=person)).order_by("id")
    return [dict(row) for row in rows.values("allotment__lot__name", "text", "made_at", "granted", "reasons", "decided_at")]
