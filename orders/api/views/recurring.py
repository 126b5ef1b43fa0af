"""Deliveries that come again: read here, changed on the pages."""

from django.db.models import QuerySet

from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from collectives.api.shapes import Json, collection, iri, paged
from orders.api.seen import one, stores_of
from orders.models import Repeat

READS = frozenset({"deliveries", "orders:all"})


class RecurrenceRules(Endpoint):
    """Those of the caller's stores that go on. A worker orders them in time; nobody has to ask."""

    rules = {
        "GET": Rule(
            "deliveries.view", READS, summary="Deliveries that come again", answers="RecurrenceRule", query=("page", "itemsPerPage")
        )
    }

    def get(self, call: Call) -> Answer:
        page, total, view = paged(call.request, _seen(call).order_by("pk"))
        return Answer(collection(call.request.path, [_shape(row) for row in page], total=total, view=view), context="RecurrenceRule")


class OneRecurrenceRule(Endpoint):
    rules = {"GET": Rule("deliveries.view", READS, summary="One of them", answers="RecurrenceRule")}

    def get(self, call: Call, pk: int) -> Answer:
        return Answer(_shape(one(_seen(call), pk)), context="RecurrenceRule")


def _seen(call: Call) -> QuerySet[Repeat]:
    return Repeat.objects.filter(partner__in=stores_of(call.caller).order_by().values("pk"), ended_at=None)


def _shape(row: Repeat) -> Json:
    """`rule` as RFC 5545 writes it, `template` what is ordered each time."""
    drops = [{"type": "DROPOFF", "address": {"streetAddress": drop["address"]}, **_hours(drop)} for drop in row.template["drops"]]
    return {
        "@id": iri("recurrence_rules", row.pk),
        "@type": "RecurrenceRule",
        "id": row.pk,
        "name": row.name,
        "rule": row.rule,
        "store": iri("stores", row.partner_id),
        "isCancelled": False,
        "template": {"@type": "hydra:Collection", "hydra:member": drops},
    }


def _hours(drop: Json) -> Json:
    return {"after": drop["from"], "before": drop["until"], "comments": drop["note"]}
