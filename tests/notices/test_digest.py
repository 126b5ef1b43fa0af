"""One mail in the evening."""

import datetime as dt

import pytest
import time_machine

from collectives.models import Collective, Membership
from coopdelivery.notices import services as notices
from coopdelivery.notices import tasks
from coopdelivery.notices.digest import write_digests
from coopdelivery.notices.kinds import Kind
from coopdelivery.notices.models import Message
from tests.notices.test_outbox import tell

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2027, 3, 1, 12, 0, tzinfo=dt.UTC)
EVENING_IN_PARIS = dt.datetime(2027, 3, 1, 17, 0, tzinfo=dt.UTC)


@pytest.fixture
def two_items(visit: Kind, dana: Membership, montreuil: Collective) -> Membership:
    notices.save_preferences(person=dana.person, chosen={("visit.planned", "email"): "digest"})
    with time_machine.travel(NOON, tick=False):
        tell(dana, montreuil, "visit-1")
        tell(dana, montreuil, "visit-2")
    return dana


def test_in_the_evening_of_the_collective_one_mail_holds_the_day(two_items: Membership) -> None:
    assert write_digests(EVENING_IN_PARIS - dt.timedelta(minutes=1)) == 0
    assert write_digests(EVENING_IN_PARIS) == 1
    digest = Message.objects.get(kind="digest")
    assert digest.subject == "2 things happened: your day of March 1, 2027"
    assert digest.text.count("13:00  Visit at 10:00 & more") == 2
    assert (digest.state, digest.email, digest.items.count()) == ("waiting", "dana@montreuil.test", 2)


def test_the_same_evening_there_is_one(two_items: Membership, montreuil: Collective) -> None:
    write_digests(EVENING_IN_PARIS)
    tell(two_items, montreuil, "visit-3")
    assert write_digests(EVENING_IN_PARIS + dt.timedelta(hours=1)) == 0
    assert write_digests(EVENING_IN_PARIS + dt.timedelta(days=1)) == 1
    assert Message.objects.filter(kind="digest").count() == 2


def test_a_collective_further_west_has_its_evening_later(two_items: Membership, montreuil: Collective) -> None:
    montreuil.time_zone = "America/Mexico_City"
    montreuil.save()
    assert write_digests(EVENING_IN_PARIS) == 0
    assert write_digests(dt.datetime(2027, 3, 2, 0, 0, tzinfo=dt.UTC)) == 1
    assert Message.objects.get(kind="digest").subject_key == "2027-03-01"


def test_celery_writes_them_hourly(two_items: Membership) -> None:
    with time_machine.travel(EVENING_IN_PARIS, tick=False):
        assert tasks.send_digests() == 1


def test_nothing_happened_nothing_is_sent(visit: Kind, dana: Membership) -> None:
    assert write_digests(EVENING_IN_PARIS) == 0
