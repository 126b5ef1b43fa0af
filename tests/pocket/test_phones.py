"""Several couriers, one phone: a PIN each, a session for each, nothing of one for the other."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.test import Client
from time_machine import Traveller

from collectives.models import Collective, Membership, Role
from collectives.services import deactivate_member, set_roles
from dispatch.models import PhonePin, PoolPhone, Task
from dispatch.services.phones import phone_of
from tests.pocket.conftest import tap

pytestmark = pytest.mark.usefixtures("tuesday")
PIN, OTHER = "274913", "630815"


@pytest.fixture
def pool(client: Client, carl: Membership, lea: Membership) -> Client:
    """One browser on which Carl and then Lea have set a PIN; nobody is signed in."""
    for member, pin in ((carl, PIN), (lea, OTHER)):
        client.force_login(member.person)
        assert client.post("/courier/phone/", {"name": "Blue sticker", "pin": pin}).status_code == 302
        client.post("/courier/hand-on/")
    assert PoolPhone.objects.count() == 1
    return client


def enter(phone: Client, who: Membership, pin: str) -> Any:
    return phone.post("/courier/who/", {"person": str(who.person.ref), "pin": pin})


def person(phone: Client) -> str:
    return str(phone.session.get("_auth_user_id", ""))


def test_a_pin_opens_the_own_day_and_a_new_session(pool: Client, carl: Membership, lea: Membership) -> None:
    assert enter(pool, carl, PIN).headers["Location"] == "/courier/"
    first = pool.session.session_key
    assert person(pool) == str(carl.person_id)
    assert enter(pool, lea, OTHER).status_code == 302
    assert (person(pool), pool.session.session_key == first) == (str(lea.person_id), False)
    stale = Client()
    stale.cookies["sessionid"] = str(first)
    assert stale.get("/courier/").status_code == 302


def test_taps_of_the_other_person_are_not_taken_under_this_name(pool: Client, stops: list[Task], carl: Membership, lea: Membership) -> None:
    enter(pool, lea, OTHER)
    body = {"person": str(carl.person.ref), "actions": [tap("done", stops[0])]}
    assert pool.post("/courier/sync/", body, content_type="application/json").status_code == 409
    assert Task.objects.get(pk=stops[0].pk).status == "todo"


def test_pins_are_hashed_together_with_what_only_the_phone_knows(pool: Client, carl: Membership) -> None:
    row = PhonePin.objects.get(person=carl.person)
    secret = pool.cookies["pool_phone"].value
    assert PIN not in row.pin_hash
    assert identify_hasher(row.pin_hash).verify(secret + PIN, row.pin_hash)
    assert not identify_hasher(row.pin_hash).verify(PIN, row.pin_hash)
    assert secret not in PoolPhone.objects.get().secret_hash
    assert pool.cookies["pool_phone"]["httponly"]


def test_five_wrong_pins_lock_and_ten_remove(pool: Client, carl: Membership, eight_in_the_morning: Traveller) -> None:
    for _try in range(5):
        assert enter(pool, carl, "111222").status_code == 400
    assert (enter(pool, carl, PIN).status_code, person(pool)) == (400, "")
    eight_in_the_morning.shift(timedelta(minutes=16))
    for _try in range(5):
        enter(pool, carl, "111222")
    assert not PhonePin.objects.filter(person=carl.person).exists()
    assert PhonePin.objects.count() == 1


def test_the_right_pin_forgets_the_wrong_ones(pool: Client, carl: Membership) -> None:
    for _try in range(4):
        enter(pool, carl, "111222")
    enter(pool, carl, PIN)
    assert PhonePin.objects.get(person=carl.person).tries == 0


def test_a_pin_opens_nothing_on_another_phone(pool: Client, carl: Membership) -> None:
    other = Client()
    assert other.get("/courier/who/").headers["Location"] == "/account/login/"
    assert enter(other, carl, PIN).headers["Location"] == "/account/login/"
    other.cookies["pool_phone"] = "guessed"
    assert (enter(other, carl, PIN).status_code, person(other)) == (302, "")
    assert phone_of("") is None


def test_a_pin_session_has_the_couriers_pages_and_nothing_else(pool: Client, carl: Membership, dana: Membership) -> None:
    set_roles(membership=carl, roles=[Role.COURIER, Role.ADMIN, Role.DISPATCHER], by=dana.person)
    enter(pool, carl, PIN)
    assert pool.get("/courier/").status_code == 200
    for path in ("/c/montreuil/board/", "/account/", "/", "/federation/"):
        assert pool.get(path).status_code == 403, path


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "abcdef", "111111", "123456", "987654"])
def test_a_pin_that_anybody_would_try_is_refused(client: Client, carl: Membership, pin: str) -> None:
    client.force_login(carl.person)
    assert client.post("/courier/phone/", {"name": "Blue", "pin": pin}).status_code == 400
    assert not PhonePin.objects.exists()


def test_who_left_the_co_op_is_not_on_its_phones(pool: Client, carl: Membership, dana: Membership, tuesday: Collective) -> None:
    deactivate_member(membership=carl, by=dana.person)
    assert "Carl" not in pool.get("/courier/who/").content.decode()
    assert (enter(pool, carl, PIN).status_code, person(pool)) == (400, "")


def test_my_pin_can_be_taken_away(pool: Client, carl: Membership) -> None:
    enter(pool, carl, PIN)
    pool.post("/courier/phone/", {"verb": "leave"})
    assert not PhonePin.objects.filter(person=carl.person).exists()
    assert (enter(pool, carl, PIN).status_code, person(pool)) == (400, str(carl.person_id))
