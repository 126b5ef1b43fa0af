"""The pages of a collective: who sees what, what is kept when something is refused, and how many questions a page asks."""

import re
import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from collectives import services
from collectives.models import ClosedDay, Collective, Hub, Membership, OpeningHours, Role, Shift, Vehicle, Zone
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from tests.collectives.test_areas import BOWTIE, SQUARE, polygon
from tests.conftest import make_member

pytestmark = pytest.mark.django_db


def to(name: str, **kwargs: object) -> str:
    return reverse(f"collectives:{name}", kwargs={"collective": "montreuil", **kwargs})


def entered(client: Client, membership: Membership) -> Client:
    client.force_login(membership.person)
    return client


@pytest.fixture
def as_ada(client: Client, ada: Membership) -> Client:
    return entered(client, ada)


@pytest.fixture
def as_dana(client: Client, dana: Membership) -> Client:
    return entered(client, dana)


def text_of(answer: Any) -> str:
    body = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(body.split())


FOR_ADMINS = ["invitation_new", "settings", "hours", "zones", "zone_new", "vehicle_new", "hub_new"]
FOR_ALL = ["team", "shifts", "vehicles"]


@pytest.mark.parametrize("name", [*FOR_ADMINS, *FOR_ALL, "shift_new"])
def test_an_admin_reads_every_page(as_ada: Client, name: str) -> None:
    assert as_ada.get(to(name)).status_code == 200


@pytest.mark.parametrize("name", FOR_ADMINS)
def test_a_courier_is_refused_the_office(client: Client, carl: Membership, name: str) -> None:
    assert entered(client, carl).get(to(name)).status_code == 403


@pytest.mark.parametrize("name", FOR_ALL)
def test_a_courier_sees_team_weeks_and_bikes(client: Client, carl: Membership, name: str) -> None:
    answer = entered(client, carl).get(to(name))
    assert answer.status_code == 200
    assert "/new/" not in re.sub(r"<header.*?</header>", "", answer.content.decode(), flags=re.S)


@pytest.mark.parametrize("name", [*FOR_ADMINS, *FOR_ALL])
def test_strangers_and_guests_see_none_of_it(client: Client, nina: Membership, sam: Membership, name: str) -> None:
    assert entered(client, nina).get(to(name)).status_code == 404
    assert entered(client, sam).get(to(name)).status_code == 403


def test_the_team_shows_everybody_with_their_roles(as_ada: Client, carl: Membership, dana: Membership, sam: Membership) -> None:
    text = text_of(as_ada.get(to("team")))
    assert "Carl" in text
    assert "dispatcher" in text
    assert "Sam" not in text


def questions(client: Client, url: str) -> int:
    """How many queries the page asks the database, once it is warm."""
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_the_team_asks_the_same_number_of_questions_for_ten_more_people(as_ada: Client, montreuil: Collective) -> None:
    def grow(first: int, count: int) -> None:
        for number in range(first, first + count):
            member = make_member(montreuil, f"Rider{number}", Role.COURIER)
            services.invite(collective=montreuil, email=f"x{number}@x.test", name="X", roles=["courier"], by=member.person)

    grow(0, 2)
    few = questions(as_ada, to("team"))
    grow(2, 10)
    assert questions(as_ada, to("team")) == few
    assert few < 22


def test_an_invitation_is_sent_from_the_page(as_ada: Client) -> None:
    answer = as_ada.post(to("invitation_new"), {"name": "Inès", "email": "ines@x.test", "roles": ["courier", "dispatcher"]}, follow=True)
    assert "ines@x.test is invited." in text_of(answer)
    assert Event.objects.get(name="member.invited").data["roles"] == ["courier", "dispatcher"]


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"name": "Inès", "email": "nowhere", "roles": "courier"}, "Enter a valid email address."),
        ({"name": "Inès", "email": "ines@x.test"}, "Choose at least one role."),
        ({"name": "Inès", "email": "ines@x.test", "roles": "partner"}, "partner is not one of the available choices"),
        ({"name": "Inès", "email": "ada@montreuil.test", "roles": "courier"}, "Ada is already in this team."),
    ],
)
def test_a_refused_invitation_keeps_what_was_typed(as_ada: Client, answers: dict[str, str], sentence: str) -> None:
    answer = as_ada.post(to("invitation_new"), answers)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert 'value="Inès"' in answer.content.decode()
    assert not Event.objects.filter(name="member.invited").exists()


