"""Ways in, and what happens to those who guess."""

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from collectives.models import Membership
from coopdelivery.notices.models import Message
from coopdelivery.people.models import Person
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def _forget_tries() -> None:
    cache.clear()


def sign_in(client: Client, login: str, password: str = PASSWORD) -> int:
    return client.post(LOGIN, {"login": login, "password": password}).status_code


@pytest.mark.parametrize("login", ["dana", "dana@montreuil.test", "Dana@Montreuil.test", " dana "])
def test_by_user_name_or_mail(client: Client, dana: Membership, login: str) -> None:
    assert sign_in(client, login) == 302
    assert client.session["_auth_user_id"] == str(dana.person.pk)


def test_somebody_without_mail_signs_in_by_user_name(client: Client, db: None) -> None:
    Person.objects.create_user(name="Rosa Parks", password=PASSWORD)
    assert sign_in(client, "rosa-parks") == 302


def test_a_wrong_password_keeps_what_was_typed_and_says_so(client: Client, dana: Membership) -> None:
    answer = client.post(LOGIN, {"login": "dana", "password": "wrong wrong wrong"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'value="dana"' in page
    assert "not correct" in page
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("login", ["dana", "dana@montreuil.test"])
def test_after_ten_wrong_passwords_the_right_one_waits_too(client: Client, dana: Membership, login: str) -> None:
    codes = [sign_in(client, login, "wrong wrong wrong") for _ in range(11)]
    assert codes[-1] == 429
    cache.clear()
    answer = client.post(LOGIN, {"login": login, "password": PASSWORD})
    assert answer.status_code == 429
    assert "closed for a quarter of an hour" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_name_of_any_length_is_refused_like_any_other(client: Client, db: None) -> None:
    answer = client.post("/account/login/", {"login": "x" * 6000, "password": "wrong"})
    assert answer.status_code in {200, 422}


def test_another_person_at_the_same_address_is_not_locked_out(client: Client, dana: Membership, carl: Membership) -> None:
    for _ in range(11):
        sign_in(client, "dana", "wrong wrong wrong")
    cache.clear()
    assert sign_in(client, "carl") == 302


def test_by_a_code_that_comes_by_mail_through_the_outbox(client: Client, dana: Membership) -> None:
    answer = client.post("/account/login/code/", {"email": "dana@montreuil.test"})
    assert answer.headers["Location"] == "/account/login/code/confirm/"
    message = Message.objects.get(kind="account")
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", message.text, re.MULTILINE)
    assert found is not None
    assert client.post("/account/login/code/confirm/", {"code": found[1]}).status_code == 302
    assert client.session["_auth_user_id"] == str(dana.person.pk)


def test_who_has_an_account_is_not_told(client: Client, dana: Membership) -> None:
    known = client.post("/account/login/code/", {"email": "dana@montreuil.test"})
    unknown = Client().post("/account/login/code/", {"email": "nobody@montreuil.test"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])


def test_a_second_step_is_asked_when_it_is_on(client: Client, dana: Membership) -> None:
    secret = generate_totp_secret()
    TOTP.activate(dana.person, secret)
    assert client.post(LOGIN, {"login": "dana", "password": PASSWORD}).headers["Location"] == "/account/2fa/authenticate/"
    assert "_auth_user_id" not in client.session
    page = client.get("/account/2fa/authenticate/").content.decode()
    assert "<h1>" in page
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.session["_auth_user_id"] == str(dana.person.pk)


def test_a_recovery_code_opens_once(client: Client, dana: Membership) -> None:
    TOTP.activate(dana.person, generate_totp_secret())
    code = RecoveryCodes.activate(dana.person).get_unused_codes()[0]
    for expected in (True, False):
        client.logout()
        sign_in(client, "dana")
        client.post("/account/2fa/authenticate/", {"code": code})
        assert ("_auth_user_id" in client.session) is expected


def test_nobody_signs_up_without_invitation(client: Client, db: None) -> None:
    answer = client.post("/account/signup/", {"email": "x@example.test", "password1": PASSWORD})
    assert "join by invitation" in answer.content.decode()
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "path",
    ["/account/login/", "/account/login/code/", "/account/password/reset/", "/account/signup/", "/account/inactive/"],
)
def test_pages_for_visitors_carry_no_script_of_their_own(client: Client, db: None, path: str) -> None:
    page = client.get(path).content.decode()
    assert 'class="plain' in page
    assert not re.search(r"<script(?![^>]*(src=|application/json))[^>]*>", page)
    assert " style=" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/account/email/",
        "/account/password/change/",
        "/account/2fa/",
        "/account/2fa/webauthn/",
        "/account/sessions/",
        "/account/logout/",
    ],
)
def test_pages_of_the_account_open(client: Client, dana: Membership, path: str) -> None:
    sign_in(client, "dana")
    answer = client.get(path)
    assert answer.status_code == 200
    assert " style=" not in answer.content.decode()


def test_a_passkey_is_added_after_the_password_was_asked_again(client: Client, dana: Membership) -> None:
    sign_in(client, "dana")
    again = client.get("/account/2fa/webauthn/add/").headers["Location"]
    assert again.startswith("/account/reauthenticate/")
    client.post(again, {"password": PASSWORD})
    page = client.get("/account/2fa/webauthn/add/").content.decode()
    assert "creation_options" in page
    assert "mfa/js/webauthn.js" in page


def test_another_device_can_be_signed_out(client: Client, dana: Membership) -> None:
    lost = Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 15) Chrome/140.0"})
    sign_in(lost, "dana")
    lost.get("/account/")
    sign_in(client, "dana")
    client.get("/account/")
    page = client.get("/account/sessions/").content.decode()
    assert "Chrome on Android" in page
    other = UserSession.objects.exclude(session_key=client.session.session_key).get()
    client.post("/account/sessions/end/", {"session": str(other.pk)})
    assert lost.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200


def test_the_device_of_somebody_else_cannot_be_signed_out(client: Client, dana: Membership, carl: Membership) -> None:
    carls = Client()
    sign_in(carls, "carl")
    carls.get("/account/")
    sign_in(client, "dana")
    for typed in (str(UserSession.objects.get(user=carl.person).pk), "", "x", "9" * 30):
        client.post("/account/sessions/end/", {"session": typed})
    assert carls.get("/account/").status_code == 200


def test_behind_the_proxy_the_lock_looks_at_who_the_proxy_saw(client: Client, dana: Membership, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    guesser = {"x-forwarded-for": "203.0.113.7"}
    for _ in range(11):
        client.post(LOGIN, {"login": "dana", "password": "wrong wrong wrong"}, headers=guesser)
    cache.clear()
    assert client.post(LOGIN, {"login": "dana", "password": PASSWORD}, headers=guesser).status_code == 429
    assert client.post(LOGIN, {"login": "dana", "password": PASSWORD}, headers={"x-forwarded-for": "203.0.113.8"}).status_code == 302
