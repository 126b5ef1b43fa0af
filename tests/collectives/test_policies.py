import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import translation

from collectives.models import Collective, Membership, Policy
from collectives.policies import POLICIES, BadPolicyValue, UnknownPolicy, policies_in_force, policy_value
from collectives.services import AlreadyFounded, NotDecided, found_policies, set_policy
from collectives.tenancy import acting_for
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Proposal
from coopdelivery.journal.models import Event


def vote(collective: Collective, settles: dict[str, Any], *voters: Membership, choice: str = "for") -> Proposal:
    """Opened by the first voter, voted by all of them, counted."""
    roll = [voter.person_id for voter in voters]
    proposal = decisions.open_proposal(
        collective_id=collective.pk, title="A rule", text="", roll=roll, by=voters[0].person, settles=settles
    )
    for voter in voters:
        decisions.cast(proposal=proposal, by=voter.person, choice=choice)
    return decisions.close(proposal=proposal, by=voters[0].person)


def test_until_somebody_decides_the_default_holds(in_montreuil: Collective) -> None:
    assert {key: policy_value(key) for key in POLICIES} == {rule.key: rule.default for rule in POLICIES.values()}


def test_a_rule_that_does_not_exist_is_named(in_montreuil: Collective) -> None:
    with pytest.raises(UnknownPolicy, match="“shoe_size”"):
        policy_value("shoe_size")


def test_a_passed_proposal_sets_the_rule_with_its_decision(in_montreuil: Collective, ada: Membership, carl: Membership) -> None:
    decision = vote(in_montreuil, {"policy": "show_position", "value": True}, ada, carl)
    assert policy_value("show_position") is True
    assert Policy.objects.get().decision == decision
    event = Event.objects.get(name="policy.set")
    assert (event.data["before"], event.data["after"], event.data["decision"]) == (False, True, "D-1")


def test_a_rejected_proposal_sets_nothing(in_montreuil: Collective, ada: Membership, carl: Membership) -> None:
    vote(in_montreuil, {"policy": "show_position", "value": True}, ada, carl, choice="against")
    assert policy_value("show_position") is False
    assert not Policy.objects.exists()


def test_a_rule_holds_from_its_day_on(in_montreuil: Collective, ada: Membership) -> None:
    day = in_montreuil.today() + dt.timedelta(days=30)
    vote(in_montreuil, {"policy": "round_floor", "value": 3400, "effective_on": day.isoformat()}, ada)
    assert policy_value("round_floor") == 0
    assert policy_value("round_floor", day - dt.timedelta(days=1)) == 0
    assert policy_value("round_floor", day) == 3400


def test_a_result_never_reaches_back_before_its_own_day(in_montreuil: Collective, ada: Membership) -> None:
    yesterday = in_montreuil.today() - dt.timedelta(days=1)
    vote(in_montreuil, {"policy": "round_floor", "value": 3400, "effective_on": yesterday.isoformat()}, ada)
    assert Policy.objects.get().effective_on == in_montreuil.today()


def test_two_decisions_of_one_day_leave_the_second(in_montreuil: Collective, ada: Membership) -> None:
    vote(in_montreuil, {"policy": "round_floor", "value": 3400}, ada)
    vote(in_montreuil, {"policy": "round_floor", "value": 3000}, ada)
    assert policy_value("round_floor") == 3000
    assert Event.objects.filter(name="policy.set").count() == 2


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("show_position", 1),
        ("show_position", "yes"),
        ("round_floor", -1),
        ("round_floor", True),
        ("contribution_rate", 10_001),
        ("proof_default", "x"),
    ],
)
def test_a_value_of_another_kind_is_refused(in_montreuil: Collective, ada: Membership, key: str, value: object) -> None:
    proposal = Proposal.objects.create(
        collective_id=in_montreuil.pk,
        number="D-1",
        title="x",
        state="passed",
        opened_by=ada.person,
        settles={"policy": key, "value": value},
    )
    with pytest.raises(BadPolicyValue):
        set_policy(key=key, value=value, decision=proposal, effective_on=in_montreuil.today(), by=ada.person)
    assert not Policy.objects.exists()