def test_an_invitation_is_sent_again_and_withdrawn(as_ada: Client, ada: Membership) -> None:
    invitation = services.invite(collective=ada.collective, email="i@x.test", name="I", roles=["courier"], by=ada.person)
    assert "goes out again" in text_of(as_ada.post(to("invitation_resend", ref=invitation.ref), follow=True))
    assert "is withdrawn" in text_of(as_ada.post(to("invitation_withdraw", ref=invitation.ref), follow=True))
    again = as_ada.post(to("invitation_resend", ref=invitation.ref))
    assert (again.status_code, "goes out again" in text_of(again)) == (409, False)
    assert "already done" in text_of(as_ada.post(to("invitation_resend", ref=invitation.ref), follow=True))


def test_a_member_gets_other_roles_and_keeps_the_guests_one(as_ada: Client, sam: Membership) -> None:
    answer = as_ada.post(to("member", ref=sam.ref), {"roles": ["courier"], "weekly_hours": "28", "member_since": "2020-03-01"})
    assert answer.status_code == 302
    with acting_for(sam.collective):
        found = Membership.objects.prefetch_related("held").get(pk=sam.pk)
        assert found.roles == {"courier", "partner"}
    assert (found.weekly_hours, found.member_since) == (28, date(2020, 3, 1))


def test_the_last_admin_is_told_so_beside_the_roles(as_ada: Client, ada: Membership) -> None:
    answer = as_ada.post(to("member", ref=ada.ref), {"roles": ["courier"]})
    assert answer.status_code == 422
    assert "Ada is the last one with the administration role." in text_of(answer)
    refused = as_ada.post(to("member_deactivate", ref=ada.ref))
    assert (refused.status_code, "Ada is the last one" in text_of(refused)) == (409, True)
    with acting_for(ada.collective):
        assert Membership.objects.get(pk=ada.pk).is_active


def test_who_leaves_is_taken_back_from_the_page(as_ada: Client, carl: Membership) -> None:
    as_ada.post(to("member_deactivate", ref=carl.ref))
    assert "Take Carl back" in as_ada.get(to("team")).content.decode()
    assert "Carl is back in the team." in text_of(as_ada.post(to("member_reactivate", ref=carl.ref), follow=True))


def test_a_member_of_another_collective_does_not_exist_here(as_ada: Client, nina: Membership) -> None:
    assert as_ada.get(to("member", ref=nina.ref)).status_code == 404
    assert as_ada.post(to("member_deactivate", ref=nina.ref)).status_code == 404


CARD = {
    "name": "Montreuil à vélo", "legal_form": "Scop", "tile": "MV", "tile_colour": "#8A2F12", "email": "bonjour@montreuil.test",
    "phone": "01 48 70 60 00", "street_address": "1 rue Kléber", "city": "Montreuil", "vat_number": "", "time_zone": "Europe/Paris",
    "language": "fr", "currency": "EUR", "pickup_minutes": "5", "drop_minutes": "2",
}  # fmt: skip


def test_the_card_is_saved(as_ada: Client, montreuil: Collective) -> None:
    assert as_ada.post(to("settings"), CARD).status_code == 302
    montreuil.refresh_from_db()
    assert (montreuil.name, montreuil.tile_letters, montreuil.phone) == ("Montreuil à vélo", "MV", "+33148706000")
    assert (montreuil.pickup_minutes, montreuil.drop_minutes) == (5, 2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tile_colour", "red"),
        ("time_zone", "Mars/Base"),
        ("currency", "XXX"),
        ("phone", "12"),
        ("phone", "call me"),
        ("name", ""),
        ("email", "x"),
        ("pickup_minutes", "-1"),
        ("pickup_minutes", "61"),
        ("drop_minutes", "soon"),
    ],
)
def test_a_wrong_card_is_refused_at_its_field(as_ada: Client, montreuil: Collective, field: str, value: str) -> None:
    answer = as_ada.post(to("settings"), {**CARD, field: value})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    montreuil.refresh_from_db()
    assert montreuil.name == "Montreuil"
    assert "Montreuil</title>" in answer.content.decode()


