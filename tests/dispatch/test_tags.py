"""Tags: the co-op's own words, on deliveries; seen on the board, found, filtered, printed, told to its own programs alone."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collectives.models import Collective, Hub, Membership
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.places.services import find_or_create_place
from dispatch.models import Tag, Tagged, Task
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.refusals import CannotMove, NotAPlanner
from dispatch.services.relay import relay
from dispatch.services.tags import MOST, copy_tags, keep_tag, remove_tag, tag_deliveries
from orders.models import Delivery, Partner
from orders.services import add_partner_user
from tests.dispatch.conftest import TUESDAY, Order, refs, tasks_of

JSON = {"Accept": "application/json"}


def url(name: str, **kwargs: Any) -> str:
    return reverse(f"dispatch:{name}", kwargs={"collective": "montreuil", **kwargs})


@pytest.fixture
def board(client: Client, dana: Membership, on_shift: list[Membership]) -> Client:
    client.force_login(dana.person)
    return client


@pytest.fixture
def cold(tuesday: Collective, dana: Membership) -> Tag:
    return keep_tag(name=" Cold  chain ", colour=3, by=dana.person)


@pytest.fixture
def delivery(order: Order) -> Delivery:
    return order(drops=2)


@pytest.fixture
def seated(sam: Membership, florist: Partner) -> Membership:
    """Orders for the partner whose deliveries these are."""
    add_partner_user(partner=florist, membership=sam, by=None)
    return sam


def names_of(delivery: Delivery) -> list[str]:
    return [row.tag.name for row in Tagged.objects.filter(delivery=delivery).select_related("tag").order_by("tag__name")]


def test_a_tag_is_on_the_whole_delivery_and_putting_it_on_twice_is_once(cold: Tag, delivery: Delivery, dana: Membership) -> None:
    tasks = tasks_of(delivery)
    assert (cold.name, cold.slug) == ("Cold chain", "cold-chain")
    assert [tag_deliveries(tasks=refs(tasks[1:]), tag=cold, on=True, by=dana.person) for _each in range(2)] == [1, 0]
    assert names_of(delivery) == ["Cold chain"]
    said = Event.objects.get(name="delivery.tagged")
    assert (said.subject, said.data) == (
        str(delivery.ref),
        {"number": delivery.number, "tag": "Cold chain", "tasks": refs(list(Task.objects.order_by("pk")))},
    )
    assert [tag_deliveries(tasks=refs(tasks), tag=cold, on=False, by=dana.person) for _each in range(2)] == [1, 0]
    assert (names_of(delivery), Event.objects.filter(name="delivery.untagged").count()) == ([], 1)


def test_only_planners_tag_and_keep_tags(cold: Tag, delivery: Delivery, carl: Membership) -> None:
    with pytest.raises(NotAPlanner):
        tag_deliveries(tasks=refs(tasks_of(delivery)), tag=cold, on=True, by=carl.person)
    with pytest.raises(NotAPlanner):
        keep_tag(name="Fragile", colour=1, by=carl.person)
    with pytest.raises(NotAPlanner):
        remove_tag(tag=cold, by=carl.person)
    assert (Tag.objects.count(), Tagged.objects.count()) == (1, 0)


@pytest.mark.parametrize(("name", "colour"), [("", 1), ("x" * 21, 1), ("a\x07b", 1), ("COLD chain", 1), ("Fragile", 0), ("Fragile", 10)])
def test_a_tag_that_cannot_be_kept_is_refused_with_a_sentence(cold: Tag, dana: Membership, name: str, colour: int) -> None:
    with pytest.raises(CannotMove, match=r"\.$"):
        keep_tag(name=name, colour=colour, by=dana.person)
    assert Tag.objects.count() == 1


def test_there_is_an_end_to_tags(cold: Tag, dana: Membership) -> None:
    for n in range(MOST - 1):
        keep_tag(name=f"Tag {n}", colour=n % 9 + 1, by=dana.person)
    with pytest.raises(CannotMove, match="At most 40 tags"):
        keep_tag(name="One more", colour=1, by=dana.person)


def test_another_name_keeps_the_slug_that_filters_know(cold: Tag, dana: Membership) -> None:
    keep_tag(name="Chilled", colour=4, by=dana.person, tag=cold)
    cold.refresh_from_db()
    assert (cold.name, cold.slug, cold.colour) == ("Chilled", "cold-chain", 4)
    assert keep_tag(name="Cold chain", colour=1, by=dana.person).slug == "cold-chain-2"


def test_the_way_through_a_hub_and_the_order_placed_again_are_the_same_kind_of_work(
    cold: Tag, order: Order, dana: Membership, tuesday: Collective
) -> None:
    first, second = order(), order()
    tag_deliveries(tasks=refs(tasks_of(first)), tag=cold, on=True, by=dana.person)
    place = find_or_create_place(collective_id=tuesday.pk, text="9 rue du Hub, Montreuil", point=(48.861, 2.445))
    relay(tasks=refs(tasks_of(first))[1:], hub=Hub.objects.create(collective=tuesday, name="Hub", place=place), by=dana.person)
    legs = Task.objects.filter(delivery=first, leg__gt=0)
    assert [names_of(task.delivery) for task in legs.select_related("delivery")] == [["Cold chain"]] * 2
    copy_tags(delivery=first, to=second, by=dana.person)
    assert names_of(second) == ["Cold chain"]


def test_the_board_shows_it_offers_it_as_a_filter_and_asks_no_more_often(
    board: Client, cold: Tag, order: Order, carl: Membership, dana: Membership
) -> None:
    planned, free = order(), order()
    plan_tasks(tasks=refs(tasks_of(planned)), to_round=loose_round_of(carl, TUESDAY), by=dana.person)
    with CaptureQueriesContext(connection) as without:
        page = board.get(url("board")).content.decode()
    assert (page.count('data-g="'), page.count('data-filter="tag:cold-chain"')) == (0, 1)
    tag_deliveries(tasks=refs([*tasks_of(planned), *tasks_of(free)]), tag=cold, on=True, by=dana.person)
    with CaptureQueriesContext(connection) as tagged:
        page = board.get(url("board")).content.decode()
    assert page.count('data-g="cold-chain"') == 4
    assert page.count('<span class="bd-tag c-t3">Cold chain</span>') == 4
    assert len(tagged) == len(without) <= 12


def test_a_dialog_puts_it_on_and_takes_it_off_many_deliveries(board: Client, cold: Tag, order: Order) -> None:
    tasks = refs([*tasks_of(order()), *tasks_of(order())])
    page = board.get(url("board_tags"), {"t": tasks}, headers={"X-Dialog": "1"}).content.decode()
    assert (page.count('name="put" value="cold-chain"'), page.count('name="off"')) == (1, 0)
    answer = board.post(url("board_tag"), {"t": tasks[:2], "put": "cold-chain", "on": "2026-11-24"}, headers=JSON)
    assert answer.json()["text"] == "“Cold chain” is on 1 delivery"
    page = board.get(url("board_tags"), {"t": tasks}).content.decode()
    assert "on 1 of 2" in page
    assert (page.count('name="put" value="cold-chain"'), page.count('name="off" value="cold-chain"')) == (1, 1)
    answer = board.post(url("board_tag"), {"t": tasks, "off": "cold-chain", "on": "2026-11-24"}, headers=JSON)
    assert (answer.json()["text"], Tagged.objects.count()) == ("“Cold chain” is off 1 delivery", 0)
    answer = board.post(url("board_tag"), {"t": tasks, "name": "Two people", "on": "2026-11-24"}, headers=JSON)
    assert (answer.json()["text"], Tagged.objects.count()) == ("“Two people” is on 2 deliveries", 2)


@pytest.mark.parametrize(
    "wrong", [{}, {"name": " "}, {"put": "nothing"}, {"off": "nothing"}, {"name": "x" * 21}, {"name": "New", "colour": "77"}]
)
def test_nonsense_is_refused_with_a_sentence_and_tags_nothing(board: Client, cold: Tag, delivery: Delivery, wrong: dict[str, str]) -> None:
    answer = board.post(url("board_tag"), {"t": refs(tasks_of(delivery)), "on": "2026-11-24", **wrong}, headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["text"].endswith(".")
    assert (Tag.objects.count(), Tagged.objects.count()) == (1, 0)
    assert board.post(url("board_tag"), {"put": "cold-chain"}, headers=JSON).status_code == 422


def test_the_list_keeps_renames_and_removes(board: Client, cold: Tag, delivery: Delivery, dana: Membership) -> None:
    tag_deliveries(tasks=refs(tasks_of(delivery)), tag=cold, on=True, by=dana.person)
    assert board.post(url("tags"), {"tag": "cold-chain", "name": "Chilled", "colour": "5"}).status_code == 302
    assert board.post(url("tags"), {"name": "Fragile"}).status_code == 302
    refused = board.post(url("tags"), {"name": "chilled"})
    assert (refused.status_code, "There is a tag “chilled” already." in refused.content.decode()) == (422, True)
    page = board.get(url("tags")).content.decode()
    assert re.findall(r'name="name" value="(\w+)"', page) == ["Chilled", "Fragile"]
    assert board.post(url("tag_remove", slug="cold-chain")).status_code == 302
    assert (names_of(delivery), [tag.name for tag in Tag.objects.all()]) == ([], ["Fragile"])
    assert Event.objects.get(name="tag.removed").data == {"label": "Chilled", "deliveries": 1}


def test_a_filter_may_be_a_tag_and_only_one_that_is_kept(board: Client, cold: Tag, dana: Membership) -> None:
    assert board.post(url("board_shown"), {"chip": ["tag:cold-chain", "late"]}).json()["chips"] == ["late", "tag:cold-chain"]
    assert board.post(url("board_shown"), {"chip": ["tag:nothing"]}).status_code == 422
    assert "tag:cold-chain" in board.get(url("board")).content.decode().partition('id="bd-shown"')[2]


def test_search_the_run_sheet_and_the_details_know_it(board: Client, cold: Tag, order: Order, carl: Membership, dana: Membership) -> None:
    first, second = order(), order()
    plan_tasks(tasks=refs(tasks_of(first)), to_round=loose_round_of(carl, TUESDAY), by=dana.person)
    tag_deliveries(tasks=refs(tasks_of(first)), tag=cold, on=True, by=dana.person)
    found = board.get(url("board_search"), {"q": "cold", "on": "2026-11-24"}).content.decode()
    assert (first.number in found, second.number in found) == (True, False)
    sheet = board.get(url("round_sheets"), {"on": "2026-11-24"}).content.decode()
    assert sheet.count('<span class="bd-tag">Cold chain</span>') == 2
    details = board.get(url("task", ref=tasks_of(first)[1].ref)).content.decode()
    assert '<span class="bd-tag c-t3">Cold chain</span>' in details
    assert re.search(r"<b>tagged</b>.*Cold chain", details, re.DOTALL)


def test_tags_of_another_co_op_do_not_exist_here(board: Client, cold: Tag, nina: Membership, nantes: Collective, florist: Partner) -> None:
    with acting_for(nantes):
        assert not Tag.objects.exists()
    client = Client()
    client.force_login(nina.person)
    assert client.post(url("tag_remove", slug="cold-chain")).status_code == 404
    assert Tag.objects.count() == 1


def test_the_page_of_a_delivery_shows_its_tags_to_the_staff_alone(
    cold: Tag, delivery: Delivery, dana: Membership, seated: Membership, client: Client
) -> None:
    tag_deliveries(tasks=refs(tasks_of(delivery)[:1]), tag=cold, on=True, by=dana.person)
    page = reverse("orders:delivery", kwargs={"collective": "montreuil", "ref": delivery.ref})
    seen = []
    for person in (dana.person, seated.person):
        client.force_login(person)
        answer = client.get(page)
        seen.append((answer.status_code, "Cold chain" in answer.content.decode()))
    assert seen == [(200, True), (200, False)], "the co-op's own words stay in the co-op"
