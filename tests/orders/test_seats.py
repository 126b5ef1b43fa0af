"""A partner's people differ in what they may: owner, orders, accounts, reader. Leo is the second person of the florist."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from collectives.access import GRANTS, allows
from collectives.models import Collective, Membership, Role
from collectives.services import accept_invitation
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from orders.invoices.selectors import statements_visible_to
from orders.models import Delivery, Partner, PartnerUser, SeatRole, Statement
from orders.refusals import AlreadySeated, BadChoice, LastOwner
from orders.seats import SEATS, people_for
from orders.selectors import deliveries_visible_to, may, partners_of
from orders.services import add_partner_user, change_seat, invite_to_partner, remove_partner_user
from orders.views.seats import new_person
from tests.api.world import as_member
from tests.conftest import make_member
from tests.orders import world

pytestmark = pytest.mark.django_db
PEOPLE = "/c/montreuil/deliveries/people/"
Seated = Callable[[str], Membership]


@pytest.fixture
def seated(florist: Partner) -> Seated:
    """Leo, in this role at the florist's."""

    def sit(role: str) -> Membership:
        leo = make_member(florist.collective, "Leo", Role.PARTNER)
        add_partner_user(partner=florist, membership=leo, by=None, role=role)
        return leo

    return sit


def seat_of(membership: Membership) -> PartnerUser:
    return PartnerUser.objects.select_related("partner", "membership__person").get(membership=membership)


def browser(membership: Membership) -> Client:
    client = Client()
    client.force_login(membership.person)
    return client


def test_the_table_of_seats_says_something_of_each_permission_of_partners() -> None:
    assert set(SEATS) == {permission for permission, roles in GRANTS.items() if Role.PARTNER in roles}
    assert all(SeatRole.OWNER in roles for roles in SEATS.values())


@pytest.mark.parametrize("permission", sorted(SEATS))
@pytest.mark.parametrize("role", SeatRole.values)
def test_a_seat_grants_what_the_table_says_at_its_own_partner(florist: Partner, seated: Seated, role: str, permission: str) -> None:
    leo = seated(role)
    other = world.make_partner(florist.collective, name="Le Courrier")
    assert allows(leo, permission) == (role in SEATS[permission])
    assert may(leo, permission, florist.pk) == (role in SEATS[permission])
    assert not may(leo, permission, other.pk)


def test_the_first_person_owns_and_the_next_ones_order(florist: Partner, sam: Membership, seated: Seated) -> None:
    leo = seated("")
    assert [seat_of(each).role for each in (sam, leo)] == [SeatRole.OWNER, SeatRole.ORDERS]


def test_two_seats_are_never_mixed_up(florist: Partner, seated: Seated) -> None:
    """An owner of one shop who reads in another orders for the first only, on the page and over the API."""
    leo = seated(SeatRole.READER)
    own = world.make_partner(florist.collective, name="Le Courrier", seat=leo)
    mine, others = world.make_delivery(own), world.make_delivery(florist)
    client = browser(leo)
    assert [client.get(f"/c/montreuil/deliveries/{each.ref}/").status_code for each in (mine, others)] == [200, 200]
    assert [client.post(f"/c/montreuil/deliveries/{each.ref}/cancel/").status_code for each in (mine, others)] == [302, 404]
    assert [client.get(f"/c/montreuil/deliveries/{each.ref}/change/").status_code for each in (mine, others)] == [200, 404]
    assert client.get(f"/c/montreuil/deliveries/new/?partner={florist.ref}").status_code == 404
    api = as_member(leo)
    assert api.get("/api/stores").json()["hydra:totalItems"] == 2
    assert api.client.delete(f"/api/deliveries/{others.pk}", headers=api.headers).status_code == 404
    assert Delivery.objects.get(pk=others.pk).status == "placed"


def test_a_reader_sees_deliveries_and_no_way_to_order(florist: Partner, seated: Seated) -> None:
    found = world.make_delivery(florist)
    client = browser(seated(SeatRole.READER))
    page = client.get("/c/montreuil/deliveries/").content.decode()
    assert found.number in page
    for way in (
        "deliveries/new/",
        "deliveries/files/",
        "deliveries/repeats/",
        "window/",
        "deliveries/addresses/",
        "deliveries/people/",
        "statements/",
    ):
        assert f'href="/c/montreuil/{way}' not in page, way
    detail = client.get(f"/c/montreuil/deliveries/{found.ref}/").content.decode()
    for way in ("change/", "cancel/", "documents/", "favourite/"):
        assert f"/c/montreuil/deliveries/{found.ref}/{way}" not in detail
    assert client.get("/c/montreuil/statements/").status_code == 403


