"""The first page: where people land."""

import pytest
from django.test import Client
from django.urls import reverse

from collectives.models import Collective, Membership, Role, RoleHeld, Standing
from collectives.tenancy import acting_for
from coopdelivery.people.models import Person
from tests.conftest import PASSWORD, make_collective

pytestmark = pytest.mark.django_db


def landing(person: Person) -> str:
    client = Client()
    client.force_login(person)
    answer = client.get("/")
    return answer.headers.get("Location", f"{answer.status_code}")


def join(person: Person, collective: Collective, *roles: Role) -> None:
    with acting_for(collective):
        membership = Membership.objects.create(collective=collective, person=person)
        for role in roles:
            RoleHeld.objects.create(collective=collective, membership=membership, role=role)


def test_each_lands_where_they_work(ada: Membership, dana: Membership, carl: Membership, sam: Membership, fay: Person) -> None:
    assert landing(ada.person) == landing(dana.person) == reverse("dispatch:board", kwargs={"collective": "montreuil"})
    assert landing(carl.person) == reverse("pocket:day")
    assert landing(sam.person) == reverse("orders:deliveries", kwargs={"collective": "montreuil"})
    assert landing(fay) == reverse("federation:register")


def test_who_works_in_two_places_chooses(dana: Membership, nantes: Collective) -> None:
    join(dana.person, nantes, Role.PARTNER)
    client = Client()
    client.force_login(dana.person)
    page = client.get("/").content.decode()
    assert "Montreuil" in page
    assert reverse("orders:deliveries", kwargs={"collective": "nantes"}) in page


def test_a_courier_of_two_co_ops_says_for_whom_they_ride(carl: Membership, nantes: Collective) -> None:
    join(carl.person, nantes, Role.COURIER)
    client = Client()
    client.force_login(carl.person)
    answer = client.post("/switch/enter/", {"collective": "nantes"})
    assert answer.headers["Location"] == reverse("pocket:day")
    assert client.session["courier_collective"] == "nantes"


def test_nobody_enters_a_co_op_that_is_not_theirs(carl: Membership, nantes: Collective) -> None:
    client = Client()
    client.force_login(carl.person)
    assert client.post("/switch/enter/", {"collective": "nantes"}).status_code == 404
    assert "courier_collective" not in client.session


def test_who_left_every_co_op_is_told_how_to_join(client: Client, db: None) -> None:
    client.force_login(Person.objects.create_user(name="New", password=PASSWORD))
    assert "not in a co-op yet" in client.get("/").content.decode()


def test_visitors_find_a_co_op_by_town_or_name(client: Client, montreuil: Collective, nantes: Collective) -> None:
    make_collective("Applicant", "applicant", standing=Standing.APPLICANT)
    everyone = client.get("/").content.decode()
    assert "Montreuil" in everyone
    assert "Applicant" not in everyone
    found = client.get("/", {"q": " nant "}).content.decode()
    assert "<b>Nantes</b>" in found
    assert "<b>Montreuil</b>" not in found


@pytest.mark.parametrize("odd", ["%", "\x00", "x" * 5000, "<script>alert(1)</script>", "'; DROP"])
def test_odd_questions_find_nothing_and_break_nothing(client: Client, montreuil: Collective, odd: str) -> None:
    answer = client.get("/", {"q": odd})
    assert answer.status_code == (400 if "\x00" in odd else 200)
    assert "<script>alert" not in answer.content.decode()


def test_visitors_see_a_dozen_and_are_led_to_the_directory(client: Client, db: None) -> None:
    for number in range(14):
        make_collective(f"Wheel {number:02}", f"wheel-{number:02}")
    text = client.get("/").text
    assert [f"Wheel {number:02}" in text for number in range(14)] == [True] * 12 + [False] * 2
    assert "All 14 co-ops in the directory, on a map" in text
    assert client.get("/", {"q": "wheel"}).text.count("/at/wheel-") == 14
