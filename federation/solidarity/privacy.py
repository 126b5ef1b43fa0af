"""What the solidarity fund keeps about a person: the requests they wrote for their co-op."""

from coopdelivery.people.models import Person
from coopdelivery.people.privacy import exports
from federation.models import AidRequest


@exports("solidarity_requests")
def aid_asked_by(person: Person) -> list[dict[str, object]]:
    """The words stay: the other co-ops decided on them."""
    rows = AidRequest.objects.filter(asked_by=person).order_by("id")
    return [dict(row) for row in rows.values("collective__name", "purpose", "form", "cents", "currency", "reason", "asked_at")]
