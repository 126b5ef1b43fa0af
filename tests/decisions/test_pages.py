import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from collectives.models import Collective, Membership, Policy
from collectives.policies import POLICIES
from collectives.services import found_policies
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Ballot, Proposal


def url(proposal: Proposal, verb: str = "") -> str:
    return f"/c/montreuil/proposals/{proposal.ref}/{verb + '/' if verb else ''}"


@pytest.fixture
def team(in_montreuil: Collective, ada: Membership, dana: Membership, carl: Membership) -> list[Membership]:
    return [ada, dana, carl]


def days_ahead(collective: Collective, days: int) -> str:
    return (collective.today() + dt.timedelta(days=days)).isoformat()


def change(collective: Collective, **answers: Any) -> dict[str, Any]:
    return {
        "value": "yes",
        "text": "For safety.",
        "closes_on": days_ahead(collective, 7),
        "effective_on": days_ahead(collective, 8),
        **answers,
    }


def test_a_courier_proposes_a_change_and_the_passed_vote_sets_the_rule(
    client: Client, montreuil: Collective, team: list[Membership]
) -> None:
    ada, dana, carl = team
    client.force_login(carl.person)
    page = client.post("/c/montreuil/policies/show_position/propose/", change(montreuil))
    proposal = Proposal.objects.get()
    assert page.headers["Location"] == url(proposal)
    assert (proposal.number, proposal.roll) == ("D-1", sorted(row.person_id for row in team))
    for member, choice in ((carl, "for"), (ada, "for"), (dana, "against")):
        client.force_login(member.person)
        client.post(url(proposal, "vote"), {"choice": choice, "reason": "because"})
    client.post(url(proposal, "close"))
    policy = Policy.objects.get()
    assert (policy.key, policy.value, policy.decision) == ("show_position", True, proposal)
    assert policy.effective_on.isoformat() == days_ahead(montreuil, 8)
    assert "D-1, vote of" not in client.get("/c/montreuil/policies/").text
    with time_machine.travel(timezone.now() + dt.timedelta(days=9), tick=False):
        assert "D-1, vote of" in client.get("/c/montreuil/policies/").text


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"value": "no"}, "This is what already holds."),
        ({"value": "perhaps"}, "Select a valid choice"),
        ({"closes_on": "2020-01-01"}, "choose tomorrow or later"),
        ({"closes_on": "soon"}, "Enter a valid date"),
        ({"effective_on": "2020-01-01"}, "A rule starts after the last day of the vote."),
    ],
)
def test_a_proposal_that_makes_no_sense_is_refused_with_what_was_typed(
    client: Client, montreuil: Collective, carl: Membership, answers: dict[str, str], sentence: str
) -> None:
    client.force_login(carl.person)
    page = client.post("/c/montreuil/policies/show_position/propose/", change(montreuil, **answers))
    assert page.status_code == 422
    assert sentence in page.text
    assert "For safety." in page.text
    assert not Proposal.objects.exists()


def test_amounts_and_shares_are_typed_as_people_write_them(client: Client, montreuil: Collective, carl: Membership) -> None:
    client.force_login(carl.person)
    client.post("/c/montreuil/policies/round_floor/propose/", change(montreuil, value="34"))
    client.post("/c/montreuil/policies/contribution_rate/propose/", change(montreuil, value="2.25"))
    assert [row.settles["value"] for row in Proposal.objects.order_by("pk")] == [3400, 225]


def test_a_rule_that_does_not_exist_cannot_be_proposed(client: Client, carl: Membership) -> None:
    client.force_login(carl.person)
    assert client.get("/c/montreuil/policies/shoe_size/propose/").status_code == 404


def test_every_rule_has_its_form(client: Client, carl: Membership) -> None:
    client.force_login(carl.person)
    assert {client.get(f"/c/montreuil/policies/{key}/propose/").status_code for key in POLICIES} == {200}


@pytest.fixture
def proposal(montreuil: Collective, team: list[Membership]) -> Proposal:
    return decisions.open_proposal(
        collective_id=montreuil.pk,
        title="A new cargo bike",
        text="The old one <b>broke</b>.",
        roll=[row.person_id for row in team],
        closes_at=timezone.now() + dt.timedelta(days=3),
        by=team[0].person,
    )


