"""R11: time spent in a general assembly is recorded as paid hours, by the member, within the assembly's own record."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from collectives.models import AssemblyTime, Collective, Membership, TimeMark
from collectives.refusals import NotActive, NotYours
from collectives.services.attended import HoursCounted, NotClosedYet, OutsideAssembly, TooLong, put_down, take_back_hours
from collectives.services.worked import mark_time
from collectives.tenancy import acting_for
from coopdelivery.decisions import meetings
from coopdelivery.decisions.models import Meeting
from coopdelivery.journal.models import Event
from coopdelivery.people.privacy import export

HOUR = dt.timedelta(hours=1)
TEN = dt.datetime(2026, 10, 6, 10, tzinfo=ZoneInfo("Europe/Paris"))


def held(carl: Membership, collective: Collective | None, *, hours: float = 3) -> Meeting:
    """Opened at ten, closed after so many hours."""
    with time_machine.travel(TEN - dt.timedelta(days=30), tick=False):
        place = collective.pk if collective else None
        meeting = meetings.prepare(collective_id=place, title="Autumn assembly", begins_at=TEN, by=carl.person)
        meetings.add_item(meeting=meeting, kind="information", title="The year", text="", by=carl.person)
        meetings.convene(meeting=meeting, by=carl.person)
        meetings.freeze(meeting=meeting, roll=[carl.person_id], by=carl.person)
    with time_machine.travel(TEN, tick=False):
        meetings.open_meeting(meeting=meeting, by=carl.person)
    with time_machine.travel(TEN + HOUR * hours, tick=False):
        return meetings.close_meeting(meeting=meeting, by=carl.person)


def typed(start: dt.datetime, end: dt.datetime) -> dict[str, str]:
    return {"starts_at": f"{start:%Y-%m-%dT%H:%M}", "ends_at": f"{end:%Y-%m-%dT%H:%M}"}


@pytest.mark.parametrize("whose", ["ours", "the federation's"])
@time_machine.travel(TEN + HOUR * 5, tick=False)
def test_r11_hours_in_an_assembly_are_paid_time(client: Client, montreuil: Collective, carl: Membership, whose: str) -> None:
    meeting = held(carl, montreuil if whose == "ours" else None)
    client.force_login(carl.person)
    before = "/c/montreuil/assemblies/" if whose == "ours" else "/c/montreuil/federation/meetings/"
    page = f"/c/montreuil/assemblies/{meeting.ref}/hours/"
    assert page in client.get(f"{before}{meeting.ref}/").text
    assert 'value="2026-10-06T10:00"' in client.get(page).text
    assert client.post(page, typed(TEN, TEN + HOUR * 2.5)).status_code == 302
    assert "10:00–12:30" in client.get(page).text
    shown = client.get("/courier/hours/").text
    assert "Autumn assembly" in shown
    assert "2 h 30" in shown.replace("\u202f", " ").replace("\xa0", " ")
    table = client.get("/courier/hours/export/").text
    assert "2026-10-06 10:00:00" in table
    assert "assembly: Autumn assembly" in table
    assert "2:30:00" in table
    facts = Event.objects.get(name="assembly.attended")
    assert (facts.collective_id, facts.data["minutes"]) == (montreuil.pk, 150)
    assert export(carl.person)["assembly_hours"][0]["meeting__title"] == "Autumn assembly"


@time_machine.travel(TEN + HOUR * 30, tick=False)
def test_r11_hours_lie_within_the_assembly_and_count_once(montreuil: Collective, dana: Membership, carl: Membership) -> None:
    meeting = held(carl, montreuil, hours=24)
    for start, end, refusal in (
        (TEN - HOUR, TEN + HOUR, OutsideAssembly),
        (TEN + HOUR * 2, TEN + HOUR, OutsideAssembly),
        (TEN + HOUR, TEN + HOUR, OutsideAssembly),
        (TEN + HOUR * 23, TEN + HOUR * 25, OutsideAssembly),
        (TEN, TEN + HOUR * 17, TooLong),
    ):
        with pytest.raises(refusal):
            put_down(membership=carl, meeting=meeting, starts_at=start, ends_at=end, by=carl.person)
    with pytest.raises(NotYours):
        put_down(membership=carl, meeting=meeting, starts_at=TEN, ends_at=TEN + HOUR, by=dana.person)
    for verb, hour in (("clock_on", 5), ("clock_off", 8)):
        with acting_for(montreuil):
            mark_time(membership=carl, verb=verb, at=TEN + HOUR * hour, by=carl.person)
    with acting_for(montreuil):
        assert TimeMark.objects.count() == 2
        assert not AssemblyTime.objects.exists()
    put_down(membership=carl, meeting=meeting, starts_at=TEN, ends_at=TEN + HOUR * 3, by=carl.person)
    put_down(membership=carl, meeting=meeting, starts_at=TEN + HOUR * 3, ends_at=TEN + HOUR * 5, by=carl.person)
    for first, last in ((0, 3), (2, 4), (4, 6), (7, 9), (3.5, 4)):
        with pytest.raises(HoursCounted):
            put_down(membership=carl, meeting=meeting, starts_at=TEN + HOUR * first, ends_at=TEN + HOUR * last, by=carl.person)
    assert Event.objects.filter(name="assembly.attended").count() == 2


def test_r11_hours_are_not_put_down_before_the_end(montreuil: Collective, carl: Membership) -> None:
    begins = timezone.now() + dt.timedelta(days=20)
    meeting = meetings.prepare(collective_id=None, title="Soon", begins_at=begins, by=carl.person)
    with pytest.raises(NotClosedYet):
        put_down(membership=carl, meeting=meeting, starts_at=TEN, ends_at=TEN + HOUR, by=carl.person)


@time_machine.travel(TEN + HOUR * 5, tick=False)
def test_hours_taken_back_count_no_more_and_are_kept(client: Client, montreuil: Collective, carl: Membership, dana: Membership) -> None:
    meeting = held(carl, montreuil)
    row = put_down(membership=carl, meeting=meeting, starts_at=TEN, ends_at=TEN + HOUR, by=carl.person)
    back = f"/c/montreuil/assemblies/hours/{row.ref}/back/"
    client.force_login(dana.person)
    assert client.post(back).status_code == 404
    client.force_login(carl.person)
    assert client.post(back).status_code == 302
    assert client.post(back).status_code == 409
    with pytest.raises(NotActive):
        take_back_hours(row=row, by=carl.person)
    assert "Autumn assembly" not in client.get("/courier/hours/").text
    put_down(membership=carl, meeting=meeting, starts_at=TEN, ends_at=TEN + HOUR, by=carl.person)
    with acting_for(montreuil):
        assert AssemblyTime.objects.count() == 2


@time_machine.travel(TEN + HOUR * 5, tick=False)
def test_what_is_refused_is_said_and_kept_in_the_form(
    client: Client, montreuil: Collective, nantes: Collective, carl: Membership, nina: Membership
) -> None:
    meeting = held(carl, montreuil)
    page = f"/c/montreuil/assemblies/{meeting.ref}/hours/"
    client.force_login(carl.person)
    refused = client.post(page, typed(TEN - HOUR, TEN))
    assert refused.status_code == 422
    assert "The assembly lasted from 2026-10-06 10:00 to 2026-10-06 13:00." in refused.text
    assert 'value="2026-10-06T09:00"' in refused.text
    assert client.post(page, {"starts_at": "ten", "ends_at": ""}).status_code == 422
    client.force_login(nina.person)
    assert client.get(f"/c/nantes/assemblies/{meeting.ref}/hours/").status_code == 404


@time_machine.travel(TEN + HOUR * 5, tick=False)
def test_the_database_keeps_the_hours(montreuil: Collective, carl: Membership) -> None:
    row = put_down(membership=carl, meeting=held(carl, montreuil), starts_at=TEN, ends_at=TEN + HOUR, by=carl.person)
    with acting_for(montreuil):
        rows = AssemblyTime.objects.filter(pk=row.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(ends_at=TEN + HOUR * 2)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows._raw_delete(rows.db)
        rows.update(withdrawn_at=timezone.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(withdrawn_at=None)
