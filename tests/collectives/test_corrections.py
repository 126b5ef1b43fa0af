"""Another time in the record of hours: asked by one side, counted when the other has confirmed it, kept as it was asked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectives.models import Collective, Membership, Role, TimeCorrection, TimeMark
from collectives.refusals import AlreadyAsked, NotActive, NotTheOtherSide, NotYours
from collectives.services.corrections import answer_correction, ask_correction
from collectives.services.worked import mark_time
from collectives.tenancy import acting_for
from collectives.worked import turns_of
from coopdelivery.journal.models import Event
from tests.conftest import make_member

pytestmark = pytest.mark.django_db
PAGE = "/c/montreuil/team/corrections/"


@pytest.fixture
def now() -> datetime:
    return timezone.now().replace(microsecond=0)


@pytest.fixture(autouse=True)
def here(montreuil: Collective) -> Iterator[None]:
    with acting_for(montreuil):
        yield


@pytest.fixture
def kim(montreuil: Collective) -> Membership:
    """Keeps the office."""
    return make_member(montreuil, "Kim", Role.ADMIN)


@pytest.fixture
def began(carl: Membership, now: datetime) -> TimeMark:
    return mark_time(membership=carl, verb="clock_on", at=now - timedelta(hours=3), by=carl.person)


def ask(began: TimeMark, by: Membership, **more: Any) -> TimeCorrection:
    facts = {"verb": "clock_on", "at": began.at - timedelta(minutes=20), "reason": "tapped late", "replaces": began, **more}
    return ask_correction(membership=began.membership, by=by.person, **facts)


def starts(member: Membership) -> list[datetime]:
    return [turn.starts_at for turn in turns_of(TimeMark.objects.filter(membership=member))]


@pytest.mark.parametrize("asker", ["courier", "office"])
def test_a_correction_counts_when_both_sides_have_confirmed_it(began: TimeMark, carl: Membership, kim: Membership, asker: str) -> None:
    first, second = (carl, kim) if asker == "courier" else (kim, carl)
    correction = ask(began, first)
    assert (starts(carl), TimeMark.objects.count()) == ([began.at], 1)
    answered = answer_correction(correction=correction, agreed=True, by=second.person)
    assert starts(carl) == [began.at - timedelta(minutes=20)]
    assert answered.mark is not None
    assert (answered.mark.replaces, answered.mark.by, answered.answered_by) == (began, carl.person, second.person)
    names = list(Event.objects.filter(name__startswith="shift.correct").order_by("pk").values_list("name", "by_id"))
    assert sorted(names) == sorted(
        [
            ("shift.correction_asked", first.person_id),
            ("shift.corrected", carl.person_id),
            ("shift.correction_answered", second.person_id),
        ]
    )


def test_what_the_other_side_does_not_confirm_never_counts(began: TimeMark, carl: Membership, kim: Membership) -> None:
    correction = ask(began, kim)
    assert answer_correction(correction=correction, agreed=False, by=carl.person).state == "declined"
    assert (starts(carl), TimeMark.objects.count()) == ([began.at], 1)
    with pytest.raises(NotActive):
        answer_correction(correction=correction, agreed=True, by=carl.person)
    assert TimeMark.objects.count() == 1


@pytest.mark.parametrize(("asker", "answerer"), [("carl", "carl"), ("carl", "dana"), ("kim", "kim"), ("kim", "dana"), ("kim", "lea")])
def test_nobody_confirms_but_the_other_side(
    began: TimeMark, carl: Membership, dana: Membership, kim: Membership, montreuil: Collective, asker: str, answerer: str
) -> None:
    people = {"carl": carl, "dana": dana, "kim": kim, "lea": make_member(montreuil, "Lea", Role.ADMIN)}
    correction = ask(began, people[asker])
    with pytest.raises(NotTheOtherSide):
        answer_correction(correction=correction, agreed=True, by=people[answerer].person)
    correction.refresh_from_db()
    assert (correction.state, TimeMark.objects.count()) == ("open", 1)


def test_who_keeps_the_office_and_rides_needs_somebody_else_too(montreuil: Collective, kim: Membership, now: datetime) -> None:
    both = make_member(montreuil, "Ali", Role.COURIER, Role.ADMIN)
    mark = mark_time(membership=both, verb="clock_on", at=now - timedelta(hours=1), by=both.person)
    correction = ask(mark, both)
    with pytest.raises(NotTheOtherSide):
        answer_correction(correction=correction, agreed=True, by=both.person)
    assert answer_correction(correction=correction, agreed=True, by=kim.person).mark is not None


def test_only_the_courier_and_the_office_ask_and_once_at_a_time(
    began: TimeMark, carl: Membership, dana: Membership, kim: Membership
) -> None:
    with pytest.raises(NotYours):
        ask(began, dana)
    ask(began, carl)
    with pytest.raises(AlreadyAsked):
        ask(began, kim)
    assert TimeCorrection.objects.count() == 1


def test_the_database_keeps_what_was_asked(began: TimeMark, carl: Membership, kim: Membership) -> None:
    correction = ask(began, carl)
    rows = TimeCorrection.objects.filter(pk=correction.pk)
    later = began.at + timedelta(hours=1)
    for change in (lambda: rows.update(at=later), lambda: rows.update(reason="x"), lambda: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    answer_correction(correction=correction, agreed=False, by=kim.person)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(state="open")
    assert rows.get().state == "declined"


def test_the_office_confirms_on_its_page(client: Client, began: TimeMark, carl: Membership, kim: Membership) -> None:
    correction = ask(began, carl)
    client.force_login(kim.person)
    page = client.get(PAGE).content.decode()
    assert "tapped late" in page
    assert "Carl" in page
    assert client.post(f"{PAGE}{correction.ref}/", {"answer": "yes"}).status_code == 302
    assert starts(carl) == [began.at - timedelta(minutes=20)]
    assert client.post(f"{PAGE}{correction.ref}/", {"answer": "yes"}).status_code == 409
    assert TimeMark.objects.count() == 2
    assert "counts" in client.get(PAGE).content.decode()


def test_the_office_asks_and_a_bad_answer_writes_nothing(client: Client, began: TimeMark, carl: Membership, kim: Membership) -> None:
    client.force_login(kim.person)
    url = f"/c/montreuil/team/members/{carl.ref}/corrections/new/"
    assert client.get(url).status_code == 200
    typed = {"verb": "clock_on", "at": "soon", "reason": "", "replaces": "x"}
    assert client.post(url, typed).status_code == 422
    assert not TimeCorrection.objects.exists()
    at = timezone.localtime(began.at - timedelta(minutes=5), carl.collective.zone).strftime("%Y-%m-%dT%H:%M")
    assert client.post(url, {"verb": "clock_on", "at": at, "reason": "seen", "replaces": str(began.ref)}).status_code == 302
    assert client.post(url, {"verb": "clock_on", "at": at, "reason": "again", "replaces": str(began.ref)}).status_code == 422
    assert TimeCorrection.objects.get().asked_by == kim.person


def test_the_page_asks_as_often_for_many_corrections_as_for_two(
    client: Client, began: TimeMark, kim: Membership, carl: Membership, now: datetime
) -> None:
    client.force_login(kim.person)
    for minute in range(2):
        ask(began, carl, replaces=None, at=now - timedelta(minutes=minute))
    client.get(PAGE)
    few = queries(client)
    for minute in range(8):
        ask(began, carl, replaces=None, at=now - timedelta(minutes=minute))
    assert queries(client) == few


def queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(PAGE)
    return len(asked)
