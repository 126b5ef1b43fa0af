import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.places.models import Place
from coopdelivery.places.services import find_or_create_place

LIST = "/c/montreuil/places/"


@pytest.fixture
def bridge(montreuil: Collective) -> Place:
    return find_or_create_place(collective_id=montreuil.pk, text="Under the old bridge")


@pytest.fixture
def helsinki(montreuil: Collective) -> Collective:
    Collective.objects.filter(pk=montreuil.pk).update(country="FI", latitude=60.1705, longitude=24.944)
    return montreuil


def test_typing_an_address_gets_options(client: Client, helsinki: Collective, sam: Membership) -> None:
    client.force_login(sam.person)
    html = client.get(f"{LIST}suggest", {"q": "vilhonkatu 4", "list": "to"}).content.decode()
    assert '<li role="option" id="to-1"' in html
    assert 'data-street-address="Vilhonkatu 4" data-postcode="00100" data-city="Helsinki"' in html
    assert 'data-latitude="60.1' in html


def test_what_is_typed_is_never_markup(client: Client, helsinki: Collective, sam: Membership) -> None:
    client.force_login(sam.person)
    html = client.get(f"{LIST}suggest", {"q": "vilhonkatu 4 <b>", "list": '"><script>'}).content.decode()
    assert "<script" not in html
    assert "<b>" not in html


def test_the_list_asks_as_many_questions_for_ten_places_as_for_one(
    client: Client, bridge: Place, dana: Membership, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(dana.person)
    client.get(LIST)
    with CaptureQueriesContext(connection) as for_one:
        client.get(LIST)
    for number in range(10):
        find_or_create_place(collective_id=bridge.collective_id, text=f"Barn {number}")
    with django_assert_num_queries(len(for_one)):
        page = client.get(LIST).content.decode()
    assert len(for_one) <= 12
    assert page.count("Place on the map") == 11


def test_a_dispatcher_places_an_address_once_for_ever(client: Client, bridge: Place, dana: Membership, montreuil: Collective) -> None:
    client.force_login(dana.person)
    assert b"Under the old bridge" in client.get(f"{LIST}{bridge.ref}/").content
    response = client.post(f"{LIST}{bridge.ref}/fix/", {"point": "48.8612, 2.4433"})
    assert (response.status_code, response["Location"]) == (302, LIST)
    with acting_for(montreuil):
        assert Place.objects.get().point == (48.8612, 2.4433)
    assert Event.objects.get(name="place.fixed").by_id == dana.person.pk
    assert [str(message) for message in get_messages(response.wsgi_request)] == ["Under the old bridge is placed."]


@pytest.mark.parametrize("typed", ["", "here", "123.5, 400.1", "48.86", "nan, nan", "\x00"])
def test_a_bad_point_is_said_and_kept_and_changes_nothing(
    client: Client, bridge: Place, dana: Membership, montreuil: Collective, typed: str
) -> None:
    client.force_login(dana.person)
    response = client.post(f"{LIST}{bridge.ref}/fix/", {"point": typed})
    assert response.status_code == 400
    assert "This is not a place on the earth" in response.content.decode()
    assert f'value="{typed}"' in response.content.decode()
    with acting_for(montreuil):
        assert Place.objects.get().point is None
    assert not Event.objects.filter(name="place.fixed").exists()


def test_searching_again_says_what_came_of_it(client: Client, bridge: Place, dana: Membership) -> None:
    client.force_login(dana.person)
    response = client.post(f"{LIST}{bridge.ref}/locate/")
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "Under the old bridge is still not found. Place it on the map."
    ]


def test_a_courier_may_not_move_pins_and_a_stranger_sees_nothing(client: Client, bridge: Place, carl: Membership, nina: Membership) -> None:
    client.force_login(carl.person)
    assert client.post(f"{LIST}{bridge.ref}/fix/", {"point": "48.8612, 2.4433"}).status_code == 403
    client.force_login(nina.person)
    assert client.get(LIST).status_code == 404
    assert client.get(f"/c/nantes/places/{bridge.ref}/").status_code == 404
