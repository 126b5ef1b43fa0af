"""What hand-overs keep about a person: the offers they made and the answers they gave for their co-op."""

from django.db.models import Q

from coopdelivery.people.models import Person
from coopdelivery.people.privacy import exports
from federation.models import Handover


@exports("handovers")
def agreed_by(person: Person) -> list[dict[str, object]]:
    """The words stay: both co-ops' accounts follow from them."""
    rows = Handover.objects.filter(Q(offered_by=person) | Q(answered_by=person)).order_by("id")
    named = ("giver__name", "receiver__name", "state", "cents", "currency", "note", "reason", "offered_at", "answered_at")
    return [dict(row) for row in rows.values(*named)]
