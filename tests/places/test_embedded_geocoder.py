import pytest

from coopdelivery.places.geocode import locate, suggest
from coopdelivery.places.geometry import Point, haversine_m
from coopdelivery.places.towns import towns

HELSINKI = Point(60.1705, 24.9440)


def labels(text: str, country: str = "") -> list[str]:
    return [suggestion.label for suggestion in suggest(text, country=country)]


def test_the_beginning_of_a_street_finds_it() -> None:
    assert labels("manner") == ["Mannerheiminaukio, Helsinki", "Mannerheimintie, Helsinki"]


def test_a_number_lists_the_houses_that_begin_with_it_the_exact_one_first() -> None:
    assert labels("mannerheimintie 2")[:2] == ["Mannerheimintie 2, 00100 Helsinki", "Mannerheimintie 20, 00100 Helsinki"]


@pytest.mark.parametrize(
    "text",
    [
        "Rue de l'Échappement 4",
        "rue de l echappement 4",
        "RUE DE L’ECHAPPEMENT 4",
        "4 rue de l'échappement",
        "rue échappement 4, 2399 Vauclair",
    ],
)
def test_accents_case_and_order_do_not_matter(text: str) -> None:
    found = locate(text)
    assert found.best is not None
    assert (found.best.street_address, found.precision) == ("Rue de l'Échappement 4", "address")


def test_a_slip_of_the_finger_still_suggests_the_street() -> None:
    assert labels("manerheimintie 5") == ["Mannerheimintie 5, 00100 Helsinki"]


def test_the_swedish_name_of_a_street_finds_it_too() -> None:
    assert labels("Mannerheimvägen 14")[0] == "Mannerheimintie 14, 00100 Helsinki"


def test_a_number_in_the_name_of_a_street_is_not_its_house_number() -> None:
    assert locate("Avenida 12 de Marzo").precision == "street"
    best = locate("Avenida 12 de Marzo 4").best
    assert best is not None
    assert best.street_address == "Avenida 12 de Marzo 4"


def test_stairs_and_flats_are_found_at_their_house() -> None:
    found = locate("Vilhonkatu 4 B 12, 00100 Helsinki")
    plain = locate("Vilhonkatu 4")
    assert found.precision == "address"
    assert found.point == plain.point


def test_a_number_inside_a_range_is_found_at_the_range() -> None:
    exact, inside = locate("Mannerheimintie 22-24"), locate("Mannerheimintie 22")
    assert exact.point == inside.point


def test_words_after_a_comma_do_not_hide_an_address() -> None:
    assert locate("Vilhonkatu 4, second floor, ring twice").precision == "address"


def test_an_unknown_number_is_somewhere_on_the_street() -> None:
    found = locate("Mannerheimintie 999")
    assert found.precision == "street"
    assert found.point is not None
    assert haversine_m(found.point, HELSINKI) < 2_000


def test_an_unknown_street_in_a_known_town_is_only_the_town() -> None:
    assert locate("Nosuchstreet 5, Helsinki").precision == "city"


@pytest.mark.parametrize("text", ["", " ", "?", "x", "00100", "zzzz 4", "\x00", "🚲" * 400])
def test_nonsense_is_not_found_and_breaks_nothing(text: str) -> None:
    assert locate(text).point is None
    assert suggest(text) == []


def test_a_street_of_another_country_is_not_offered() -> None:
    assert labels("Calle del Ángel 3", country="MX") == [
        "Calle del Ángel 3, 79990 San Telmo del Valle",
        "Calle del Ángel 30, 79990 San Telmo del Valle",
    ]
    assert labels("Calle del Ángel 3", country="FI") == []


def test_a_street_far_from_the_collective_is_not_found() -> None:
    assert locate("Rue du Cadran 5", near=HELSINKI).point is None


def test_every_house_of_the_gazetteers_is_found_where_it_is() -> None:
    for town in towns():
        rows = [row for row in town.rows() if row["number"]]
        assert len(rows) > 500
        for row in rows[::37]:
            found = locate(f"{row['street']} {row['number']}, {row['postcode']} {row['city']}", near=town.centre)
            assert found.precision == "address", row
            assert found.point == Point(float(row["latitude"]), float(row["longitude"])), row