def test_the_currency_is_no_choice_after_the_first_order(as_ada: Client, montreuil: Collective) -> None:
    Collective.objects.filter(pk=montreuil.pk).update(last_number=4001)
    answer = as_ada.post(to("settings"), {**CARD, "currency": "CHF"})
    assert answer.status_code == 422
    assert "Orders were placed in it, so it stays." in text_of(answer)


def test_the_week_is_opened_and_shown_again(as_ada: Client, montreuil: Collective) -> None:
    answers = {
        "d0_0_opens": "08:00",
        "d0_0_closes": "12:00",
        "d0_1_opens": "14:00",
        "d0_1_closes": "18:30",
        "d4_0_opens": "20:00",
        "d4_0_closes": "2:00",
    }
    assert as_ada.post(to("hours"), answers).status_code == 302
    with acting_for(montreuil):
        assert list(OpeningHours.objects.values_list("weekday", "opens", "closes")) == [
            (0, time(8), time(12)), (0, time(14), time(18, 30)), (4, time(20), time(2)),
        ]  # fmt: skip
    assert 'value="18:30"' in as_ada.get(to("hours")).content.decode()


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"d0_0_opens": "08:00"}, "Write both times, or neither."),
        ({"d0_0_opens": "8 o'clock", "d0_0_closes": "12:00"}, "Write a time such as 08:30."),
        (
            {"d0_0_opens": "08:00", "d0_0_closes": "12:00", "d0_1_opens": "11:00", "d0_1_closes": "13:00"},
            "overlap: 08:00–12:00 and 11:00–13:00",
        ),
    ],
)
def test_wrong_hours_are_refused_and_kept(as_ada: Client, montreuil: Collective, answers: dict[str, str], sentence: str) -> None:
    answer = as_ada.post(to("hours"), answers)
    assert answer.status_code == 422
    assert sentence in text_of(answer).replace("&#x27;", "'")
    assert 'value="08:00"' in answer.content.decode() or "o&#x27;clock" in answer.content.decode()
    with acting_for(montreuil):
        assert not OpeningHours.objects.exists()


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(opens=st.text(max_size=12), closes=st.text(max_size=12))
def test_no_time_at_all_breaks_the_week(as_ada: Client, opens: str, closes: str) -> None:
    assert as_ada.post(to("hours"), {"d0_0_opens": opens, "d0_0_closes": closes}).status_code in {302, 400, 422}


def test_a_holiday_is_closed_by_one_press_and_never_by_itself(as_ada: Client, montreuil: Collective) -> None:
    page = as_ada.get(to("hours"))
    assert "Nothing is closed by itself." in text_of(page)
    with acting_for(montreuil):
        assert not ClosedDay.objects.exists()
    as_ada.post(to("day_close"), {"day": "2027-05-01", "reason": "Fête du Travail"})
    as_ada.post(to("holidays_close"))
    with acting_for(montreuil):
        assert ClosedDay.objects.filter(day__gte=date(2026, 1, 1)).count() >= 10
    closed = as_ada.post(to("day_open"), {"day": "2027-05-01"}, follow=True)
    assert "The day is open again." in text_of(closed)