def test_a_decision_about_something_else_sets_nothing(in_montreuil: Collective, ada: Membership) -> None:
    other = vote(in_montreuil, {}, ada)
    with pytest.raises(NotDecided):
        set_policy(key="show_position", value=True, decision=other, effective_on=in_montreuil.today(), by=ada.person)
    assert not Policy.objects.exists()


def open_proposal(collective: Collective, by: Membership) -> Proposal:
    return decisions.open_proposal(collective_id=collective.pk, title="x", text="", roll=[by.person_id], by=by.person)


def test_the_database_refuses_a_rule_nobody_decided(in_montreuil: Collective, ada: Membership) -> None:
    proposal = open_proposal(in_montreuil, ada)
    with pytest.raises(IntegrityError, match="a decision of its collective that has passed"), transaction.atomic():
        Policy.objects.create(
            collective=in_montreuil, key="show_position", value=True, decision=proposal, effective_on=in_montreuil.today()
        )
    assert not Policy.objects.exists()


def test_the_database_refuses_a_decision_of_others(in_montreuil: Collective, ada: Membership, nantes: Collective, nina: Membership) -> None:
    foreign = vote(nantes, {}, nina)
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.create(collective=in_montreuil, key="show_position", value=True, decision=foreign, effective_on=in_montreuil.today())
    assert not Policy.objects.exists()


def test_the_database_refuses_a_change_to_an_open_decision(in_montreuil: Collective, ada: Membership) -> None:
    vote(in_montreuil, {"policy": "show_position", "value": True}, ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.update(decision=open_proposal(in_montreuil, ada), value=False)
    assert policy_value("show_position") is True


def test_the_founding_assembly_decides_every_rule_once(in_montreuil: Collective, ada: Membership) -> None:
    founded = in_montreuil.today() - dt.timedelta(days=400)
    decision = found_policies(collective=in_montreuil, by=ada.person, on=founded, values={"round_floor": 3400})
    assert (decision.number, decision.state, decision.manner) == ("D-1", "passed", "assembly")
    in_force = policies_in_force()
    assert set(in_force) == set(POLICIES)
    assert in_force["round_floor"].value == 3400
    assert {row.effective_on for row in in_force.values()} == {founded}
    with pytest.raises(AlreadyFounded):
        found_policies(collective=in_montreuil, by=ada.person)
    assert Proposal.objects.count() == 1


def test_the_founding_assembly_takes_no_impossible_value(in_montreuil: Collective, ada: Membership) -> None:
    with pytest.raises(BadPolicyValue):
        found_policies(collective=in_montreuil, by=ada.person, values={"round_floor": "much"})
    assert not Proposal.objects.exists()


def test_rules_of_two_collectives_do_not_mix(in_montreuil: Collective, ada: Membership, nantes: Collective, nina: Membership) -> None:
    vote(nantes, {"policy": "show_position", "value": True}, nina)
    assert policy_value("show_position") is False
    assert policies_in_force() == {}


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("show_position", False, "no"),
        ("round_floor", 3400, "€34.00 an hour"),
        ("round_floor", 0, "none"),
        ("contribution_rate", 225, "2.25\N{NO-BREAK SPACE}%"),
        ("card_fee_fixed", 25, "€0.25"),
        ("cancel_free_until", "planned", "until it is in a round"),
    ],
)
def test_values_are_said_in_words(key: str, value: object, words: str) -> None:
    with translation.override("en"):
        assert POLICIES[key].in_words(value, "EUR") == words


@pytest.mark.parametrize("known_by", ["itself", "its id"])
def test_today_is_the_collectives_today_wherever_it_is_asked(montreuil: Collective, ada: Membership, known_by: str) -> None:
    late = dt.datetime(2027, 3, 1, 23, 30, tzinfo=dt.UTC)
    with time_machine.travel(late, tick=False), acting_for(montreuil if known_by == "itself" else montreuil.pk):
        vote(montreuil, {"policy": "round_floor", "value": 3400}, ada)
        assert Policy.objects.get().effective_on == dt.date(2027, 3, 2)
        assert policy_value("round_floor") == 3400
        assert policies_in_force()["round_floor"].value == 3400
