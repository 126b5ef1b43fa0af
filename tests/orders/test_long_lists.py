"""The list of deliveries when years lie behind it: what is counted has an end, what is shown does not depend on the rest."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collectives.models import Membership
from orders import rows
from orders.models import Delivery, Partner
from orders.rows import Pages, count_words, counts, in_order
from orders.selectors import deliveries_visible_to
from tests.orders import world

pytestmark = pytest.mark.django_db
LIST = "/c/montreuil/deliveries/"


@pytest.fixture
def many(florist: Partner) -> list[Delivery]:
    """Seven deliveries, two of them failed."""
    made = [world.make_delivery(florist, key=f"n{number}") for number in range(7)]
    Delivery.objects.filter(pk__in=[each.pk for each in made[:2]]).update(status="failed")
    return made


def test_each_chip_is_counted_in_one_query(many: list[Delivery]) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = counts(Delivery.objects.all())
    assert (found, len(asked)) == ({"": 7, "open": 5, "done": 0, "failed": 2, "cancelled": 0}, 1)
    assert counts(Delivery.objects.none()) == {"": 0, "open": 0, "done": 0, "failed": 0, "cancelled": 0}


def test_counting_stops_somewhere_and_says_so(many: list[Delivery], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "COUNTED", 4)
    assert counts(Delivery.objects.all()) == {"": 4, "open": 4, "done": 0, "failed": 2, "cancelled": 0}
    assert (count_words(3), count_words(4)) == ("3", "4+")
    pages = Pages(in_order(Delivery.objects.all()), 3)
    assert (pages.count, pages.num_pages, pages.goes_on) == (4, 2, True)


def test_the_last_page_says_where_older_ones_are(
    many: list[Delivery], client: Client, dana: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "COUNTED", 4)
    monkeypatch.setattr("orders.views.deliveries.PAGE_SIZE", 2)
    client.force_login(dana.person)
    first, last = (client.get(f"{LIST}?page={number}").content.decode() for number in (1, 2))
    assert "4+" in first
    assert "Older ones: choose a day, or search." not in first
    assert "Older ones: choose a day, or search." in last


def test_a_short_list_ends_by_itself(many: list[Delivery]) -> None:
    pages = Pages(in_order(Delivery.objects.all()), 3)
    assert (pages.count, pages.num_pages, pages.goes_on) == (7, 3, False)


def test_a_shops_list_names_its_partners_instead_of_asking_for_them(many: list[Delivery], sam: Membership) -> None:
    """One partner is a condition that an index answers in order; a subquery is sorted through."""
    assert [each.pk for each in in_order(deliveries_visible_to(sam))] == [each.pk for each in reversed(many)]
    with CaptureQueriesContext(connection) as asked:
        list(deliveries_visible_to(sam)[:2])
    assert "partneruser" not in asked[-1]["sql"]


@pytest.mark.postgres
def test_the_newest_page_is_read_from_the_index(many: list[Delivery]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_incremental_sort = off")
    plan = Delivery.objects.order_by("-placed_at", "-pk")[:2].explain()
    assert "delivery_newest_first" in plan
    assert "Sort" not in plan