@pytest.mark.parametrize("day", ["", "tomorrow", "2027-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_refused(as_ada: Client, montreuil: Collective, day: str) -> None:
    assert as_ada.post(to("day_close"), {"day": day, "reason": "x"}).status_code == 422
    assert as_ada.post(to("day_open"), {"day": day}).status_code == 302
    with acting_for(montreuil):
        assert not ClosedDay.objects.exists()


def test_a_zone_is_drawn_changed_and_removed(as_ada: Client, montreuil: Collective) -> None:
    as_ada.post(to("zone_new"), {"name": "Bas", "is_service_area": "on", "area": str(polygon(SQUARE)).replace("'", '"')})
    with acting_for(montreuil):
        zone = Zone.objects.get()
    assert zone.area == polygon(SQUARE)
    lines = "\n".join(f"{y}, {x}" for x, y in SQUARE[:-1])
    assert as_ada.post(to("zone", ref=zone.ref), {"name": "Haut", "area": lines}).status_code == 302
    with acting_for(montreuil):
        assert (Zone.objects.get().name, Zone.objects.get().is_service_area) == ("Haut", False)
    as_ada.post(to("zone_remove", ref=zone.ref))
    with acting_for(montreuil):
        assert not Zone.objects.exists()


def test_a_zone_comes_from_a_file(as_ada: Client, montreuil: Collective) -> None:
    upload = SimpleUploadedFile("zone.geojson", b"\xef\xbb\xbf" + str(polygon(SQUARE)).replace("'", '"').encode())
    assert as_ada.post(to("zone_new"), {"name": "Bas", "file": upload}).status_code == 302
    with acting_for(montreuil):
        assert Zone.objects.get().area == polygon(SQUARE)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"{}", b"{" * 100, b"1" * 400_001])
def test_a_file_that_is_no_zone_is_refused_at_the_file(as_ada: Client, montreuil: Collective, content: bytes) -> None:
    answer = as_ada.post(to("zone_new"), {"name": "Bas", "file": SimpleUploadedFile("zone.geojson", content)})
    assert answer.status_code == 422
    assert 'id="id_file_error"' in answer.content.decode()
    with acting_for(montreuil):
        assert not Zone.objects.exists()


def test_a_zone_that_crosses_itself_keeps_its_outline(as_ada: Client, montreuil: Collective) -> None:
    typed = str(polygon(BOWTIE)).replace("'", '"')
    answer = as_ada.post(to("zone_new"), {"name": "Bas", "area": typed})
    assert answer.status_code == 422
    assert "cross each other" in text_of(answer)
    assert "48.87" in text_of(answer)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.text(max_size=200))
def test_no_text_at_all_breaks_the_zone(as_ada: Client, text: str) -> None:
    assert as_ada.post(to("zone_new"), {"name": "Bas", "area": text}).status_code in {302, 400, 422}


VEHICLE = {"name": "Bakfiets", "kind": "cargo_bike", "max_weight_kg": "90", "max_volume_l": "350", "in_service": "on"}


def test_a_bike_is_added_in_kilograms_and_kept_in_grams(as_ada: Client, montreuil: Collective) -> None:
    as_ada.post(to("vehicle_new"), VEHICLE)
    with acting_for(montreuil):
        bike = Vehicle.objects.get()
    assert (bike.max_weight_g, bike.electric, bike.in_service) == (90_000, False, True)
    as_ada.post(to("vehicle", ref=bike.ref), {**VEHICLE, "name": "Bullitt"})
    assert "Bullitt" in text_of(as_ada.get(to("vehicles")))
    as_ada.post(to("vehicle_remove", ref=bike.ref))
    with acting_for(montreuil):
        assert not Vehicle.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("max_weight_kg", "-1"), ("max_weight_kg", "9" * 30), ("kind", "lorry"), ("name", ""), ("name", "a\0b")]
)
def test_a_wrong_bike_is_refused(as_ada: Client, montreuil: Collective, field: str, value: str) -> None:
    assert as_ada.post(to("vehicle_new"), {**VEHICLE, field: value}).status_code == 422
    with acting_for(montreuil):
        assert not Vehicle.objects.exists()


def test_a_bike_with_a_name_that_is_taken_is_refused_at_its_name(as_ada: Client) -> None:
    as_ada.post(to("vehicle_new"), VEHICLE)
    answer = as_ada.post(to("vehicle_new"), VEHICLE)
    assert answer.status_code == 422
    assert "There is already one called “Bakfiets”." in text_of(answer)


