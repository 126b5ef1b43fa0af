"""R01: the register can be handed on, signed, and checked offline."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from coopdelivery.people.models import Person
from federation.models import Dossier
from federation.passport.signing import read_passport
from federation.register.export import read_register, signed_register
from federation.signing import NotGenuine, public_key
from tests.conftest import make_member
from tests.federation.world import apply, member, on_trial


@pytest.fixture
def three(fay: Person, otto: Person) -> None:
    member(fay, otto, name="Dynamo")
    on_trial(fay, otto, name="Zéphyr")
    apply(fay, name="Béquille")


def test_r01_a_copy_of_the_register_is_verified_offline(three: None, fay: Person, client: Client, tmp_path: Path) -> None:
    client.force_login(fay)
    copy, key = tmp_path / "register.json", tmp_path / "key.json"
    copy.write_text(client.get("/federation/register/export/").text, encoding="utf-8")
    key.write_text(client.get("/federation/passport-key/").text, encoding="utf-8")
    out = StringIO()
    call_command("verify_register", str(copy), str(key), stdout=out)
    assert "2 co-ops, 1 voices." in out.getvalue()
    assert "Dynamo" in out.getvalue()
    assert "Béquille" not in out.getvalue()


def test_r01_it_tells_standing_and_conditions_and_names_nobody(three: None, fay: Person) -> None:
    told = read_register(signed_register(), public_key())
    found = {row["name"]: row for row in told["co_ops"]}
    assert {name: row["standing"] for name, row in found.items()} == {"Dynamo": "member", "Zéphyr": "trial"}
    assert all(len(row["conditions"]) == 3 and all(row["conditions"].values()) for row in found.values())
    assert "Fay" not in json.dumps(told)
    assert Dossier.objects.count() == 3


def test_r01_a_changed_copy_or_another_document_is_refused(three: None, tmp_path: Path, settings: Any) -> None:
    genuine, key = signed_register(), public_key()
    other = genuine["payload"][:-2] + ("AA" if genuine["payload"][-2:] != "AA" else "BB")
    with pytest.raises(NotGenuine):
        read_register({**genuine, "payload": other}, key)
    with pytest.raises(NotGenuine, match="not of the format"):
        read_passport(genuine, key)
    settings.SECRET_KEY = "another installation"
    with pytest.raises(NotGenuine):
        read_register(genuine, public_key())
    for name, content in (("register.json", json.dumps({})), ("key.json", json.dumps(key))):
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match="Not genuine"):
        call_command("verify_register", str(tmp_path / "register.json"), str(tmp_path / "key.json"))


def test_the_copy_is_for_officers(client: Client, three: None) -> None:
    stranger = make_member(Dossier.objects.earliest("pk").collective, "Kim", "admin")  # type: ignore[arg-type]  # a role by its value
    client.force_login(stranger.person)
    assert client.get("/federation/register/export/").status_code == 404


def test_the_copy_asks_the_same_few_questions_however_long_it_is(
    three: None, fay: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        signed_register()
