"""R17: the federation's settings change by a passed resolution with its day; an emergency ends by itself; the database refuses the rest."""

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from collectives.models import Collective
from collectives.refusals import Refusal
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Item, Meeting, Proposal
from coopdelivery.decisions.refusals import Refusal as DecisionRefusal
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from federation import services
from federation.dues.services import call_month
from federation.models import DuesCall, FederationPolicy
from federation.policies.rules import value_of
from federation.policies.services import EmergencySpent, NotASwitch, NothingNew, carry_out, change_in_emergency, propose_setting
from tests.federation.world import vote

TWO_WEEKS, MONTH = dt.timedelta(days=14), dt.timedelta(days=30)
PAGE = "/federation/policies/"


def ask(by: Person, value: str = "half", *, days: int = 30, **facts: Any) -> Proposal:
    told = {"key": "quorum", "effective_on": timezone.localdate() + dt.timedelta(days=days), **facts}
    return propose_setting(value=value, text="Few come.", closes_at=timezone.now() + TWO_WEEKS, by=by, **told)


def test_r17_a_passed_resolution_sets_it_from_its_day(fay: Person, montreuil: Collective) -> None:
    asked = vote(ask(fay))
    assert value_of("quorum") == "third"
    with time_machine.travel(timezone.now() + MONTH + dt.timedelta(days=1), tick=False):
        assert value_of("quorum") == "half"
        motion = services.open_resolution(title="x", text="", closes_at=timezone.now() + TWO_WEEKS, by=fay)
        assert decisions.rule_of(motion).quorum == Fraction(1, 2)
    assert decisions.rule_of(asked).quorum == Fraction(1, 3)
    assert Event.objects.get(name="policy.set").data["decision"] == "F-1"
    assert carry_out(asked) == FederationPolicy.objects.get()


def test_r17_what_did_not_pass_sets_nothing(fay: Person, montreuil: Collective) -> None:
    vote(ask(fay), "against")
    assert not FederationPolicy.objects.exists()
    with pytest.raises(NothingNew):
        ask(fay, "third")


def test_r17_never_before_the_result(fay: Person, montreuil: Collective) -> None:
    vote(ask(fay, days=-90))
    assert FederationPolicy.objects.get().effective_on == timezone.localdate()


def test_r17_the_database_refuses_what_nobody_decided_and_keeps_what_was(fay: Person, montreuil: Collective) -> None:
    undecided = services.open_resolution(title="x", text="", closes_at=timezone.now() + TWO_WEEKS, by=fay)
    local = decisions.record_urgent(collective_id=montreuil.pk, title="x", reason="x", settles={}, by=fay)
    urgent = decisions.record_urgent(collective_id=None, title="x", reason="x", settles={}, by=fay)
    today, late = timezone.localdate(), timezone.now() + dt.timedelta(hours=73)
    for decision, until in ((undecided, None), (local, None), (urgent, None), (urgent, late)):
        with pytest.raises(IntegrityError), transaction.atomic():
            FederationPolicy.objects.create(key="quorum", value="fifth", decision=decision, effective_on=today, until=until)
    assert not FederationPolicy.objects.exists()
    vote(ask(fay))
    with pytest.raises(IntegrityError), transaction.atomic():
        FederationPolicy.objects.update(value="fifth")
    with pytest.raises(IntegrityError), transaction.atomic():
        FederationPolicy.objects.all().delete()
    assert FederationPolicy.objects.get().value == "half"


def test_r17_an_emergency_ends_after_72_hours_and_is_no_habit(fay: Person, montreuil: Collective) -> None:
    change_in_emergency(key="calls", value="no", reason="The bank is closed.", by=fay)
    assert call_month(first=timezone.localdate().replace(day=1), by=fay) == 0
    assert not DuesCall.objects.exists()
    for hours, holds in ((71, "no"), (73, "yes")):
        with time_machine.travel(timezone.now() + dt.timedelta(hours=hours), tick=False):
            assert value_of("calls") == holds
    with time_machine.travel(timezone.now() + dt.timedelta(days=5), tick=False), pytest.raises(EmergencySpent):
        change_in_emergency(key="calls", value="no", reason="Again.", by=fay)
    assert FederationPolicy.objects.count() == 1


def test_r17_how_the_assembly_decides_waits_for_the_assembly(fay: Person, montreuil: Collective) -> None:
    with pytest.raises(NotASwitch):
        change_in_emergency(key="quorum", value="fifth", reason="Nobody comes.", by=fay)
    assert not Proposal.objects.exists()