def test_a_reader_orders_nothing_over_the_api(florist: Partner, seated: Seated) -> None:
    api = as_member(seated(SeatRole.READER))
    assert api.get("/api/deliveries").status_code == 200
    answer = api.post("/api/deliveries", {"store": f"/api/stores/{florist.pk}"})
    assert answer.status_code == 403
    assert not Delivery.objects.exists()


def test_only_owner_and_accounts_read_statements(florist: Partner, seated: Seated) -> None:
    leo = seated(SeatRole.ORDERS)
    statements = "/c/montreuil/statements/"
    assert browser(leo).get(statements).status_code == 403
    month = florist.collective.today().replace(day=1)
    closed = Statement.objects.create(collective=florist.collective, partner=florist, month=month, currency="EUR")
    assert not statements_visible_to(leo).exists()
    assert browser(leo).get(f"{statements}{closed.ref}/").status_code == 403
    change_seat(seat=seat_of(leo), role=SeatRole.ACCOUNTS, by=None)
    assert statements_visible_to(leo).get() == closed
    assert browser(leo).get(f"{statements}{closed.ref}/").status_code == 200
    assert browser(leo).get("/c/montreuil/deliveries/new/").status_code == 403


def test_those_are_told_who_may_open_the_page(florist: Partner, sam: Membership, seated: Seated) -> None:
    leo = seated(SeatRole.ACCOUNTS)
    assert {seat.membership for seat in people_for("statements.view", partner_id=florist.pk)} == {sam, leo}
    assert {seat.membership for seat in people_for("window.keep", partner_id=florist.pk)} == {sam}


def test_the_last_owner_stays_one(florist: Partner, sam: Membership, seated: Seated) -> None:
    leo, seat = seated(SeatRole.ORDERS), seat_of(sam)
    with pytest.raises(LastOwner, match="Sam is the only owner here"):
        change_seat(seat=seat, role=SeatRole.READER, by=None)
    with pytest.raises(LastOwner):
        remove_partner_user(seat=seat, by=None)
    assert seat_of(sam).role == SeatRole.OWNER
    assert not Event.objects.filter(name__in=["partner.user_changed", "partner.user_removed"]).exists()
    change_seat(seat=seat_of(leo), role=SeatRole.OWNER, by=None)
    remove_partner_user(seat=seat, by=None)
    remove_partner_user(seat=seat_of(leo), by=None)  # nobody is left, so nobody is without an owner
    assert not PartnerUser.objects.exists()


def test_changing_to_the_same_is_no_event_and_what_is_no_role_is_refused(sam: Membership, florist: Partner) -> None:
    assert not change_seat(seat=seat_of(sam), role=SeatRole.OWNER, by=None)
    with pytest.raises(BadChoice):
        change_seat(seat=seat_of(sam), role="emperor", by=None)
    assert not Event.objects.filter(name="partner.user_changed").exists()


def test_an_invitation_gives_the_seat_it_names(florist: Partner, sam: Membership) -> None:
    invitation = invite_to_partner(
        collective=florist.collective, partner=florist, email="zoe@shop.test", name="Zoe", role=SeatRole.ACCOUNTS, by=sam.person
    )
    zoe = make_member(florist.collective, "Zoe", Role.PARTNER)
    accept_invitation(invitation=invitation, by=zoe.person)
    with acting_for(florist.collective):
        assert seat_of(zoe).role == SeatRole.ACCOUNTS


def test_who_is_there_already_is_not_invited_again(florist: Partner, sam: Membership) -> None:
    with pytest.raises(AlreadySeated, match="Sam works for Fleurs de Maine already"):
        invite_to_partner(
            collective=florist.collective,
            partner=florist,
            email=str(sam.person.email).upper(),
            name="Sam",
            role=SeatRole.READER,
            by=sam.person,
        )


def test_the_owner_says_who_may_do_what(florist: Partner, sam: Membership, seated: Seated) -> None:
    leo, client = seated(SeatRole.ORDERS), browser(sam)
    page = client.get(PEOPLE).content.decode()
    assert (leo.person.name in page, "Reads only: sees deliveries" in page) == (True, True)
    assert client.post(f"{PEOPLE}{florist.ref}/{leo.ref}/", {"role": "reader"}).status_code == 302
    assert seat_of(leo).role == SeatRole.READER
    sent = client.post(f"{PEOPLE}{florist.ref}/invite/", {"name": "Zoe", "email": "zoe@shop.test", "role": "accounts"}, follow=True)
    assert "zoe@shop.test, invited" in sent.content.decode()
    assert client.post(f"{PEOPLE}{florist.ref}/{leo.ref}/remove/").status_code == 302
    assert not PartnerUser.objects.filter(membership=leo).exists()