def test_a_hub_gets_a_place(as_ada: Client, montreuil: Collective) -> None:
    as_ada.post(to("hub_new"), {"name": "Le hangar", "street_address": "12 rue des Lilas", "city": "Montreuil"})
    with acting_for(montreuil):
        hub = Hub.objects.select_related("place").get()
        assert hub.place.one_line == "12 rue des Lilas, Montreuil"
    assert as_ada.get(to("hub", ref=hub.ref)).status_code == 200
    assert as_ada.post(to("hub_new"), {"name": "Vide", "street_address": " , "}).status_code == 422
    as_ada.post(to("hub_remove", ref=hub.ref))
    with acting_for(montreuil):
        assert not Hub.objects.exists()


def shift_answers(member: Membership, **changed: str) -> dict[str, str]:
    return {"membership": str(member.ref), "kind": "road", "day": "2026-12-07", "starts": "08:00", "ends": "15:00", **changed}


def test_a_shift_is_planned_in_the_time_of_the_collective(as_dana: Client, carl: Membership) -> None:
    answer = as_dana.post(to("shift_new"), shift_answers(carl, break_at="12:00", break_minutes="30"))
    assert answer.headers["Location"] == to("shifts_week", year=2026, week=50)
    with acting_for(carl.collective):
        shift = Shift.objects.get()
    assert (shift.starts_at, shift.break_at) == (datetime(2026, 12, 7, 7, tzinfo=UTC), datetime(2026, 12, 7, 11, tzinfo=UTC))
    page = text_of(as_dana.get(to("shifts_week", year=2026, week=50)))
    assert "8–15h" in page
    assert "6h30" in page


def test_a_night_shift_ends_on_the_next_day_with_its_break_after_midnight(as_dana: Client, carl: Membership) -> None:
    as_dana.post(to("shift_new"), shift_answers(carl, starts="20:00", ends="03:00", break_at="00:30", break_minutes="15"))
    with acting_for(carl.collective):
        shift = Shift.objects.get()
    assert shift.ends_at - shift.starts_at == timedelta(hours=7)
    assert shift.break_at == datetime(2026, 12, 7, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"ends": "noon"}, "Write a time such as 08:30."),
        ({"ends": "07:00"}, "A shift lasts 16 hours at most."),
        ({"day": "9999-12-31"}, "Choose a day between 2000 and 2100."),
        ({"break_at": "12:00"}, "Say how long the break is."),
        ({"break_minutes": "20"}, "Say when the break is."),
        ({"break_at": "18:00", "break_minutes": "20"}, "The break lies outside the shift, from 8:00 to 15:00."),
        ({"membership": "nobody"}, "Choose somebody of the team."),
        ({"membership": str(uuid.UUID(int=0))}, "Choose somebody of the team."),
    ],
)
def test_a_wrong_shift_is_refused_with_what_to_do(as_dana: Client, carl: Membership, changed: dict[str, str], sentence: str) -> None:
    answer = as_dana.post(to("shift_new"), shift_answers(carl, **changed))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    with acting_for(carl.collective):
        assert not Shift.objects.exists()


def test_overlapping_shifts_of_one_person_are_refused_with_their_hours(as_dana: Client, carl: Membership) -> None:
    as_dana.post(to("shift_new"), shift_answers(carl))
    answer = as_dana.post(to("shift_new"), shift_answers(carl, starts="14:00", ends="18:00"))
    assert answer.status_code == 422
    assert "Carl already has a shift from 8:00 to 15:00." in text_of(answer)


