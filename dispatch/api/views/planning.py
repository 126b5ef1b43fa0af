"""Reading and writing the plan of a day, as dispatchers' clients do."""

from collections import defaultdict
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from collectives.access import allows
from collectives.api.callers import ROLES, roles_of
from collectives.api.dates import day_of
from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from collectives.api.errors import invalid
from collectives.api.shapes import Json, collection, iri
from collectives.models import Collective, Membership
from collectives.selectors import members
from dispatch.api import shapes
from dispatch.api.acting import MOST_TASKS
from dispatch.api.days import day_of_courier, rounds_of
from dispatch.api.planning import check_size, set_day, set_tasks
from dispatch.api.rows import Row, colour_of, shaped, tag_card
from dispatch.api.views.giving import courier_called
from dispatch.api.views.tasks import is_ours, links
from dispatch.models import Round, Tag, Task
from dispatch.services.rounds import create_round, delete_round, rename_round
from orders.api.reading import text_of
from orders.api.seen import id_of, one

NOBODY = frozenset[str]()
READS = frozenset({"tasks:all"})


def asked_day(call: Call) -> date:
    text = call.query.get("date", "")
    return day_of(text, "date") if text else call.collective.today()


class TaskLists(Endpoint):
    """One list for each courier who has something that day, with full tasks."""

    rules = {"GET": Rule("board.view", READS, summary="Couriers' days", answers="TaskList", query=("date",))}

    def get(self, call: Call) -> Answer:
        on = asked_day(call)
        busy = Round.objects.filter(on=on).exclude(courier=None).values("courier_id")
        found = Membership.objects.filter(pk__in=busy).select_related("person").order_by("joined_at", "pk")
        members = [self.shaped(call, member, on) for member in found]
        return Answer(collection(call.request.get_full_path(), members), context="TaskList")

    def shaped(self, call: Call, member: Membership, on: date) -> Json:
        card, found = day_of_courier(member, on, call.collective)
        return {**card, "items": shaped(found, call.collective.zone)}


class TaskListsV2(TaskLists):
    """The same with links: named rounds as tours, loose tasks each for itself."""

    def shaped(self, call: Call, member: Membership, on: date) -> Json:
        return linked(call.collective, member, on)


def linked(collective: Collective, member: Membership, on: date) -> Json:
    card, found = day_of_courier(member, on, collective)
    tasks = [iri("tasks", row.pk) for row in found]
    return {**card, "items": items_of(rounds_of(member, on), found), "tasksIds": tasks}


def items_of(rounds: list[Round], found: list[Row]) -> list[str]:
    by_round: dict[int, list[str]] = defaultdict(list)
    for row in found:
        by_round[row.round_id or 0].append(iri("tasks", row.pk))
    items: list[str] = []
    for each in rounds:
        items += [iri("tours", each.pk)] if each.name else by_round[each.pk]
    return items


class OneTaskList(Endpoint):
    rules = {"GET": Rule("board.view", READS, summary="A courier's day", answers="TaskList")}

    def get(self, call: Call, pk: int) -> Answer:
        member_pk, digits = divmod(pk, shapes.DAY_DIGITS)
        on = day_of(f"{digits // 10000:04}-{digits // 100 % 100:02}-{digits % 100:02}", "date")
        return Answer(linked(call.collective, one(Membership.objects.select_related("person"), member_pk), on), context="TaskList")


class SetItems(Endpoint):
    """The whole ordered day of a courier: giving, taking back and ordering are all this call."""

    example = {"items": ["/api/tasks/1", "/api/tasks/2"]}
    rules = {"PUT": Rule("rounds.plan", NOBODY, summary="A courier's whole day", example=example, answers="TaskList")}

    def put(self, call: Call, day: str, username: str) -> Answer:
        on, courier = day_of(day, "date"), courier_called(username)
        items = call.sent.get("items")
        check_size(items if isinstance(items, list) else [])
        found = [str(link) for link in _links(items)]
        tasks = in_order(Task.objects.all(), found, "tasks")
        tours = in_order(Round.objects.filter(on=on).exclude(name=""), found, "tours")
        if len(tasks) + len(tours) != len(found):
            raise invalid("items", _("One of these is no task or tour of that day. Load the day again."), "no_item")
        inside = {tour.pk for tour in tours}
        loose = [task for task in tasks if task.round_id not in inside]
        set_day(courier=courier, on=on, tasks=loose, tours=tours, by=call.person)
        return Answer(linked(call.collective, courier, on), context="TaskList")


def _links(value: Any) -> list[Any]:
    """As `links`, for a whole day."""
    if not isinstance(value, list):
        raise invalid("items", _("Send a list of links."), "bad_list")
    parts = [links(value[n : n + MOST_TASKS], "items") for n in range(0, len(value), MOST_TASKS)]
    return list(dict.fromkeys(link for part in parts for link in part))


