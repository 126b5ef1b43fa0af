import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from collectives.models import Collective, Standing
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from federation import services
from federation.models import Condition, Dossier, Evidence, StandingChange
from federation.register import refusals
from tests.federation.world import apply, hold, hold_all, make_evidence, member


def standing_of(dossier: Dossier) -> str:
    return Collective.objects.get(pk=dossier.collective_id).standing


def test_a_dossier_brings_an_applicant_into_being(fay: Person) -> None:
    dossier = apply(fay, contact_email="bonjour@cordee.test", headcount=7)
    assert (dossier.collective.name, dossier.collective.standing, dossier.headcount) == ("La Cordée", "applicant", 7)
    assert not dossier.collective.may_trade()
    assert Event.objects.get(name="dossier.opened").subject == str(dossier.ref)


def test_a_collective_has_one_dossier(fay: Person, dossier: Dossier) -> None:
    with pytest.raises(refusals.DossierExists):
        services.open_dossier(by=fay, collective=dossier.collective)
    assert Dossier.objects.count() == 1


def test_the_trial_needs_all_three_conditions(dossier: Dossier, fay: Person, otto: Person) -> None:
    for condition in (Condition.EMPLOYED, Condition.VALUES):
        hold(make_evidence(dossier, fay, condition), otto)
    make_evidence(dossier, fay, Condition.GOVERNANCE)
    with pytest.raises(refusals.ConditionsMissing, match="couriers take part in governance"):
        services.admit(dossier=dossier, standing=Standing.TRIAL, by=fay, reason="They are nice.")
    assert standing_of(dossier) == "applicant"
    assert not StandingChange.objects.exists()


def test_admission_opens_trading_until_the_first_condition_ends_and_its_grace(dossier: Dossier, fay: Person, otto: Person) -> None:
    hold_all(dossier, adder=fay, reviewer=otto, days=300)
    change = services.admit(dossier=dossier, standing=Standing.TRIAL, by=otto, reason="Two reviews, no doubt.")
    collective = Collective.objects.get(pk=dossier.collective_id)
    assert collective.may_trade()
    assert collective.licence_until == collective.today() + dt.timedelta(days=330)
    assert (change.before, change.after, change.by, change.reason) == ("applicant", "trial", otto, "Two reviews, no doubt.")
    dossier.refresh_from_db()
    assert dossier.trial_until == collective.today() + dt.timedelta(days=365)


def test_nobody_skips_the_trial(dossier: Dossier, fay: Person, otto: Person) -> None:
    hold_all(dossier, adder=fay, reviewer=otto)
    with pytest.raises(refusals.NotAStep):
        services.admit(dossier=dossier, standing=Standing.MEMBER, by=fay, reason="In a hurry.")
    assert standing_of(dossier) == "applicant"


def test_a_step_needs_a_reason(dossier: Dossier, fay: Person, otto: Person) -> None:
    hold_all(dossier, adder=fay, reviewer=otto)
    with pytest.raises(refusals.NoReason):
        services.admit(dossier=dossier, standing=Standing.TRIAL, by=fay, reason=" ")
    assert standing_of(dossier) == "applicant"


def test_nobody_admits_their_own_collective(dossier: Dossier, fay: Person, otto: Person) -> None:
    hold_all(dossier, adder=fay, reviewer=otto)
    services.end_office(officer=otto.federation_office, by=fay)
    services.name_officer(email=str(otto.email), home=dossier.collective, by=fay)
    with pytest.raises(refusals.OwnCollective):
        services.admit(dossier=dossier, standing=Standing.TRIAL, by=otto, reason="We are good.")
    assert standing_of(dossier) == "applicant"


def test_a_new_piece_moves_the_licence_date_at_once(fay: Person, otto: Person) -> None:
    collective = member(fay, otto)
    dossier = Dossier.objects.get(collective=collective)
    for condition in Condition:
        hold(make_evidence(dossier, fay, condition, days=400), otto)
    collective.refresh_from_db()
    assert collective.licence_until == collective.today() + dt.timedelta(days=430)
    assert collective.standing == "member"
    assert StandingChange.objects.count() == 2


