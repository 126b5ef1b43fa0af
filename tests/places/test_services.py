import pytest
from pytest_django import Settings

from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.places import services
from coopdelivery.places.geometry import BadPoint
from coopdelivery.places.models import PinFix, Place
from coopdelivery.places.selectors import places_to_check

STATION = (60.1717, 24.9414)


def find(collective: Collective, text: str = "", **extra: object) -> Place:
    return services.find_or_create_place(collective_id=collective.pk, text=text, **extra)  # type: ignore[arg-type]


def names() -> list[str]:
    return list(Event.objects.filter(name__startswith="place.").order_by("pk").values_list("name", flat=True))


def test_a_known_address_becomes_a_place_taken_apart(montreuil: Collective) -> None:
    place = find(montreuil, "vilhonkatu 4 helsinki", contact_name="Aino", phone="+358401234567")
    assert (place.street_address, place.postcode, place.city, place.country) == ("Vilhonkatu 4", "00100", "Helsinki", "FI")
    assert (place.precision, place.to_check) == ("address", False)
    assert place.point is not None
    assert names() == ["place.added"]


def test_the_same_address_and_contact_is_the_same_place(montreuil: Collective) -> None:
    first = find(montreuil, "Vilhonkatu 4, Helsinki", contact_name="Aino")
    assert find(montreuil, "VILHONKATU 4, 00100 Helsinki", contact_name="Aino") == first
    assert find(montreuil, "Vilhonkatu 4, Helsinki", contact_name="Eero") != first
    assert names() == ["place.added", "place.added"]


def test_parts_are_kept_as_typed_and_only_filled_up(montreuil: Collective) -> None:
    place = find(montreuil, street_address="vilhonkatu 4", city="HELSINKI")
    assert (place.street_address, place.postcode, place.city, place.country) == ("vilhonkatu 4", "00100", "HELSINKI", "FI")


def test_an_unknown_address_is_kept_flagged_and_without_a_point(montreuil: Collective) -> None:
    place = find(montreuil, "Under the old bridge")
    assert (place.street_address, place.point, place.precision, place.to_check) == ("Under the old bridge", None, "none", True)
    assert places_to_check(montreuil.pk) == [place]


def test_a_town_alone_is_too_vague_for_a_point(montreuil: Collective) -> None:
    place = find(montreuil, "Nosuchstreet 5, Helsinki")
    assert (place.point, place.precision, place.to_check) == (None, "city", True)


def test_a_street_without_its_number_has_a_point_to_check(montreuil: Collective) -> None:
    place = find(montreuil, "Mannerheimintie 999")
    assert place.point is not None
    assert (place.precision, place.to_check) == ("street", True)


def test_a_geocoder_that_is_down_does_not_lose_the_order(montreuil: Collective, settings: Settings, nowhere: str) -> None:
    settings.GEOCODER, settings.GEOCODER_URL = "ban", nowhere
    place = find(montreuil, "Vilhonkatu 4, Helsinki")
    assert (place.point, place.to_check) == (None, True)
    settings.GEOCODER = "embedded"
    assert services.locate_again(place=place)
    assert (place.precision, place.to_check) == ("address", False)
    assert names() == ["place.added", "place.located"]
    assert not services.locate_again(place=place)


def test_an_empty_address_is_refused(montreuil: Collective) -> None:
    with pytest.raises(services.NoAddress):
        find(montreuil, " , ")
    with acting_for(montreuil):
        assert not Place.objects.exists()


def test_a_point_chosen_by_a_person_is_taken(montreuil: Collective) -> None:
    place = find(montreuil, "Behind the station", point=STATION)
    assert (place.point, place.precision, place.to_check) == (STATION, "pin", False)


def test_a_point_off_the_earth_is_refused(montreuil: Collective) -> None:
    with pytest.raises(BadPoint):
        find(montreuil, "Behind the station", point=(123.0, 4.0))
    assert names() == []


