"""R01 and R04: one co-op, one voice; membership by resolution."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from collectives.models import Collective, Membership
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Ballot, Proposal
from coopdelivery.decisions.refusals import NotOnTheRoll, VoteClosed
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from federation import services
from federation.assembly import refusals
from federation.assembly.voices import voices
from federation.models import Delegate, Dossier, StandingChange
from federation.register.refusals import AlreadyAsked, NotFounding, NotResolved
from tests.conftest import make_collective
from tests.federation.world import delegate_of, hold_all, member, on_trial, vote


def motion(by: Person, **facts: Any) -> Proposal:
    details = {"title": "A common insurance", "text": "", "closes_at": timezone.now() + dt.timedelta(days=14), **facts}
    return services.open_resolution(by=by, **details)


@pytest.fixture
def trial(fay: Person, otto: Person, montreuil: Collective, nantes: Collective) -> Dossier:
    return on_trial(fay, otto)


def test_r01_no_membership_without_a_passed_resolution(trial: Dossier, fay: Person) -> None:
    with pytest.raises(NotResolved):
        services.admit(dossier=trial, standing="member", by=fay, reason="They are nice.")
    asked = services.put_admission(dossier=trial, closes_at=timezone.now() + dt.timedelta(days=14), by=fay)
    with pytest.raises(NotResolved):
        services.admit(dossier=trial, standing="member", by=fay, reason="It will pass.")
    vote(asked, "against")
    with pytest.raises(NotResolved):
        services.admit(dossier=trial, standing="member", by=fay, reason="Anyway.")
    assert Collective.objects.get(pk=trial.collective_id).standing == "trial"


def test_r01_a_passed_resolution_makes_the_member(trial: Dossier, fay: Person) -> None:
    asked = vote(services.put_admission(dossier=trial, closes_at=timezone.now() + dt.timedelta(days=14), by=fay))
    change = StandingChange.objects.get(dossier=trial, after="member")
    assert (change.resolution, change.reason) == (asked, "Resolution F-1 of the assembly.")
    assert Collective.objects.get(pk=trial.collective_id).standing == "member"


def test_r01_a_resolution_of_long_ago_does_not_help_who_lost_a_condition(trial: Dossier, fay: Person) -> None:
    asked = services.put_admission(dossier=trial, closes_at=timezone.now() + dt.timedelta(days=310), by=fay)
    with time_machine.travel(timezone.now() + dt.timedelta(days=305), tick=False):
        vote(asked)
        assert Collective.objects.get(pk=trial.collective_id).standing == "trial"
        hold_all(trial, adder=fay, reviewer=fay)
        services.admit(dossier=trial, standing="member", by=fay, reason="Proved again.")
    assert StandingChange.objects.get(after="member").resolution == asked


def test_r01_the_database_refuses_a_membership_without_resolution(trial: Dossier, fay: Person) -> None:
    facts = {"dossier": trial, "before": "trial", "after": "member", "reason": "by hand", "by": fay}
    open_one = motion(fay)
    for resolution in (None, open_one):
        with pytest.raises(IntegrityError), transaction.atomic():
            StandingChange.objects.create(resolution=resolution, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        StandingChange.objects.update(before="trial", after="member")


def test_r01_an_admission_is_asked_once_and_founded_only_without_members(trial: Dossier, fay: Person) -> None:
    later = timezone.now() + dt.timedelta(days=14)
    services.put_admission(dossier=trial, closes_at=later, by=fay)
    with pytest.raises(AlreadyAsked):
        services.put_admission(dossier=trial, closes_at=later, by=fay)
    with pytest.raises(NotFounding):
        services.record_founding(dossier=trial, on=timezone.localdate(), by=fay)


def test_r04_each_member_has_one_voice_whatever_its_size(fay: Person, otto: Person) -> None:
    for name, people in (("Dynamo", 3), ("Zéphyr", 400)):
        member(fay, otto, name=name, headcount=people)
    on_trial(fay, otto, name="Béquille")
    asked = motion(fay)
    assert asked.roll == sorted(Collective.objects.filter(standing="member").values_list("pk", flat=True))
    before = decisions.tally_of(vote(asked))
    Dossier.objects.update(headcount=5000)
    Collective.objects.update(last_number=9_000_000)
    assert decisions.tally_of(asked) == before
    assert (before.votes_for, before.roll) == (2, 2)


def test_r04_who_became_a_member_after_the_record_date_does_not_vote(fay: Person, otto: Person, montreuil: Collective) -> None:
    early = member(fay, otto, name="Dynamo")
    record_date = timezone.now() + dt.timedelta(days=1)
    with time_machine.travel(record_date + dt.timedelta(days=1), tick=False):
        late = member(fay, otto, name="Zéphyr")
        asked = motion(fay, record_date=record_date)
        assert asked.roll == sorted([montreuil.pk, early.pk])
        assert late in voices()
        with pytest.raises(refusals.NotOnThisRoll):
            services.cast_voice(proposal=asked, collective=late, by=delegate_of(late), choice="for")
    assert not Ballot.objects.filter(proposal=asked).exists()


def test_r04_lapsed_and_trial_members_have_no_vote_and_the_attempt_is_written_down(fay: Person, montreuil: Collective) -> None:
    asked, speaker = motion(fay), delegate_of(montreuil)
    for standing in ("lapsed", "trial", "left"):
        Collective.objects.update(standing=standing)
        with pytest.raises(refusals.NoVoice):
            services.cast_voice(proposal=asked, collective=montreuil, by=speaker, choice="for")
    assert not Ballot.objects.exists()
    assert [event.data["why"] for event in Event.objects.filter(name="vote.refused")] == ["NoVoice"] * 3


def test_r04_only_the_delegate_gives_the_voice(fay: Person, montreuil: Collective, ada: Membership, carl: Membership) -> None:
    asked = motion(fay)
    services.name_delegate(collective=montreuil, person=carl.person, by=ada.person)
    with pytest.raises(refusals.NotTheDelegate):
        services.cast_voice(proposal=asked, collective=montreuil, by=ada.person, choice="for")
    with pytest.raises(NotOnTheRoll):
        decisions.cast(proposal=asked, by=carl.person, choice="for")
    services.cast_voice(proposal=asked, collective=montreuil, by=carl.person, choice="for")
    services.name_delegate(collective=montreuil, person=ada.person, by=ada.person)
    services.cast_voice(proposal=asked, collective=montreuil, by=ada.person, choice="against", reason="The members said so.")
    assert list(Ballot.objects.values_list("seat", "voter", "choice")) == [(montreuil.pk, ada.person_id, "against")]


def test_r04_after_the_count_nothing_is_added(fay: Person, montreuil: Collective) -> None:
    asked = vote(motion(fay))
    with pytest.raises(VoteClosed):
        services.cast_voice(proposal=asked, collective=montreuil, by=delegate_of(montreuil), choice="against")
    assert Event.objects.get(name="vote.refused").data["why"] == "VoteClosed"


def test_a_stranger_cannot_be_delegate(montreuil: Collective, ada: Membership, nina: Membership) -> None:
    with pytest.raises(refusals.NotInTheTeam):
        services.name_delegate(collective=montreuil, person=nina.person, by=ada.person)
    assert not Delegate.objects.exists()


def test_from_the_motion_to_the_result_in_the_browser(client: Client, fay: Person, ada: Membership, carl: Membership) -> None:
    client.force_login(fay)
    ends = (timezone.localdate() + dt.timedelta(days=10)).isoformat()
    answer = client.post("/federation/assembly/new/", {"title": "A common insurance", "text": "<b>Why</b>", "closes_on": ends})
    asked = Proposal.objects.get()
    assert answer.headers["Location"] == f"/federation/assembly/{asked.ref}/"
    assert "3 voices" not in client.get("/federation/assembly/").text
    page = f"/c/montreuil/federation/motions/{asked.ref}/"
    client.force_login(ada.person)
    assert client.post("/c/montreuil/federation/delegate/", {}).status_code == 422
    client.post("/c/montreuil/federation/delegate/", {"delegate": carl.pk})
    assert "Carl votes for our co-op." in client.get(page).text
    assert client.post(f"{page}vote/", {"choice": "for"}).status_code == 409
    client.force_login(carl.person)
    assert "&lt;b&gt;Why&lt;/b&gt;" in client.get(page).text
    assert client.post(f"{page}vote/", {}).status_code == 422
    client.post(f"{page}vote/", {"choice": "for", "reason": "Cheaper together."})
    assert "A common insurance" in client.get("/c/montreuil/federation/").text
    client.force_login(fay)
    assert "given by Carl: Cheaper together." in client.get(f"/federation/assembly/{asked.ref}/").text
    client.post(f"/federation/assembly/{asked.ref}/close/")
    asked.refresh_from_db()
    assert asked.state == "passed"


def test_couriers_read_and_do_not_name_delegates(client: Client, carl: Membership, sam: Membership) -> None:
    client.force_login(carl.person)
    assert client.get("/c/montreuil/federation/").status_code == 200
    assert client.post("/c/montreuil/federation/delegate/", {"delegate": carl.pk}).status_code == 403
    client.force_login(sam.person)
    assert client.get("/c/montreuil/federation/").status_code == 403


def test_the_assembly_asks_the_same_few_questions_however_long_it_is(
    client: Client, fay: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(8):
        make_collective(f"Co-op {n}", f"co-op-{n}")
    client.force_login(fay)
    asked = vote(motion(fay))
    for _n in range(3):
        vote(motion(fay))
    client.get("/federation/assembly/")
    with django_assert_num_queries(7):
        client.get("/federation/assembly/")
    with django_assert_num_queries(7):
        client.get(f"/federation/assembly/{asked.ref}/")