def test_a_shift_is_changed_and_removed(as_dana: Client, carl: Membership) -> None:
    as_dana.post(to("shift_new"), shift_answers(carl))
    with acting_for(carl.collective):
        shift = Shift.objects.get()
    assert 'value="15:00"' in as_dana.get(to("shift", ref=shift.ref)).content.decode()
    as_dana.post(to("shift", ref=shift.ref), shift_answers(carl, ends="13:00"))
    with acting_for(carl.collective):
        assert Shift.objects.get().ends_at == datetime(2026, 12, 7, 12, tzinfo=UTC)
    as_dana.post(to("shift_remove", ref=shift.ref))
    with acting_for(carl.collective):
        assert not Shift.objects.exists()


def test_the_week_before_is_taken_over(as_dana: Client, carl: Membership) -> None:
    as_dana.post(to("shift_new"), shift_answers(carl))
    page = as_dana.post(to("shifts_copy", year=2026, week=51), follow=True)
    assert "1 shift taken over." in text_of(page)
    again = as_dana.post(to("shifts_copy", year=2026, week=51), follow=True)
    assert "1 left out" in text_of(again)


def test_a_cell_of_the_week_fills_the_form_in(as_dana: Client, carl: Membership) -> None:
    page = as_dana.get(to("shift_new"), {"who": str(carl.ref), "day": "2026-12-09"}).content.decode()
    assert f'<option value="{carl.ref}" selected>' in page
    assert 'value="2026-12-09"' in page
    assert as_dana.get(to("shift_new"), {"who": "x", "day": "y"}).status_code == 200


@pytest.mark.parametrize(("year", "week"), [(2026, 54), (2026, 0), (1, 1), (9999, 52), (2025, 53)])
def test_a_week_that_does_not_exist_is_not_found(as_dana: Client, year: int, week: int) -> None:
    assert as_dana.get(to("shifts_week", year=year, week=week)).status_code == 404


def test_the_week_asks_the_same_number_of_questions_whoever_works(as_dana: Client, montreuil: Collective, dana: Membership) -> None:
    def grow(first: int, count: int) -> None:
        for number in range(first, first + count):
            rider = make_member(montreuil, f"Rider{number}", Role.COURIER)
            for day in range(7, 12):
                start = datetime(2026, 12, day, 7, tzinfo=UTC)
                services.plan_shift(membership=rider, starts_at=start, ends_at=start + timedelta(hours=5), by=dana.person)

    url = to("shifts_week", year=2026, week=50)
    grow(0, 2)
    few = questions(as_dana, url)
    grow(2, 8)
    assert questions(as_dana, url) == few
    assert few < 16
    assert as_dana.get(url).content.decode().count('class="wk-shift road"') == 50


def test_the_first_steps_go_away_one_by_one(as_ada: Client, montreuil: Collective, ada: Membership) -> None:
    card = as_ada.get(to("settings")).content.decode()
    assert "First steps" in card
    hours = f'<a href="{to("hours")}">Opening hours</a>'
    assert re.search(r"missing</span>\s*" + re.escape(hours), card)
    services.set_opening_hours(collective=montreuil, ranges=[(0, time(8), time(12))], by=ada.person)
    assert re.search(r"done</span>\s*" + re.escape(hours), as_ada.get(to("settings")).content.decode())


def test_where_a_new_collective_is_is_found_from_its_town(as_ada: Client, montreuil: Collective) -> None:
    Collective.objects.filter(pk=montreuil.pk).update(latitude=0, longitude=0, country="FI")
    card = {**CARD, "street_address": "Mannerheimintie 10", "city": "Helsinki", "phone": "", "time_zone": "Europe/Helsinki"}
    as_ada.post(to("settings"), card)
    montreuil.refresh_from_db()
    assert (round(montreuil.latitude, 1), round(montreuil.longitude, 1)) == (60.2, 24.9)


def test_the_page_speaks_the_language_of_its_reader(as_ada: Client, ada: Membership) -> None:
    Person.objects.filter(pk=ada.person_id).update(language="fr")
    assert as_ada.get(to("team")).headers["Content-Language"] == "fr"


def test_prices_and_partners_are_first_steps_too(as_ada: Client) -> None:
    card = text_of(as_ada.get(to("team")))
    assert "missing Price list" in card
    assert "missing Partner" in card
