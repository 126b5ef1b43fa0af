import pytest

from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Ballot
from coopdelivery.people.models import Person
from coopdelivery.people.privacy import StillNeeded, erase_person, export
from federation import services
from federation.models import Dossier, Evidence
from federation.register.refusals import NotAnOfficer
from tests.federation.world import hold, make_evidence


def test_a_person_gets_a_copy_of_votes_offices_and_pieces(dossier: Dossier, fay: Person, otto: Person) -> None:
    proposal = decisions.open_proposal(collective_id=None, title="Common fund", text="", roll=[7], by=fay)
    decisions.cast(proposal=proposal, by=fay, choice="for", reason="We need it.", seat=7)
    hold(make_evidence(dossier, fay), otto)
    mine = export(fay)
    assert [row["choice"] for row in mine["votes"]] == ["for"]
    assert [row["title"] for row in mine["proposals"]] == ["Common fund"]
    assert [row["verdict"] for row in mine["evidence"]] == ["holds"]
    assert len(mine["federation_offices"]) == 1


def test_the_last_officer_stays_until_somebody_else_is_named(fay: Person) -> None:
    with pytest.raises(StillNeeded):
        erase_person(person=fay)


def test_erasing_an_officer_keeps_votes_and_verdicts_without_words(dossier: Dossier, fay: Person, otto: Person) -> None:
    proposal = decisions.open_proposal(collective_id=None, title="Common fund", text="", roll=[7], by=fay)
    decisions.cast(proposal=proposal, by=otto, choice="against", reason="I am moving away.", seat=7)
    hold(make_evidence(dossier, fay), otto)
    erase_person(person=otto)
    assert list(Ballot.objects.values_list("choice", "reason")) == [("against", "")]
    assert Evidence.objects.get().verdict == "holds"
    with pytest.raises(NotAnOfficer):
        services.name_officer(email="fay@federation.test", home=None, by=Person.objects.get(pk=otto.pk))
