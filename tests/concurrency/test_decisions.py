"""Members and officers who press at the same moment, on PostgreSQL."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from collectives.models import Collective, Membership, Policy
from collectives.tenancy import acting_for
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Ballot, Proposal
from coopdelivery.decisions.refusals import VoteClosed
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from federation import services as federation
from federation.models import StandingChange
from federation.register import refusals
from tests.federation.world import apply, hold_all, make_evidence, officer_from

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WRITERS = 6


def all_at_once(deeds: Sequence[Callable[[], object]]) -> list[object]:
    """Each in its own thread; what it returned, or the exception it raised."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        try:
            start.wait(10)
            return deed()
        except Exception as error:  # noqa: BLE001  what was raised is what the test looks at
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_proposals_opened_together_get_different_numbers(montreuil: Collective, ada: Membership) -> None:
    def open_one() -> str:
        return decisions.open_proposal(collective_id=montreuil.pk, title="One", text="", roll=[ada.person_id], by=ada.person).number

    numbers = all_at_once([open_one] * 4)
    assert sorted(map(str, numbers)) == ["D-1", "D-2", "D-3", "D-4"]


def test_a_vote_counted_by_many_is_decided_once(montreuil: Collective, ada: Membership) -> None:
    settles = {"policy": "show_position", "value": True}
    proposal = decisions.open_proposal(collective_id=montreuil.pk, title="x", text="", roll=[ada.person_id], by=ada.person, settles=settles)
    decisions.cast(proposal=proposal, by=ada.person, choice="for")
    done = all_at_once([lambda: decisions.close(proposal=Proposal.objects.get(), by=ada.person)] * WRITERS)
    assert Counter(type(result) for result in done) == {Proposal: 1, VoteClosed: WRITERS - 1}
    assert Event.objects.filter(name="proposal.decided").count() == 1
    with acting_for(montreuil):
        assert Policy.objects.count() == 1


def test_no_vote_slips_in_after_the_count(montreuil: Collective, ada: Membership, carl: Membership) -> None:
    roll = [ada.person_id, carl.person_id]
    proposal = decisions.open_proposal(collective_id=montreuil.pk, title="x", text="", roll=roll, by=ada.person)
    decisions.cast(proposal=proposal, by=ada.person, choice="for")
    decisions.cast(proposal=proposal, by=carl.person, choice="for")
    change = [lambda: decisions.cast(proposal=proposal, by=carl.person, choice="against")]
    all_at_once([*change, lambda: decisions.close(proposal=Proposal.objects.get(), by=ada.person)])
    counted = Event.objects.get(name="proposal.decided").data["votes_against"]
    assert Ballot.objects.filter(choice="against").count() == counted


def test_officers_who_admit_together_admit_once(fay: Person) -> None:
    otto = Person.objects.create_user(name="Otto", email="otto@federation.test")
    federation.name_officer(email="otto@federation.test", home=None, by=fay)
    dossier = apply(fay)
    hold_all(dossier, adder=fay, reviewer=otto)
    done = all_at_once([lambda: federation.admit(dossier=dossier, standing="trial", by=otto, reason="Good.")] * WRITERS)
    assert Counter(type(result) for result in done) == {StandingChange: 1, refusals.NotAStep: WRITERS - 1}


def test_a_piece_is_judged_once(fay: Person) -> None:
    otto = Person.objects.create_user(name="Otto", email="otto@federation.test")
    federation.name_officer(email="otto@federation.test", home=None, by=fay)
    piece = make_evidence(apply(fay), fay)
    rita = officer_from(None, fay)
    federation.review_evidence(evidence=piece, holds=True, comment="", by=rita)
    verdicts = [
        lambda: federation.review_evidence(evidence=piece, holds=True, comment="yes", by=otto),
        lambda: federation.review_evidence(evidence=piece, holds=False, comment="no", by=otto),
    ]
    done = all_at_once(verdicts)
    assert sum(isinstance(result, refusals.AlreadyReviewed) for result in done) == 1
    assert Event.objects.filter(name="evidence.reviewed").count() == 1
