"""R10: a training passport is portable, and anybody checks it offline."""

import base64
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from collectives.models import Collective, Membership
from coopdelivery.people.models import Person
from coopdelivery.people.privacy import export
from federation.models import TrainingRecord
from federation.passport.records import GivenLater, NotTrainedHere, OwnTraining, WithdrawnAlready, record_training, withdraw_training
from federation.passport.signing import NotGenuine, passport_of, public_key, read_passport

TODAY = timezone.localdate()
FIRST_AID: dict[str, Any] = {"topic": "safety", "title": "First aid", "minutes": 90, "given_on": TODAY}


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def record(montreuil: Collective, ada: Membership, carl: Membership) -> TrainingRecord:
    return record_training(collective=montreuil, person=carl.person, by=ada.person, **FIRST_AID)


def test_r10_another_instance_verifies_a_passport_offline(
    record: TrainingRecord, carl: Membership, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = signed_in(carl.person).get("/c/montreuil/federation/training/passport/")
    assert "training-passport.json" in answer.headers["Content-Disposition"]
    (passport, key) = (tmp_path / "passport.json", tmp_path / "key.json")
    passport.write_bytes(answer.content)
    key.write_bytes(Client().get("/federation/passport-key/").content)
    settings.SECRET_KEY = "the secret of another federation"
    call_command("verify_passport", str(passport), str(key))
    said = capsys.readouterr().out
    assert "Genuine. Carl, signed by" in said
    assert f"{TODAY.isoformat()}  safety: First aid, 90 min, Montreuil" in said


def test_r10_a_changed_passport_or_another_key_is_refused(record: TrainingRecord, carl: Membership, settings: Settings) -> None:
    passport, key = passport_of(carl.person), public_key()
    told = json.loads(base64.urlsafe_b64decode(passport["payload"] + "=="))
    told["trainings"][0]["minutes"] = 9_000
    forged = base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()
    settings.SECRET_KEY = "another"
    for signed, by in (({**passport, "payload": forged}, key), (passport, public_key()), (passport_of(carl.person), key)):
        with pytest.raises(NotGenuine, match="changed after signing"):
            read_passport(signed, by)
    assert read_passport(passport, key)["holder"]["name"] == "Carl"


@pytest.mark.parametrize("rubbish", [None, [], "x", 7, {}, {"payload": "é", "protected": "", "signature": "!"}])
def test_r10_rubbish_is_no_passport(rubbish: object) -> None:
    for signed, key in ((rubbish, public_key()), ({"payload": "", "protected": "", "signature": ""}, rubbish)):
        with pytest.raises(NotGenuine):
            read_passport(signed, key)


def test_r10_the_command_says_why_it_cannot_read(tmp_path: Path) -> None:
    broken = tmp_path / "passport.json"
    broken.write_text("{")
    with pytest.raises(CommandError, match="cannot be read as JSON"):
        call_command("verify_passport", str(broken), str(broken))
    broken.write_text("{}")
    with pytest.raises(CommandError, match="Not genuine: not a signed document"):
        call_command("verify_passport", str(broken), str(broken))


def test_r10_nobody_confirms_their_own_training(montreuil: Collective, ada: Membership, carl: Membership, nina: Membership) -> None:
    for person, facts, refusal in (
        (ada.person, FIRST_AID, OwnTraining),
        (nina.person, FIRST_AID, NotTrainedHere),
        (carl.person, {**FIRST_AID, "given_on": TODAY + dt.timedelta(days=2)}, GivenLater),
    ):
        with pytest.raises(refusal):
            record_training(collective=montreuil, person=person, by=ada.person, **facts)
    facts = {**FIRST_AID, "person": ada.person, "confirmed_by": ada.person, "given_in": montreuil}
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingRecord.objects.create(**facts)
    assert not TrainingRecord.objects.exists()


def test_r10_a_mistake_is_withdrawn(record: TrainingRecord, ada: Membership, carl: Membership) -> None:
    withdraw_training(record=record, by=ada.person)
    with pytest.raises(WithdrawnAlready):
        withdraw_training(record=record, by=ada.person)
    assert read_passport(passport_of(carl.person), public_key())["trainings"] == []
    assert [row["title"] for row in export(carl.person)["trainings"]] == ["First aid"]


def test_r10_the_office_writes_on_the_page_and_a_courier_reads(montreuil: Collective, ada: Membership, carl: Membership) -> None:
    office, courier = signed_in(ada.person), signed_in(carl.person)
    records = "/c/montreuil/federation/training/records/"
    sent = {"person": carl.person_id, "topic": "technical", "title": "Brakes", "hours": "1.5", "given_on": TODAY.isoformat()}
    assert office.post(records, {**sent, "hours": "0"}).status_code == 422
    assert office.post(records, {**sent, "person": ada.person_id}).status_code == 422
    assert office.post(records, sent).status_code == 302
    page = courier.get("/c/montreuil/federation/training/").text
    assert "Brakes" in page
    assert "90" in page
    assert "Write a training down" not in page
    assert courier.post(records, sent).status_code == 403
    row = TrainingRecord.objects.get()
    assert office.post(f"{records}{row.ref}/withdraw/").status_code == 302
    assert office.post(f"{records}{row.ref}/withdraw/").status_code == 404