def test_r17_what_is_refused_leaves_its_trace_and_nothing_else(fay: Person, montreuil: Collective) -> None:
    stranger = Person.objects.create_user(name="Zoe", email="zoe@nowhere.test")
    past = timezone.now() - dt.timedelta(minutes=1)
    for attempt, why in (
        (lambda: ask(fay, "third"), "NothingNew"),
        (lambda: ask(fay, "a tenth"), "BadSetting"),
        (lambda: ask(fay, key="salaries"), "UnknownSetting"),
        (lambda: ask(stranger), "NotAnOfficer"),
        (lambda: change_in_emergency(key="quorum", value="fifth", reason="Nobody comes.", by=fay), "NotASwitch"),
        (lambda: change_in_emergency(key="calls", value="no", reason=" ", by=fay), "WhyItCannotWait"),
        (lambda: change_in_emergency(key="calls", value="no", reason="Now.", by=stranger), "NotAnOfficer"),
        (lambda: propose_setting(key="quorum", value="half", text="", effective_on=past.date(), closes_at=past, by=fay), "EndsTooSoon"),
    ):
        with pytest.raises((Refusal, DecisionRefusal)):
            attempt()
        traced = Event.objects.filter(name="policy.refused").latest("pk")
        assert traced.data["why"] == why
    assert Event.objects.filter(name="policy.refused").count() == 8
    assert not Proposal.objects.exists()
    assert not FederationPolicy.objects.exists()


def test_r17_notice_and_quorum_hold_for_the_next_assembly(client: Client, fay: Person, montreuil: Collective) -> None:
    vote(ask(fay, days=0))
    vote(ask(fay, "30", key="notice", days=0))
    client.force_login(fay)
    begins = timezone.localtime(timezone.now() + dt.timedelta(days=40)).strftime("%Y-%m-%dT%H:%M")
    client.post("/federation/assembly/meetings/new/", {"title": "Autumn", "begins_at": begins})
    made = Meeting.objects.get()
    for kind in ("ordinary", "extraordinary"):
        client.post(f"/federation/assembly/meetings/{made.ref}/items/", {"kind": kind, "title": kind})
    assert made.notice_days == 30
    assert list(Item.objects.values_list("rule__quorum", "rule__majority")) == [("1/2", "1/2"), ("1/2", "2/3")]
    assert "At least 30 days before." in client.get(f"/federation/assembly/meetings/{made.ref}/").text


def test_r17_the_page_links_the_decision_and_offers_to_propose(client: Client, fay: Person, montreuil: Collective) -> None:
    asked = vote(ask(fay, days=0))
    client.force_login(fay)
    text = client.get(PAGE).text
    assert f"/federation/assembly/{asked.ref}/" in text
    day, end = ((timezone.localdate() + dt.timedelta(days=days)).isoformat() for days in (30, 14))
    answers = {"value": "third", "effective_on": day, "closes_on": end, "text": "More."}
    assert client.post(f"{PAGE}quorum/propose/", {**answers, "effective_on": end}).status_code == 422
    assert client.post(f"{PAGE}quorum/propose/", {**answers, "value": "all"}).status_code == 422
    assert client.post(f"{PAGE}quorum/propose/", answers).status_code == 302
    assert "F-2, vote open" in client.get(PAGE).text
    assert client.get(f"{PAGE}salaries/propose/").status_code == 404


def test_r17_an_emergency_in_the_browser(client: Client, fay: Person, montreuil: Collective) -> None:
    client.force_login(fay)
    urgent = f"{PAGE}calls/emergency/"
    assert client.post(urgent, {"value": "no", "reason": ""}).status_code == 422
    assert client.post(f"{PAGE}quorum/emergency/", {"value": "fifth", "reason": "x"}).status_code == 422
    assert client.post(urgent, {"value": "no", "reason": "The bank is closed."}).status_code == 302
    assert "Emergency by Fay, until" in client.get(PAGE).text


def test_the_page_asks_the_same_few_questions(
    client: Client, fay: Person, montreuil: Collective, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for value in ("half", "third", "quarter"):
        vote(ask(fay, value, days=0))
    client.force_login(fay)
    client.get(PAGE)
    with django_assert_num_queries(7):
        client.get(PAGE)