def test_a_fixed_pin_moves_every_place_of_that_address_and_is_remembered(montreuil: Collective, dana: Membership) -> None:
    aino = find(montreuil, "Vilhonkatu 4, Helsinki", contact_name="Aino")
    eero = find(montreuil, "Vilhonkatu 4, Helsinki", contact_name="Eero")
    other = find(montreuil, "Vilhonkatu 5, Helsinki")
    assert services.fix_pin(place=aino, latitude=60.1716, longitude=24.9466, by=dana.person) == 2
    with acting_for(montreuil):
        eero.refresh_from_db()
        assert eero.point == aino.point == (60.1716, 24.9466)
        assert eero.street_address == "Vilhonkatu 4"
        assert Place.objects.get(pk=other.pk).point == other.point
    later = find(montreuil, "vilhonkatu 4 Helsinki", contact_name="Liisa", point=STATION)
    assert (later.point, later.precision, later.to_check) == ((60.1716, 24.9466), "pin", False)


def test_fixing_a_pin_tells_who_and_what_was_before(montreuil: Collective, dana: Membership) -> None:
    place = find(montreuil, "Under the old bridge")
    services.fix_pin(place=place, latitude=60.17, longitude=24.94, by=dana.person)
    event = Event.objects.get(name="place.fixed")
    assert (event.subject, event.collective_id, event.by_id) == (str(place.ref), montreuil.pk, dana.person.pk)
    assert event.data["places"] == [str(place.ref)]
    assert event.data["before"] == {"latitude": None, "longitude": None, "precision": "none"}
    assert event.data["after"] == {"latitude": 60.17, "longitude": 24.94, "precision": "pin"}
    assert places_to_check(montreuil.pk) == []


def test_a_pin_is_fixed_again_over_the_first_fix(montreuil: Collective, dana: Membership) -> None:
    place = find(montreuil, "Under the old bridge")
    services.fix_pin(place=place, latitude=60.17, longitude=24.94, by=dana.person)
    services.fix_pin(place=place, latitude=60.18, longitude=24.95, by=dana.person)
    assert place.point == (60.18, 24.95)
    with acting_for(montreuil):
        assert PinFix.objects.get().point == (60.18, 24.95)


def test_a_bad_pin_changes_nothing(montreuil: Collective, dana: Membership) -> None:
    place = find(montreuil, "Under the old bridge")
    with pytest.raises(BadPoint):
        services.fix_pin(place=place, latitude=float("nan"), longitude=24.94, by=dana.person)
    with acting_for(montreuil):
        assert not PinFix.objects.exists()
    assert names() == ["place.added"]


def test_a_fix_of_one_collective_is_not_anothers(montreuil: Collective, nantes: Collective, dana: Membership) -> None:
    place = find(montreuil, "Vilhonkatu 4, Helsinki")
    services.fix_pin(place=place, latitude=60.18, longitude=24.95, by=dana.person)
    assert find(nantes, "Vilhonkatu 4, Helsinki").precision == "address"


def test_the_newest_lasting_note_stays(montreuil: Collective) -> None:
    place = find(montreuil, "Vilhonkatu 4, Helsinki", note="Code 1234")
    assert find(montreuil, "Vilhonkatu 4, Helsinki").note == "Code 1234"
    assert find(montreuil, "Vilhonkatu 4, Helsinki", note="Code 9876") == place
    event = Event.objects.filter(name="place.noted").latest("pk")
    assert (event.data["before"], event.data["after"]) == ("Code 1234", "Code 9876")


def test_one_address_is_checked_once_whoever_lives_there(montreuil: Collective) -> None:
    for contact in ("Aino", "Eero"):
        find(montreuil, "Under the old bridge", contact_name=contact)
    find(montreuil, "Mannerheimintie 999")
    assert [place.precision for place in places_to_check(montreuil.pk)] == ["none", "street"]