def test_r02_sixty_days_before_the_end_one_warning_goes_out(fay: Person, otto: Person) -> None:
    member(fay, otto)
    with time_machine.travel(timezone.now() + dt.timedelta(days=239), tick=False):
        assert services.review_standing() == {"warned": 0, "lapsed": 0}
    with time_machine.travel(timezone.now() + dt.timedelta(days=240), tick=False):
        assert services.review_standing() == {"warned": 3, "lapsed": 0}
        assert services.review_standing() == {"warned": 0, "lapsed": 0}
    assert Event.objects.filter(name="condition.expiring").count() == 3


def test_r02_after_the_grace_it_lapses_and_takes_no_new_orders(fay: Person, otto: Person) -> None:
    collective = member(fay, otto)
    with time_machine.travel(timezone.now() + dt.timedelta(days=330), tick=False):
        assert services.review_standing()["lapsed"] == 0
        assert Collective.objects.get(pk=collective.pk).may_trade()
    with time_machine.travel(timezone.now() + dt.timedelta(days=331), tick=False):
        assert services.review_standing()["lapsed"] == 1
        assert services.review_standing()["lapsed"] == 0
    collective.refresh_from_db()
    assert collective.standing == "lapsed"
    assert not collective.may_trade()
    last = StandingChange.objects.first()
    assert last is not None
    assert (last.before, last.after, last.by) == ("member", "lapsed", None)


def test_who_lapsed_returns_to_where_they_were_once_all_is_proved(fay: Person, otto: Person) -> None:
    collective = member(fay, otto)
    dossier = Dossier.objects.get(collective=collective)
    services.lapse(dossier=dossier, by=fay, reason="Self-employed riders were found.")
    services.reinstate(dossier=dossier, by=otto, reason="Everybody is employed again.")
    collective.refresh_from_db()
    assert collective.standing == "member"
    with time_machine.travel(timezone.now() + dt.timedelta(days=331), tick=False):
        services.review_standing()
        with pytest.raises(refusals.ConditionsMissing):
            services.reinstate(dossier=dossier, by=otto, reason="They asked.")
        hold_all(dossier, adder=fay, reviewer=otto)
        services.reinstate(dossier=dossier, by=otto, reason="All proved.")
        collective.refresh_from_db()
        assert collective.may_trade()


def test_who_left_may_apply_again_from_the_beginning(fay: Person, otto: Person) -> None:
    dossier = Dossier.objects.get(collective=member(fay, otto))
    services.leave(dossier=dossier, by=fay, reason="They wind up.")
    assert standing_of(dossier) == "left"
    with pytest.raises(refusals.DossierClosed):
        make_evidence(dossier, fay)
    services.reopen(dossier=dossier, by=fay, reason="They are back.")
    assert standing_of(dossier) == "applicant"


def test_changes_of_standing_are_announced_with_the_fact(dossier: Dossier, fay: Person, otto: Person) -> None:
    hold_all(dossier, adder=fay, reviewer=otto)
    services.admit(dossier=dossier, standing=Standing.TRIAL, by=otto, reason="Good.")
    event = Event.objects.get(name="collective.standing_changed")
    assert (event.data["before"]["standing"], event.data["after"]["standing"], event.by_id) == ("applicant", "trial", otto.pk)


def test_officers_are_named_by_officers(fay: Person, otto: Person, db: None) -> None:
    stranger = Person.objects.create_user(name="Rita", email="rita@federation.test")
    with pytest.raises(refusals.NotAnOfficer):
        services.name_officer(email="rita@federation.test", home=None, by=stranger)
    with pytest.raises(refusals.NoSuchPerson):
        services.name_officer(email="nobody@federation.test", home=None, by=fay)
    with pytest.raises(refusals.AlreadyOfficer):
        services.name_officer(email="OTTO@federation.test", home=None, by=fay)
    assert services.name_officer(email="rita@federation.test", home=None, by=otto).named_by == otto


def test_the_last_office_does_not_end(fay: Person, otto: Person) -> None:
    services.end_office(officer=otto.federation_office, by=fay)
    with pytest.raises(refusals.NotInOffice):
        services.end_office(officer=otto.federation_office, by=fay)
    with pytest.raises(refusals.LastOfficer):
        services.end_office(officer=fay.federation_office, by=fay)
    assert Evidence.objects.count() == 0
