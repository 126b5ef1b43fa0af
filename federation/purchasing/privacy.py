"""What group purchases keep about a person: those they opened, and what they said for their co-op."""

from coopdelivery.people.models import Person
from coopdelivery.people.privacy import exports
from federation.models import GroupPurchase, Intent


@exports("group_purchases")
def purchases_of(person: Person) -> list[dict[str, object]]:
    rows = GroupPurchase.objects.filter(opened_by=person).order_by("id")
    return [dict(row) for row in rows.values("title", "supplier", "opened_at", "state")]


@exports("group_purchase_intents")
def intents_of(person: Person) -> list[dict[str, object]]:
    """They stay: the co-op is bound by them."""
    rows = Intent.objects.filter(stated_by=person).order_by("id")
    return [dict(row) for row in rows.values("purchase__title", "collective__name", "units", "stated_at")]
