import datetime as dt

import time_machine
from django.utils import timezone

from collectives.models import Collective, Membership, Role
from coopdelivery.decisions import meetings
from coopdelivery.journal import services as journal
from coopdelivery.notices.models import Message
from coopdelivery.notices.services import kinds_for
from coopdelivery.people.models import Person
from federation import services
from federation.models import Dossier
from tests.conftest import make_member
from tests.federation.world import apply, hold_all, make_evidence, member


def told(kind: str) -> list[str]:
    """Who was told, by e-mail address; what happened before is told first."""
    journal.run_waiting()
    return sorted(Message.objects.filter(kind=kind, channel="email").values_list("email", flat=True))


def test_a_new_dossier_is_news_for_the_other_officers(fay: Person, otto: Person) -> None:
    apply(fay)
    assert told("dossier.opened") == ["otto@federation.test"]


def test_the_contact_is_told_until_the_collective_has_an_administration(fay: Person, otto: Person) -> None:
    dossier = apply(fay, contact_email="mona@cordee.test")
    services.review_evidence(evidence=make_evidence(dossier, fay), holds=False, comment="Sign it.", by=otto)
    assert told("evidence.reviewed") == ["mona@cordee.test"]
    ada = make_member(dossier.collective, "Ada", Role.ADMIN)
    services.review_evidence(evidence=make_evidence(dossier, fay), holds=False, comment="Sign it.", by=otto)
    assert told("evidence.reviewed") == [ada.person.email, "mona@cordee.test"]


def test_another_standing_is_told_with_its_reason(fay: Person, otto: Person) -> None:
    dossier = apply(fay, contact_email="mona@cordee.test")
    hold_all(dossier, adder=fay, reviewer=otto)
    services.admit(dossier=dossier, standing="trial", by=otto, reason="Two reviews, no doubt.")
    assert told("standing.changed") == ["mona@cordee.test"]
    assert told("register.standing_changed") == ["fay@federation.test", "peer-founder@federation.test"]
    letter = Message.objects.get(kind="standing.changed")
    assert letter.subject == "La Cordée: now on trial"
    assert "Two reviews, no doubt." in letter.text


def test_a_later_date_alone_is_no_news(fay: Person, otto: Person) -> None:
    dossier = Dossier.objects.get(collective=member(fay, otto, contact_email="mona@cordee.test"))
    before = told("standing.changed")
    hold_all(dossier, adder=fay, reviewer=otto, days=400)
    assert told("standing.changed") == before


def test_an_end_that_comes_near_is_told_to_the_collective_and_the_officers(fay: Person, otto: Person) -> None:
    member(fay, otto, contact_email="mona@cordee.test")
    with time_machine.travel(timezone.now() + dt.timedelta(days=245), tick=False):
        services.review_standing()
        services.review_standing()
        assert told("condition.expiring") == ["mona@cordee.test"] * 3
        everybody = ["fay@federation.test", "otto@federation.test", "peer-founder@federation.test"]
        assert told("register.condition_expiring") == [address for address in everybody for _piece in range(3)]


def test_officers_choose_among_the_news_of_the_register(fay: Person) -> None:
    stranger = Person.objects.create_user(name="Rita", email="rita@federation.test")
    assert "evidence.added" in {kind.key for kind in kinds_for(fay)}
    assert "evidence.added" not in {kind.key for kind in kinds_for(stranger)}


def test_r11_the_convening_goes_to_each_delegate_with_the_agenda(
    fay: Person, montreuil: Collective, ada: Membership, nina: Membership
) -> None:
    services.name_delegate(collective=montreuil, person=ada.person, by=ada.person)
    meeting = meetings.prepare(collective_id=None, title="Autumn assembly", begins_at=timezone.now() + dt.timedelta(days=20), by=fay)
    meetings.add_item(meeting=meeting, kind="ordinary", title="A common fund", text="", by=fay)
    assert told("assembly.convened") == []
    meetings.convene(meeting=meeting, by=fay)
    assert told("assembly.convened") == ["ada@montreuil.test", "nina@nantes.test"]
    letter = Message.objects.filter(kind="assembly.convened").first()
    assert letter is not None
    assert "1. A common fund (ordinary resolution)" in letter.text
    assert "/federation/meetings/" in letter.text


def test_r04_a_motion_is_told_to_who_may_vote(fay: Person, montreuil: Collective, nina: Membership, ada: Membership) -> None:
    Collective.objects.filter(slug="montreuil").update(standing="trial")
    services.open_resolution(title="Insurance", text="", closes_at=timezone.now() + dt.timedelta(days=9), by=fay)
    assert told("motion.opened") == ["nina@nantes.test"]