def test_the_text_of_a_proposal_is_text(client: Client, proposal: Proposal, carl: Membership) -> None:
    client.force_login(carl.person)
    assert "The old one &lt;b&gt;broke&lt;/b&gt;." in client.get(url(proposal)).text


def test_a_vote_without_a_choice_writes_nothing(client: Client, proposal: Proposal, carl: Membership) -> None:
    client.force_login(carl.person)
    page = client.post(url(proposal, "vote"), {"reason": "I do not know yet"})
    assert page.status_code == 422
    assert "Choose for, against or abstention." in page.text
    assert "I do not know yet" in page.text
    assert not Ballot.objects.exists()


def test_who_joined_later_is_told_why_they_cannot_vote(client: Client, montreuil: Collective, proposal: Proposal, carl: Membership) -> None:
    Proposal.objects.update(roll=[1])
    client.force_login(carl.person)
    page = client.post(url(proposal, "vote"), {"choice": "for"})
    assert page.status_code == 409
    assert "You are not on the list of this vote." in page.text
    assert not Ballot.objects.exists()


def test_counting_too_early_is_refused_with_a_sentence(client: Client, proposal: Proposal, carl: Membership) -> None:
    client.force_login(carl.person)
    page = client.post(url(proposal, "close"))
    assert page.status_code == 409
    assert "3 voices are missing" in page.text
    proposal.refresh_from_db()
    assert proposal.is_open


def test_only_who_proposed_withdraws(client: Client, proposal: Proposal, ada: Membership, carl: Membership) -> None:
    client.force_login(carl.person)
    assert client.post(url(proposal, "withdraw")).status_code == 409
    client.force_login(ada.person)
    assert client.post(url(proposal, "withdraw")).status_code == 302
    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"


def test_a_proposal_of_another_collective_is_not_found(client: Client, proposal: Proposal, nina: Membership) -> None:
    client.force_login(nina.person)
    assert client.get(f"/c/nantes/proposals/{proposal.ref}/").status_code == 404
    assert client.post(f"/c/nantes/proposals/{proposal.ref}/vote/", {"choice": "for"}).status_code == 404
    assert client.get(url(proposal)).status_code == 404


def test_partners_do_not_see_decisions(client: Client, proposal: Proposal, sam: Membership) -> None:
    client.force_login(sam.person)
    assert client.get("/c/montreuil/proposals/").status_code == 403
    assert client.get("/c/montreuil/policies/").status_code == 403


def test_the_founding_decision_is_written_down_once(client: Client, montreuil: Collective, team: list[Membership]) -> None:
    ada, _dana, carl = team
    client.force_login(carl.person)
    assert client.post("/c/montreuil/policies/founding/", {"founded_on": "2024-05-04"}).status_code == 403
    client.force_login(ada.person)
    assert client.post("/c/montreuil/policies/founding/", {"founded_on": "2999-05-04"}).status_code == 422
    client.post("/c/montreuil/policies/founding/", {"founded_on": "2024-05-04"})
    client.post("/c/montreuil/policies/founding/", {"founded_on": "2024-05-05"})
    assert Policy.objects.count() == len(POLICIES)
    assert "D-1, assembly of 4 May 2024" in client.get("/c/montreuil/policies/").text


def test_lists_ask_the_same_few_questions_however_long_they_are(
    client: Client, montreuil: Collective, team: list[Membership], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found_policies(collective=montreuil, by=team[0].person)
    client.force_login(team[0].person)
    client.get("/c/montreuil/policies/")
    for n in range(12):
        proposal = decisions.open_proposal(
            collective_id=montreuil.pk, title=f"Proposal {n}", text="", roll=[row.person_id for row in team], by=team[0].person
        )
        decisions.cast(proposal=proposal, by=team[1].person, choice="for")
    with django_assert_num_queries(8):
        client.get("/c/montreuil/policies/")
    with django_assert_num_queries(8):
        client.get("/c/montreuil/proposals/")
    with django_assert_num_queries(11):
        client.get(url(proposal))