def test_the_form_offers_the_first_person_the_ownership(open_montreuil: Collective, florist: Partner, sam: Membership) -> None:
    assert new_person(florist).initial == {"role": SeatRole.ORDERS}
    empty = world.make_partner(open_montreuil, name="Au Bon Pain")
    assert new_person(empty).initial == {"role": SeatRole.OWNER}
    asked: dict[str, Any] = {"collective": open_montreuil, "partner": empty, "name": "Zoe", "by": sam.person}
    invite_to_partner(email="zoe@shop.test", role=SeatRole.READER, **asked)
    assert new_person(empty).initial == {"role": SeatRole.OWNER}
    invite_to_partner(email="ula@shop.test", role=SeatRole.OWNER, **asked)
    assert new_person(empty).initial == {"role": SeatRole.ORDERS}


def test_a_refusal_stands_in_the_row_it_is_about(florist: Partner, sam: Membership, seated: Seated) -> None:
    seated(SeatRole.ORDERS)
    answer = browser(sam).post(f"{PEOPLE}{florist.ref}/{sam.ref}/", {"role": "reader"})
    assert answer.status_code == 409
    assert "Make somebody else an owner first." in answer.content.decode()
    assert browser(sam).post(f"{PEOPLE}{florist.ref}/{sam.ref}/", {"role": "emperor"}).status_code == 422
    assert seat_of(sam).role == SeatRole.OWNER


@pytest.mark.parametrize("role", [SeatRole.ORDERS, SeatRole.ACCOUNTS, SeatRole.READER])
def test_nobody_else_hands_out_seats(florist: Partner, sam: Membership, seated: Seated, role: str) -> None:
    leo = seated(role)
    client = browser(leo)
    assert client.post(f"{PEOPLE}{florist.ref}/{leo.ref}/", {"role": "owner"}).status_code == 403
    assert client.post(f"/c/montreuil/partners/{florist.ref}/people/{leo.ref}/", {"role": "owner"}).status_code == 403
    assert seat_of(leo).role == role


def test_an_owner_has_no_say_in_other_shops(florist: Partner, sam: Membership) -> None:
    zoe = make_member(florist.collective, "Zoe", Role.PARTNER)
    other = world.make_partner(florist.collective, name="Le Courrier", seat=zoe)
    client = browser(sam)
    assert client.get(f"{PEOPLE}?partner={other.ref}").status_code == 404
    assert client.post(f"{PEOPLE}{other.ref}/{zoe.ref}/remove/").status_code == 404
    assert PartnerUser.objects.filter(membership=zoe).exists()


def test_the_office_changes_seats_too(florist: Partner, ada: Membership, dana: Membership, seated: Seated) -> None:
    leo = seated(SeatRole.ORDERS)
    address = f"/c/montreuil/partners/{florist.ref}/people/{leo.ref}/"
    assert browser(dana).post(address, {"role": "accounts"}).status_code == 403
    assert browser(ada).post(address, {"role": "accounts"}).status_code == 302
    assert seat_of(leo).role == SeatRole.ACCOUNTS
    event = Event.objects.get(name="partner.user_changed")
    assert (event.by_id, event.data["before"], event.data["after"]) == (ada.person_id, "orders", "accounts")


def test_who_has_no_seat_finds_nothing(open_montreuil: Collective, florist: Partner) -> None:
    zoe = make_member(open_montreuil, "Zoe", Role.PARTNER)
    world.make_delivery(florist)
    assert not partners_of(zoe).exists()
    assert not deliveries_visible_to(zoe).exists()
    assert browser(zoe).get("/c/montreuil/deliveries/").status_code == 200


def test_who_owns_two_shops_chooses(florist: Partner, sam: Membership) -> None:
    other = world.make_partner(florist.collective, name="Le Courrier", seat=sam)
    client = browser(sam)
    choice = client.get(PEOPLE).content.decode()
    assert (f"?partner={florist.ref}" in choice, f"?partner={other.ref}" in choice) == (True, True)
    assert "<h1>Le Courrier</h1>" in client.get(f"{PEOPLE}?partner={other.ref}").content.decode()
