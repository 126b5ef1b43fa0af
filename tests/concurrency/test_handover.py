"""R39: giver and receiver answer at the same moment, on PostgreSQL: exactly one of them is first, and nothing is written twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from collectives.models import Collective, Membership
from collectives.refusals import Refusal
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from dispatch.models import Task
from federation.handover import answering
from federation.handover.following import follow_up
from federation.models import Handover
from orders.models import Delivery, Order, Partner
from tests.dispatch.conftest import eight_in_the_morning  # noqa: F401  a fixture for every test
from tests.federation.handover_world import at_desk, fresh, noa_of, offered, open_shop, ride, shop_of, taken

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PEOPLE = 4
State = Handover.State


@pytest.fixture
def noa(nantes: Collective) -> Membership:
    open_shop(nantes)
    return noa_of(nantes)


@pytest.fixture
def shop(montreuil: Collective, dana: Membership) -> Callable[..., Delivery]:
    return shop_of(montreuil, dana)


def together(*acts: tuple[Collective, Callable[[], object]]) -> list[str]:
    """All at once, each at its own desk in its own thread; the refusal each got, or "done"."""
    start = Barrier(len(acts))

    def run(act: tuple[Collective, Callable[[], object]]) -> str:
        collective, do = act
        try:
            with at_desk(collective):
                start.wait(10)
                do()
        except Refusal as refused:
            return type(refused).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def counted(collective: Collective) -> tuple[int, int]:
    with acting_for(collective):
        return Order.objects.count(), Partner.objects.count()


@pytest.mark.parametrize("_round", range(4))
def test_r39_withdraw_and_accept_at_once_one_of_them_wins(
    shop: Callable[..., Delivery], nantes: Collective, montreuil: Collective, dana: Membership, noa: Membership, _round: int
) -> None:
    delivery = shop()
    handover = offered(delivery, nantes, dana)
    outcomes = together(
        (montreuil, lambda: answering.withdraw(handover=handover, by=dana.person)),
        (nantes, lambda: answering.accept(handover=handover, by=noa.person)),
    )
    assert outcomes == ["Answered", "done"]
    state = fresh(handover).state
    assert state in {State.WITHDRAWN, State.ACCEPTED}
    assert counted(nantes) == ((1, 1) if state == State.ACCEPTED else (0, 0))
    with acting_for(montreuil):
        with_nantes = Task.objects.filter(delivery=delivery, handed_to=nantes).count()
    assert with_nantes == (2 if state == State.ACCEPTED else 0)


def test_r39_accepting_by_several_people_at_once_is_one_order(
    shop: Callable[..., Delivery], nantes: Collective, dana: Membership, noa: Membership
) -> None:
    handover = offered(shop(), nantes, dana)
    outcomes = together(*[(nantes, lambda: answering.accept(handover=handover, by=noa.person))] * PEOPLE)
    assert outcomes.count("done") >= 1
    assert set(outcomes) <= {"Answered", "done"}
    assert counted(nantes) == (1, 1)
    assert Event.objects.filter(name="handover.accepted").count() == 2


def test_r39_several_deliveries_accepted_at_once_have_one_partner(
    shop: Callable[..., Delivery], nantes: Collective, dana: Membership, noa: Membership
) -> None:
    handovers = [offered(shop(), nantes, dana) for _each in range(PEOPLE)]
    outcomes = together(*[(nantes, lambda one=one: answering.accept(handover=one, by=noa.person)) for one in handovers])
    assert outcomes == ["done"] * PEOPLE
    assert counted(nantes) == (PEOPLE, 1)


def test_r39_a_delivery_is_offered_to_one_co_op_at_a_time(
    shop: Callable[..., Delivery], nantes: Collective, montreuil: Collective, dana: Membership
) -> None:
    delivery = shop()
    outcomes = together(*[(montreuil, lambda: offered(delivery, nantes, dana, key=uuid4()))] * PEOPLE)
    assert outcomes == ["AlreadyOffered"] * (PEOPLE - 1) + ["done"]
    assert Handover.objects.count() == 1


def test_r39_what_happened_is_brought_back_once_by_several_workers(
    shop: Callable[..., Delivery], nantes: Collective, montreuil: Collective, dana: Membership, noa: Membership
) -> None:
    done = taken(offered(shop(), nantes, dana), noa)
    ride(done, noa)
    together(*[(nantes, lambda: follow_up(done))] * PEOPLE)
    journal.run_waiting()
    assert fresh(done).state == State.DELIVERED
    own = Event.objects.filter(collective_id=montreuil.pk)
    assert [own.filter(name=name).count() for name in ("task.done", "delivery.delivered", "handover.delivered")] == [2, 1, 1]
