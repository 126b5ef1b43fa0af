"""What dispatch adds below: the forecast of a stop, and the work's side of a delivery's page. Registered when the app starts."""

from collections.abc import Sequence

from django.utils import timezone

from collectives.models import Membership, Vehicle
from dispatch.models import ALONG, Incident, Leg, Proof, Round, Tag, Task, TaskStatus
from dispatch.services.arrivals import days_of
from orders.models import Delivery, Stop
from orders.outlook import Arrival, register_arrival, register_planned
from orders.panels import Panel, register
from orders.proofs import Picture, register_pictures
from orders.selectors import is_staff


@register_arrival
def arrivals(stops: Sequence[Stop]) -> dict[int, Arrival]:
    """By stop: when the plan says, how many stops come before in that courier's day, and who rides."""
    wanted = {stop.pk for stop in stops}
    rounds = Round.objects.filter(tasks__stop__in=wanted, tasks__leg=Leg.STOP, tasks__status__in=[TaskStatus.TODO, TaskStatus.DOING])
    found = {row.pk: row for row in rounds.select_related("courier__person", "vehicle").distinct()}
    known: dict[int, Arrival] = {}
    for in_order, day in days_of(found.values(), timezone.now()):
        before = 0
        for row, arrival in zip(in_order, day.arrivals, strict=True):
            if row.stop_id in wanted and not row.at_hub and row.is_live and row.round_id in found:
                known[row.stop_id] = _arrival(found[row.round_id], arrival, before, under_way=row.status == TaskStatus.DOING)
            before += row.is_live
    return known


@register_pictures
def pictures(stops: list[int]) -> list[Picture]:
    """Photos of these stops, whichever attempt they belong to."""
    rows = Proof.objects.filter(task__stop__in=stops, kind=Proof.Kind.PHOTO).exclude(image="").select_related("task")
    return [Picture(row.ref, row.task.stop_id, row.taken_at, row.image) for row in rows.order_by("taken_at", "pk")]


@register_planned
def is_in_a_round(delivery: Delivery) -> bool:
    return Task.objects.filter(delivery=delivery, round__isnull=False).exists()


def _arrival(owned: Round, at: object, before: int, *, under_way: bool) -> Arrival:
    vehicle: Vehicle | None = owned.vehicle
    return Arrival(
        planned_at=at,  # type: ignore[arg-type]  # a datetime or None
        stops_before=before,
        under_way=under_way,
        courier=owned.courier.person.first_name if owned.courier else "",
        vehicle=vehicle.get_kind_display() if vehicle else "",
        electric=vehicle.electric if vehicle else True,
    )


@register
def work_of(delivery: Delivery, membership: Membership) -> Panel | None:
    """Attempts, proofs and incidents; names of couriers, tags, the link to the board and the way through a hub are for staff."""
    staff = is_staff(membership)
    tasks = Task.objects.filter(delivery=delivery).select_related(
        "stop__place", "place", "round__courier__person", "finished_by", "handed_to"
    )
    found = list(tasks.order_by(*ALONG) if staff else tasks.filter(leg=Leg.STOP).order_by(*ALONG))
    if not found:
        return None
    proofs = Proof.objects.filter(task__in=found).select_related("task__stop__place", "task__place", "by")
    incidents = Incident.objects.filter(task__in=found).select_related("task__stop__place", "task__place", "reported_by")
    context = {"tasks": found, "proofs": list(proofs), "incidents": list(incidents), "staff": staff}
    context["tags"] = list(Tag.objects.filter(uses__delivery=delivery)) if staff else []
    return Panel("dispatch/_delivery_panel.html", context)
