"""R17: an emergency change is one person's, says why, and ends by itself after 72 hours."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from collectives.models import Collective, Membership, Policy
from collectives.policies import policies_in_force, policy_value
from collectives.services import found_policies
from collectives.services.emergency import (
    DecidedToday,
    EmergencyUsed,
    NoReasonGiven,
    NotForEmergencies,
    NothingToChange,
    change_in_emergency,
)
from collectives.tenancy import acting_for
from coopdelivery.decisions.models import Proposal
from coopdelivery.journal.models import Event

WHY = "A courier is being followed through the map."


@pytest.fixture
def founded(in_montreuil: Collective, ada: Membership) -> Collective:
    found_policies(collective=in_montreuil, by=ada.person, on=in_montreuil.today() - dt.timedelta(days=90), values={"show_position": True})
    return in_montreuil


def hurry(collective: Collective, ada: Membership, **facts: object) -> Policy:
    details = {"key": "show_position", "value": False, "reason": WHY, **facts}
    return change_in_emergency(collective=collective, by=ada.person, **details)  # type: ignore[arg-type]  # a test's shorthand


def test_r17_it_holds_at_once_and_ends_by_itself_after_72_hours(founded: Collective, ada: Membership) -> None:
    start = timezone.now()
    row = hurry(founded, ada)
    assert policy_value("show_position") is False
    assert policies_in_force()["show_position"] == row
    with time_machine.travel(start + dt.timedelta(hours=71), tick=False):
        assert policy_value("show_position") is False
    with time_machine.travel(start + dt.timedelta(hours=73), tick=False):
        assert policy_value("show_position") is True
    event = Event.objects.filter(name="policy.set").latest("pk")
    assert (event.by_id, event.data["decision"], event.data["before"], event.data["after"]) == (ada.person_id, "D-2", True, False)
    assert (row.decision.manner, row.decision.text) == ("urgent", WHY)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"reason": " "}, NoReasonGiven),
        ({"value": True}, NothingToChange),
        ({"key": "contribution_rate", "value": 100}, NotForEmergencies),
        ({"key": "round_floor", "value": 1}, NotForEmergencies),
    ],
)
def test_r17_what_is_no_emergency_is_refused(
    founded: Collective, ada: Membership, facts: dict[str, object], refusal: type[Exception]
) -> None:
    before = Policy.objects.count()
    with pytest.raises(refusal):
        hurry(founded, ada, **facts)
    assert (Policy.objects.count(), Proposal.objects.count()) == (before, 1)


def test_r17_it_is_not_renewed(founded: Collective, ada: Membership) -> None:
    start = timezone.now()
    hurry(founded, ada)
    for days in (1, 4, 30):
        with time_machine.travel(start + dt.timedelta(days=days), tick=False), pytest.raises((EmergencyUsed, NothingToChange)):
            hurry(founded, ada)
    with time_machine.travel(start + dt.timedelta(days=34), tick=False):
        hurry(founded, ada)


def test_r17_a_decision_of_today_stands(in_montreuil: Collective, ada: Membership) -> None:
    found_policies(collective=in_montreuil, by=ada.person, values={"show_position": True})
    with pytest.raises(DecidedToday):
        hurry(in_montreuil, ada)


def test_r17_the_database_refuses_an_emergency_without_end_or_longer_than_72_hours(founded: Collective, ada: Membership) -> None:
    row = hurry(founded, ada)
    assert row.until is not None
    for until in (None, row.until + dt.timedelta(hours=1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Policy.objects.filter(pk=row.pk).update(until=until)
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.exclude(pk=row.pk).update(decision=row.decision)


def test_r17_the_page_is_for_the_administration_and_says_until_when(
    client: Client, founded: Collective, ada: Membership, carl: Membership
) -> None:
    url = "/c/montreuil/policies/show_position/emergency/"
    client.force_login(carl.person)
    assert client.get(url).status_code == 403
    client.force_login(ada.person)
    assert client.get("/c/montreuil/policies/round_floor/emergency/").status_code == 404
    refused = client.post(url, {"value": "yes", "reason": WHY})
    assert refused.status_code == 422
    assert WHY in refused.text
    assert client.post(url, {"value": "no", "reason": WHY}).status_code == 302
    with acting_for(founded):
        assert Policy.objects.get(key="show_position", until__isnull=False).value is False
    assert "D-2, emergency, Ada" in client.get("/c/montreuil/policies/").text
    assert "Decided by Ada alone in an emergency" in client.get("/c/montreuil/proposals/").text
    assert "It cannot wait for a vote" in client.get("/c/montreuil/policies/order_help/propose/").text
