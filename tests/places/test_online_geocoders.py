from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from coopdelivery.places.geocode import Suggestion, locate, suggest
from coopdelivery.places.geometry import Point
from coopdelivery.places.models import GeocodeCache
from tests.places.outside import outside

pytestmark = pytest.mark.django_db

BAN = {
    "features": [
        {
            "geometry": {"coordinates": [2.4419, 48.8622]},
            "properties": {"label": "12 Rue de l'Église 93100 Montreuil", "score": 0.97, "type": "housenumber", 
                           "name": "12 Rue de l'Église", "postcode": "93100", "city": "Montreuil"},
        }
    ]
}  # fmt: skip
NOMINATIM = [
    {
        "lat": "48.8622", "lon": "2.4419", "display_name": "12, Rue de l'Église, Montreuil",
        "address": {"house_number": "12", "road": "Rue de l'Église", "town": "Montreuil", "postcode": "93100", "country_code": "fr"},
    }
]  # fmt: skip
PHOTON = {
    "features": [
        {
            "geometry": {"coordinates": [2.4419, 48.8622]},
            "properties": {"housenumber": "12", "street": "Rue de l'Église", "postcode": "93100", "city": "Montreuil", "countrycode": "FR"},
        }
    ]
}
CHURCH = Suggestion("12 Rue de l'Église", "93100", "Montreuil", "FR", Point(48.8622, 2.4419), "address")
ANSWERS = [("ban", "/search", BAN), ("nominatim", "/search", NOMINATIM), ("photon", "/api", PHOTON)]


def use(settings: Settings, name: str, url: str) -> None:
    settings.GEOCODER, settings.GEOCODER_URL = name, url


@pytest.mark.parametrize(("name", "path", "answer"), ANSWERS)
def test_each_provider_finds_an_address(settings: Settings, name: str, path: str, answer: Any) -> None:
    with outside({path: answer}) as service:
        use(settings, name, service.url)
        found = locate("12 rue de l'église, Montreuil", near=Point(48.86, 2.44), country="FR")
    assert found.best == CHURCH
    assert (found.provider, found.why) == (name, "")


def test_the_same_address_is_asked_once(settings: Settings) -> None:
    with outside({"/search": BAN}) as service:
        use(settings, "ban", service.url)
        locate("12 rue de l'église, Montreuil")
        again = locate("12 RUE DE L'EGLISE  Montreuil")
    assert again.best == CHURCH
    assert len(service.asked) == 1


def test_what_was_not_found_is_asked_again_after_two_days(settings: Settings) -> None:
    with outside({"/search": {"features": []}}) as service:
        use(settings, "ban", service.url)
        locate("nowhere 1")
        locate("nowhere 1")
        GeocodeCache.objects.update(at=timezone.now() - timedelta(days=3))
        assert locate("nowhere 1").why == "not found"
    assert len(service.asked) == 2


def test_a_provider_that_is_down_is_said_and_soon_left_alone(settings: Settings, nowhere: str) -> None:
    use(settings, "photon", nowhere)
    whys = [locate(f"street {number}").why for number in range(4)]
    assert "did not answer" in whys[0]
    assert "left alone for now" in whys[3]
    assert suggest("street") == []
    assert not GeocodeCache.objects.exists()


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"features": [{}]}', b'{"features": 3}', b"null", b"\xff"])
@pytest.mark.parametrize("name", ["ban", "photon", "nominatim"])
def test_an_answer_of_another_shape_loses_nothing(settings: Settings, name: str, body: bytes) -> None:
    with outside({"/": body}) as service:
        use(settings, name, service.url)
        assert locate("12 rue de l'église").point is None


def test_a_server_error_loses_nothing(settings: Settings) -> None:
    with outside({"/": BAN}, status=503) as service:
        use(settings, "ban", service.url)
        assert locate("12 rue de l'église").point is None


def test_a_hit_far_from_the_collective_is_not_believed(settings: Settings) -> None:
    with outside({"/search": BAN}) as service:
        use(settings, "ban", service.url)
        found = locate("12 rue de l'église", near=Point(47.21, -1.55))
    assert found.point is None
    assert found.why.startswith("found 3")


def test_nominatim_is_asked_once_a_second_and_never_while_typing(settings: Settings) -> None:
    with outside({"/search": NOMINATIM}) as service:
        use(settings, "nominatim", service.url)
        assert suggest("12 rue") == []
        first, second = locate("12 rue de l'église"), locate("14 rue de l'église")
    assert first.best == CHURCH
    assert "not be asked so often" in second.why
    assert len(service.asked) == 1
