"""A collective's card, standing and fleet."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectives import services
from collectives.models import Collective, Membership, Standing, Vehicle
from collectives.refusals import CurrencyFixed, NameTaken, NotActive, SlugTaken, StandingMoved
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.kit.contrast import contrast, readable_on
from coopdelivery.people.models import Person
from coopdelivery.places.models import Place

pytestmark = pytest.mark.django_db


def test_a_new_collective_applies_and_trades_with_nobody_yet(fay: Person) -> None:
    collective = services.create_collective(name="La Sonnette", city="Angers", country="fr", by=fay)
    assert (collective.slug, collective.country, collective.standing) == ("la-sonnette", "FR", Standing.APPLICANT)
    assert not collective.may_trade()
    assert Event.objects.get(name="collective.created").by_id == fay.pk


def test_a_name_that_exists_elsewhere_gets_the_town_in_its_address(fay: Person) -> None:
    slugs = [services.create_collective(name="La Sonnette", city=city, country="FR", by=fay).slug for city in ("Angers", "Brest", "Brest")]
    assert slugs == ["la-sonnette", "la-sonnette-brest", "la-sonnette-brest-2"]


def test_a_name_without_any_letter_still_gets_an_address(fay: Person) -> None:
    assert services.create_collective(name="¡!", city="Zug", country="CH", by=fay).slug == "collective"


def test_a_wanted_address_that_is_taken_is_refused(montreuil: Collective, fay: Person) -> None:
    with pytest.raises(SlugTaken, match="“montreuil”"):
        services.create_collective(name="Autre", slug="montreuil", city="Paris", country="FR", by=fay)
    assert not Event.objects.filter(name="collective.created", data__label="Autre").exists()


def test_what_is_not_on_the_card_cannot_be_given(fay: Person) -> None:
    with pytest.raises(TypeError, match="not on a collective's card: standing"):
        services.create_collective(name="A", city="B", country="FR", by=fay, standing="member")


def test_only_what_changed_is_told(montreuil: Collective, ada: Membership) -> None:
    services.edit_collective(collective=montreuil, changes={"name": "Montreuil à vélo", "city": "Montreuil"}, by=ada.person)
    assert montreuil.name == "Montreuil à vélo"
    assert Event.objects.get(name="collective.changed").data == {"before": {"name": "Montreuil"}, "after": {"name": "Montreuil à vélo"}}


def test_standing_and_licence_are_not_an_admins_to_change(montreuil: Collective, ada: Membership) -> None:
    services.edit_collective(collective=montreuil, changes={"standing": "left", "licence_until": None, "slug": "x"}, by=ada.person)
    assert (montreuil.standing, montreuil.slug) == (Standing.MEMBER, "montreuil")


def test_the_currency_stays_after_the_first_order(montreuil: Collective, ada: Membership) -> None:
    services.edit_collective(collective=montreuil, changes={"currency": "CHF"}, by=ada.person)
    Collective.objects.filter(pk=montreuil.pk).update(last_number=4001)
    with pytest.raises(CurrencyFixed, match="already placed in CHF"):
        services.edit_collective(collective=montreuil, changes={"currency": "EUR", "name": "Other"}, by=ada.person)
    montreuil.refresh_from_db()
    assert (montreuil.currency, montreuil.name) == ("CHF", "Montreuil")


@given(st.integers(0, 0xFFFFFF))
def test_the_letters_on_a_tile_are_readable_on_any_colour(colour: int) -> None:
    tile = f"#{colour:06X}"
    assert contrast(readable_on(tile), tile) >= 4.5


def test_a_lapse_is_told_with_its_reason(montreuil: Collective) -> None:
    services.change_standing(collective=montreuil, standing=Standing.LAPSED, licence_until=date(2026, 1, 31), by=None, reason="statutes")
    assert not montreuil.may_trade(date(2026, 1, 1))
    data = Event.objects.filter(name="collective.standing_changed").latest("pk").data
    assert (data["before"]["standing"], data["after"], data["reason"]) == (
        "member", {"standing": "lapsed", "licence_until": "2026-01-31"}, "statutes",
    )  # fmt: skip


def test_a_standing_that_moved_meanwhile_is_not_overwritten(montreuil: Collective) -> None:
    stale = Collective.objects.get(pk=montreuil.pk)
    services.change_standing(collective=montreuil, standing=Standing.LAPSED, licence_until=None, by=None, reason="statutes")
    with pytest.raises(StandingMoved):
        services.change_standing(collective=stale, standing=Standing.LEFT, licence_until=None, by=None, reason="farewell")
    assert Collective.objects.get(pk=montreuil.pk).standing == Standing.LAPSED


def test_a_vehicle_is_kept_changed_and_taken_away(montreuil: Collective, ada: Membership) -> None:
    bike = services.save_vehicle(collective=montreuil, name="Bakfiets", kind="cargo_bike", max_weight_g=90_000, by=ada.person)
    services.save_vehicle(collective=montreuil, vehicle=bike, in_service=False, by=ada.person)
    with acting_for(montreuil):
        found = Vehicle.objects.get()
    assert (found.max_weight_g, found.in_service) == (90_000, False)
    services.remove_vehicle(vehicle=bike, by=ada.person)
    with pytest.raises(NotActive):
        services.save_vehicle(collective=montreuil, vehicle=found, name="Again", by=ada.person)
    with acting_for(montreuil):
        assert not Vehicle.objects.exists()


def test_two_vehicles_do_not_share_a_name(montreuil: Collective, ada: Membership) -> None:
    services.save_vehicle(collective=montreuil, name="Bakfiets", by=ada.person)
    other = services.save_vehicle(collective=montreuil, name="Triporteur", by=ada.person)
    with pytest.raises(NameTaken, match="“Bakfiets”"):
        services.save_vehicle(collective=montreuil, vehicle=other, name="Bakfiets", by=ada.person)
    with acting_for(montreuil):
        assert set(Vehicle.objects.values_list("name", flat=True)) == {"Bakfiets", "Triporteur"}


def test_a_hub_is_at_a_place(montreuil: Collective, ada: Membership) -> None:
    with acting_for(montreuil):
        place = Place.objects.create(collective_id=montreuil.pk, street_address="12 rue des Lilas", address_key="12 rue des lilas")
    hub = services.save_hub(collective=montreuil, name="Le hangar", place=place, by=ada.person)
    with pytest.raises(NameTaken):
        services.save_hub(collective=montreuil, name="Le hangar", place=place, by=ada.person)
    services.remove_hub(hub=hub, by=ada.person)
    events = Event.objects.filter(name__startswith="hub.").order_by("pk")
    assert list(events.values_list("name", flat=True)) == ["hub.saved", "hub.removed"]
