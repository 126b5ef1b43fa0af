"""Every route, tried as everybody: what the table of grants says is what happens. A new route is covered on arrival."""

from collections.abc import Iterable

import pytest
from django.db import transaction
from django.test import Client

from collectives.access import GRANTS, OFFICER
from collectives.models import Collective, Membership, Role
from collectives.tenancy import acting_for
from coopdelivery.people.models import Person
from orders.models import SeatRole
from orders.seats import SEATS
from orders.services import add_partner_user
from tests.answers import let_go
from tests.orders import world
from tests.routes import CLOSED, COURIER, FEDERATION, OURS, TENANT, Route

pytestmark = pytest.mark.django_db
Answers = dict[str, set[int]]
NOT_FOR_THIS_METHOD = 405


class Visitor:
    """Somebody who asks every route, signed in once; None is a visitor without account."""

    def __init__(self, person: Person | None) -> None:
        client = Client()
        if person is not None:
            client.force_login(person)
        self.cookies = {name: morsel.value for name, morsel in client.cookies.items()}

    def codes(self, url: str, *, rubbish: bool = True) -> set[int]:
        """What GET, an empty POST and a POST of rubbish answer; what they did is taken back, a method that is not there left out."""
        found = set()
        for ask in (self.get, self.post, self.post_rubbish)[: 3 if rubbish else 2]:
            with transaction.atomic():
                found.add(ask(url))
                transaction.set_rollback(True)
        return found - {NOT_FOR_THIS_METHOD}

    def client(self) -> Client:
        client = Client()
        client.cookies.load(self.cookies)
        return client

    def get(self, url: str) -> int:
        response = self.client().get(url)
        let_go(response)
        return int(response.status_code)

    def post(self, url: str) -> int:
        return int(self.client().post(url).status_code)

    def post_rubbish(self, url: str) -> int:
        return int(self.client().post(url, data=b'{"a": [\xff', content_type="application/json").status_code)


@pytest.fixture
def cast(carl: Membership, dana: Membership, ada: Membership, sam: Membership, nina: Membership) -> dict[str, Visitor]:
    """One person of each role in Montreuil, the stranger, and a visitor who is not signed in."""
    people = {Role.COURIER: carl, Role.DISPATCHER: dana, Role.ADMIN: ada, Role.PARTNER: sam, "stranger": nina}
    return {"visitor": Visitor(None), **{str(role): Visitor(member.person) for role, member in people.items()}}


def answers(visitor: Visitor, routes: Iterable[Route], collective: str = "montreuil", *, rubbish: bool = False) -> Answers:
    return {route.path: visitor.codes(route.url(collective), rubbish=rubbish) for route in routes}


def other_than(expected: set[int], found: Answers) -> Answers:
    """The routes that answered something else."""
    return {path: got for path, got in found.items() if got != expected}


def test_every_view_says_who_may_enter() -> None:
    assert [route.path for route in OURS if route.rule is None] == []


def test_a_route_of_a_collective_stands_in_the_table_of_grants() -> None:
    assert [(route.path, route.rule) for route in TENANT if route.rule not in GRANTS] == []


def test_a_route_of_the_federation_or_the_courier_stands_in_the_table_or_is_open() -> None:
    assert [(route.path, route.rule) for route in (*FEDERATION, *COURIER) if route.rule not in GRANTS and not route.is_open] == []


@pytest.mark.parametrize("role", Role.values)
def test_roles_in_a_collective_match_the_table(cast: dict[str, Visitor], role: str) -> None:
    wrong: Answers = {}
    for route in TENANT:
        found = cast[role].codes(route.url())
        if (found == {403}) != (role not in GRANTS[str(route.rule)]) or any(code >= 500 for code in found):
            wrong[route.path] = found
    assert wrong == {}


@pytest.mark.parametrize("seat", SeatRole.values)
def test_a_partners_people_match_the_table_of_seats(cast: dict[str, Visitor], montreuil: Collective, sam: Membership, seat: str) -> None:
    """A door that the partner role opens is closed to a seat that does not open it, with every method."""
    partner = world.make_partner(montreuil)
    with acting_for(montreuil):
        add_partner_user(partner=partner, membership=sam, by=None, role=seat)
    wrong: Answers = {}
    for route in TENANT:
        found = cast[Role.PARTNER].codes(route.url())
        granted = Role.PARTNER in GRANTS[str(route.rule)] and seat in SEATS[str(route.rule)]
        if (found == {403}) == granted or any(code >= 500 for code in found):
            wrong[route.path] = found
    assert wrong == {}


def test_a_stranger_finds_nothing_in_another_collective(cast: dict[str, Visitor]) -> None:
    assert other_than({404}, answers(cast["stranger"], TENANT)) == {}


def test_a_collective_that_does_not_exist_looks_the_same_as_one_of_others(cast: dict[str, Visitor]) -> None:
    assert other_than({404}, answers(cast[Role.ADMIN], TENANT, "nowhere")) == {}


def test_somebody_who_left_is_a_stranger(cast: dict[str, Visitor], ada: Membership) -> None:
    Membership._base_manager.filter(pk=ada.pk).update(is_active=False)
    assert other_than({404}, answers(cast[Role.ADMIN], TENANT)) == {}


def test_visitors_are_sent_to_sign_in(cast: dict[str, Visitor]) -> None:
    assert other_than({302}, answers(cast["visitor"], CLOSED)) == {}


def test_the_federation_opens_to_its_officers_only(cast: dict[str, Visitor], fay: Person) -> None:
    closed = [route for route in CLOSED if route in FEDERATION]
    assert other_than({404}, answers(cast[Role.ADMIN], closed)) == {}
    officer = Visitor(fay)
    wrong = [route.path for route in closed if (officer.codes(route.url()) == {403}) == (OFFICER in GRANTS[str(route.rule)])]
    assert wrong == []


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.ADMIN, Role.PARTNER])
def test_the_couriers_pages_are_nothing_to_others(cast: dict[str, Visitor], role: Role) -> None:
    found = answers(cast[role], [route for route in CLOSED if route in COURIER])
    assert {path: got for path, got in found.items() if got - {403, 404}} == {}


def test_the_couriers_pages_open_to_a_courier(cast: dict[str, Visitor]) -> None:
    found = answers(cast[Role.COURIER], [route for route in CLOSED if route in COURIER])
    assert {path: got for path, got in found.items() if 403 in got} == {}


@pytest.mark.parametrize("who", ["visitor", "stranger", Role.COURIER, Role.ADMIN, "officer"])
def test_no_route_breaks_for_anybody(cast: dict[str, Visitor], fay: Person, who: str) -> None:
    visitor = Visitor(fay) if who == "officer" else cast[who]
    found = answers(visitor, [route for route in OURS if route not in TENANT], rubbish=True)
    assert {path: got for path, got in found.items() if any(code >= 500 for code in got)} == {}


def test_the_operators_pages_are_closed_to_members(ada: Membership) -> None:
    client = Client()
    client.force_login(ada.person)
    for path in ("/operators/", "/operators/people/person/", "/operators/notices/message/"):
        assert client.get(path).headers["Location"].startswith("/operators/login/")


def test_operators_may_look(db: None) -> None:
    client = Client()
    client.force_login(Person.objects.create_superuser("root"))
    for path in ("people/person/", "notices/message/", "notices/preference/", "notices/pushsubscription/"):
        assert client.get(f"/operators/{path}").status_code == 200
