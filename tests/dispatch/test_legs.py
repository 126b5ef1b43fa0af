"""Each leg has its own life: whatever fails or is cancelled, the others can be finished in any order that what is on the bike allows."""

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectives.models import Collective, Membership
from dispatch.models import Task
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.progress import fail_task, finish_task
from dispatch.services.refusals import NotOnBoard
from orders.models import Stop
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of

FATES = st.lists(st.sampled_from(["done", "failed", "cancelled"]), min_size=5, max_size=5)


def ride(tasks: list[Task], fates: dict[int, str], by: Membership) -> None:
    """Round after round through the legs in their order, until nothing moves; a refusal leaves the leg as it was."""
    waiting, moved = list(tasks), True
    while waiting and moved:
        moved = False
        for task in list(waiting):
            try:
                if fates[task.pk] == "done":
                    finish_task(task=task, by=by.person, at=at(8))
                else:
                    fail_task(task=task, by=by.person, at=at(8), reason="nobody there")
            except NotOnBoard:
                assert Task.objects.get(pk=task.pk).status == "todo"
                continue
            waiting.remove(task)
            moved = True


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=FATES, data=st.data())
def test_any_legs_may_fail_or_be_cancelled_without_jamming_the_others(
    order: Order, carl: Membership, dana: Membership, tuesday: Collective, fates: list[str], data: st.DataObject
) -> None:
    with transaction.atomic():
        tasks = tasks_of(order(drops=4))
        plan_tasks(tasks=refs(tasks), to_round=loose_round_of(carl, TUESDAY), by=dana.person)
        wanted = {task.pk: fate for task, fate in zip(tasks, fates, strict=True)}
        off = [task for task in tasks if wanted[task.pk] == "cancelled"]
        Task.objects.filter(pk__in=[task.pk for task in off]).update(status="cancelled")
        Stop.objects.filter(pk__in=[task.stop_id for task in off]).update(status="cancelled")
        live = [task for task in tasks if wanted[task.pk] != "cancelled"]
        ride(data.draw(st.permutations(live)), wanted, carl)
        pickup = next(task for task in tasks if task.kind == "pickup")
        on_board = wanted[pickup.pk] != "failed"
        found = dict(Task.objects.filter(pk__in=wanted).values_list("pk", "status"))
        for task in tasks:
            jammed = wanted[task.pk] == "done" and task.kind == "dropoff" and not on_board
            assert found[task.pk] == ("todo" if jammed else wanted[task.pk])
        transaction.set_rollback(True)
