"""R39 on the pages: each co-op sees its own side, and before an answer nobody sees a door, a name or a telephone."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from collectives.models import Collective, Membership, Role, Standing
from collectives.services import change_standing
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from coopdelivery.people.privacy import export
from federation.models import Handover
from orders.models import Delivery, Stop
from orders.services import add_partner_user
from tests.conftest import make_collective, make_member
from tests.dispatch.conftest import at
from tests.federation.handover_world import fresh, noa_of, offered, open_shop, shop_of, taken

State = Handover.State
NBSP = "\N{NO-BREAK SPACE}"
PRIVATE = ("République", "Rosa", "+33145678901", "01 45 67 89 01", "Fleurs", "rue de Paris", "doorbell")


@pytest.fixture(autouse=True)
def in_the_morning() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(8), tick=False) as traveller:
        yield traveller


@pytest.fixture
def noa(nantes: Collective) -> Membership:
    open_shop(nantes)
    return noa_of(nantes)


@pytest.fixture
def delivery(montreuil: Collective, dana: Membership) -> Delivery:
    return shop_of(montreuil, dana)(drops=2, note="the doorbell is broken")


@pytest.fixture
def handover(delivery: Delivery, nantes: Collective, dana: Membership, noa: Membership) -> Handover:
    return offered(delivery, nantes, dana, note="two crates")


def signed_in(member: Membership) -> Client:
    client = Client()
    client.force_login(member.person)
    return client


def url(name: str, collective: str, ref: object = None) -> str:
    return reverse(f"licence:{name}", kwargs={"collective": collective} | ({"ref": ref} if ref else {}))


def press(member: Membership, name: str, collective: str, handover: Handover, **data: str) -> tuple[int, str]:
    response = signed_in(member).post(url(name, collective, handover.ref), data)
    return response.status_code, response.content.decode()


def typed(co_op: Collective, **wish: str) -> dict[str, str]:
    """An offer as it is typed."""
    facts = {"to": str(co_op.ref), "point": "sender", "price": "11.50", "answer_by": "2026-11-24T09:00", "note": "", "key": str(uuid4())}
    return {**facts, **wish}


def test_r39_who_is_asked_sees_areas_hours_and_parcels_and_nothing_private(handover: Handover, noa: Membership) -> None:
    page = signed_in(noa).get(url("handover", "nantes", handover.ref)).content.decode()
    assert [word for word in PRIVATE if word in page] == []
    for word in ("2 parcels", f"4{NBSP}kg", "€11.50", "two crates", "10–12h", "48.8"):
        assert word in page
    listed = signed_in(noa).get(url("handovers", "nantes")).content.decode()
    assert [word for word in PRIVATE if word in listed] == []
    assert "1 offer waits for your answer." in listed


def test_r39_who_has_it_sees_the_doors_and_after_giving_it_back_no_more(handover: Handover, noa: Membership) -> None:
    assert press(noa, "handover_accept", "nantes", handover)[0] == 302
    page = signed_in(noa).get(url("handover", "nantes", handover.ref)).content.decode()
    assert [word for word in ("République", "Rosa", "doorbell") if word not in page] == []
    assert press(noa, "handover_return", "nantes", handover, reason="The bike broke")[0] == 302
    page = signed_in(noa).get(url("handover", "nantes", handover.ref)).content.decode()
    assert [word for word in PRIVATE if word in page] == []


@pytest.mark.parametrize("ended", [State.REFUSED, State.WITHDRAWN, State.EXPIRED])
def test_r39_an_offer_that_is_over_shows_nothing_any_more(handover: Handover, noa: Membership, ended: str) -> None:
    Handover.objects.filter(pk=handover.pk).update(state=ended)
    page = signed_in(noa).get(url("handover", "nantes", handover.ref)).content.decode()
    assert [word for word in (*PRIVATE, f"4{NBSP}kg") if word in page] == []


def test_r39_the_giver_offers_from_the_deliverys_page(delivery: Delivery, nantes: Collective, dana: Membership, noa: Membership) -> None:
    client = signed_in(dana)
    page = client.get(reverse("orders:delivery", kwargs={"collective": "montreuil", "ref": delivery.ref})).content.decode()
    form = url("handover_new", "montreuil", delivery.ref)
    assert form in page
    response = client.post(form, typed(nantes))
    made = Handover.objects.get()
    assert response.headers["Location"] == url("handover", "montreuil", made.ref)
    page = client.get(reverse("orders:delivery", kwargs={"collective": "montreuil", "ref": delivery.ref})).content.decode()
    assert "to Nantes, for €11.50" in page
    assert form not in page


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"price": "0"}, "greater than or equal to 0.01"),
        ({"price": "99999"}, "Write a price between"),
        ({"answer_by": "2026-11-24T07:00"}, "before the first of its hours is over: today 12:00"),
        ({"answer_by": "tomorrow"}, "Enter a valid date/time"),
        ({"point": "the moon"}, "Select a valid choice"),
        ({"to": str(uuid4())}, "Select a valid choice"),
    ],
)
def test_r39_a_bad_offer_is_refused_in_a_sentence_with_what_was_typed(
    delivery: Delivery, nantes: Collective, dana: Membership, wish: dict[str, str], sentence: str
) -> None:
    response = signed_in(dana).post(url("handover_new", "montreuil", delivery.ref), typed(nantes, note="kept", **wish))
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "kept" in page
    assert not Handover.objects.exists()


def test_r39_a_refused_attempt_stands_in_the_journal(handover: Handover, nantes: Collective, noa: Membership, dana: Membership) -> None:
    assert press(dana, "handover_withdraw", "montreuil", handover)[0] == 302
    code, page = press(noa, "handover_accept", "nantes", handover)
    assert (code, "Too late: this hand-over is withdrawn by now." in page) == (409, True)
    event = Event.objects.get(name="handover.attempted")
    assert (event.collective_id, event.by_id, event.data) == (nantes.pk, noa.person_id, {"act": "accept", "why": "Answered"})


def test_r39_a_lapsed_co_op_is_told_so(handover: Handover, nantes: Collective, noa: Membership) -> None:
    change_standing(collective=nantes, standing=Standing.LAPSED, licence_until=None, by=None, reason="papers")
    code, page = press(noa, "handover_accept", "nantes", handover)
    assert (code, "its licence is not in force today" in page) == (409, True)
    assert fresh(handover).state == State.OFFERED


def test_r39_a_refusal_needs_its_reason(handover: Handover, noa: Membership) -> None:
    assert press(noa, "handover_refuse", "nantes", handover, reason="")[0] == 422
    assert fresh(handover).state == State.OFFERED
    assert press(noa, "handover_refuse", "nantes", handover, reason="No bike left")[0] == 302
    assert fresh(handover).reason == "No bike left"


def test_r39_each_side_presses_its_own_buttons_only(handover: Handover, dana: Membership, noa: Membership) -> None:
    """To the other side they do not exist."""
    assert press(dana, "handover_accept", "montreuil", handover)[0] == 404
    assert press(noa, "handover_withdraw", "nantes", handover)[0] == 404
    assert press(noa, "handover_accept", "montreuil", handover)[0] == 404
    assert fresh(handover).state == State.OFFERED


def test_r39_a_third_co_op_finds_nothing(handover: Handover, delivery: Delivery) -> None:
    stranger = make_member(make_collective("Mons", "mons"), "Mia", Role.DISPATCHER)
    for path in (url("handover", "mons", handover.ref), url("handover_new", "mons", delivery.ref)):
        assert signed_in(stranger).get(path).status_code == 404
    assert press(stranger, "handover_accept", "mons", handover)[0] == 404


def test_r39_the_shop_sees_one_delivery_and_no_hand_over(handover: Handover, delivery: Delivery, sam: Membership) -> None:
    with acting_for(delivery.collective):
        assert delivery.partner is not None
        add_partner_user(partner=delivery.partner, membership=sam, by=None)
    page = signed_in(sam).get(reverse("orders:delivery", kwargs={"collective": "montreuil", "ref": delivery.ref})).content.decode()
    assert "to pick up" in page
    assert "Nantes" not in page


def test_r39_a_change_of_the_givers_is_shown_to_who_has_it(handover: Handover, delivery: Delivery, noa: Membership) -> None:
    taken(handover, noa)
    with acting_for(delivery.collective):
        Stop.objects.filter(delivery=delivery, kind="dropoff").update(contact_name="Rosalind")
    page = signed_in(noa).get(url("handover", "nantes", handover.ref)).content.decode()
    assert "As Montreuil has it now" in page
    assert "Rosalind" in page


def test_r39_a_person_takes_along_what_they_agreed(handover: Handover, dana: Membership) -> None:
    assert [row["receiver__name"] for row in export(Person.objects.get(pk=dana.person_id))["handovers"]] == ["Nantes"]


def test_r39_the_list_costs_the_same_for_one_and_for_many(
    montreuil: Collective, nantes: Collective, dana: Membership, noa: Membership, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    shop, client = shop_of(montreuil, dana), signed_in(noa)
    for _each in range(4):
        offered(shop(), nantes, dana)
    client.get(url("handovers", "nantes"))
    with django_assert_max_num_queries(9):
        client.get(url("handovers", "nantes"))