def in_order(rows: QuerySet[Any], found: list[str], kind: str) -> list[Any]:
    """The rows that the links of this kind name, in their order."""
    pks = [id_of(link, kind, "items") for link in found if link.startswith(f"/api/{kind}/")]
    by_pk = rows.in_bulk(pks) if pks else {}
    return [by_pk[pk] for pk in pks if pk in by_pk]


class Tours(Endpoint):
    """Named rounds."""

    example = {"name": "North", "date": "2030-01-02", "tasks": []}
    rules = {
        "GET": Rule("board.view", READS, summary="Tours of a day", answers="Tour", query=("date",)),
        "POST": Rule("rounds.plan", NOBODY, summary="Make a tour", example=example, answers="Tour", status=201),
    }

    def get(self, call: Call) -> Answer:
        found = Round.objects.filter(on=asked_day(call)).exclude(name="").select_related("courier__person")
        return Answer(collection(call.request.get_full_path(), tours(call.collective.zone, list(found))), context="Tour")

    def post(self, call: Call) -> Answer:
        body = call.sent
        on = day_of(body["date"], "date") if body.get("date") else call.collective.today()
        chosen = in_order(Task.objects.all(), [str(link) for link in links(body.get("tasks") or [], "tasks")], "tasks")
        row = create_round(on=on, name=text_of(body, "name", ""), by=call.person)
        if chosen:
            set_tasks(row=row, tasks=chosen, by=call.person)
        return Answer(tours(call.collective.zone, [row])[0], 201, "Tour")


def tours(zone: ZoneInfo, found: list[Round]) -> list[Json]:
    by_round: dict[int | None, list[int]] = defaultdict(list)
    for pk, round_id in Task.objects.filter(round__in=found).order_by("round_id", "position").values_list("pk", "round_id"):
        by_round[round_id].append(pk)
    return [shapes.tour(row, by_round[row.pk], zone) for row in found]


class OneTour(Endpoint):
    rules = {
        "GET": Rule("board.view", READS, summary="One tour", answers="Tour"),
        "PUT": Rule("rounds.plan", NOBODY, summary="A tour's tasks and name", example={"tasks": [], "name": "North"}, answers="Tour"),
        "DELETE": Rule("rounds.plan", NOBODY, summary="Remove an empty tour", status=204),
    }

    def get(self, call: Call, pk: int) -> Answer:
        return Answer(tours(call.collective.zone, [tour_for(pk)])[0], context="Tour")

    def put(self, call: Call, pk: int) -> Answer:
        row, body = tour_for(pk), call.sent
        name = text_of(body, "name", "")
        if name and name != row.name:
            rename_round(round=row, name=name, by=call.person)
        if "tasks" in body or "items" in body:
            found = [str(link) for link in _links(body.get("tasks", body.get("items")))]
            chosen = in_order(Task.objects.all(), found, "tasks")
            if len(chosen) != len(found):
                raise invalid("tasks", _("One of these is no task. Load the day again."), "no_item")
            set_tasks(row=row, tasks=chosen, by=call.person)
        return self.get(call, pk)

    def delete(self, call: Call, pk: int) -> Answer:
        delete_round(round=tour_for(pk), by=call.person)
        return Answer(status=204)


def tour_for(pk: int) -> Round:
    row: Round = one(Round.objects.exclude(name="").select_related("courier__person"), pk)
    return row


class Users(Endpoint):
    """Who works here; `roles[]` narrows."""

    rules = {"GET": Rule("members.view", NOBODY, summary="Members", answers="User", query=("roles[]",))}

    def get(self, call: Call) -> Answer:
        wanted = {role for role, name in ROLES.items() if name in call.request.GET.getlist("roles[]")}
        found = members() if not wanted else members().filter(held__role__in=wanted).distinct()
        rows = [user(member) for member in found]
        return Answer(collection(call.request.get_full_path(), rows), context="User")


def user(member: Membership) -> Json:
    person = member.person
    data = {"@id": iri("users", person.pk), "@type": "User", "id": person.pk, "username": person.username, "fullName": person.name}
    return {**data, "roles": roles_of(member), "color": colour_of(member.colour)}


class Empty(Endpoint):
    """A collection of the dialect that this house has nothing of, so that clients which always ask for it go on."""

    rules = {"GET": Rule("", frozenset({"deliveries", "tasks", "orders", "tasks:all", "orders:all"}), summary="An empty collection")}

    def get(self, call: Call) -> Answer:
        return Answer(collection(call.request.path, []), context="Collection")


class Tags(Empty):
    """The co-op's own words for kinds of work, by name. A partner gets none: they are no business of theirs."""

    rules = {"GET": Rule("", Empty.rules["GET"].scopes, summary="Tags of the co-op")}

    def get(self, call: Call) -> Answer:
        partner = call.caller.membership is not None and not allows(call.caller.membership, "tasks.report")
        found = Tag.objects.values_list("pk", "slug", "name", "colour") if is_ours(call) and not partner else []
        return Answer(collection(call.request.path, [tag_card(*tag) for tag in found]), context="Collection")
