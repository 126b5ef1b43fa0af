"""Why a line of the price is charged: facts in the rows, words in the reader's language."""

import pytest
from django.test import Client
from django.utils import translation

from collectives.models import Collective, Membership
from coopdelivery.people.services import choose_language
from orders.models import Delivery, OrderLine
from orders.pricing.explain import explain


def read(client: Client, delivery: Delivery) -> str:
    page = client.get(f"/c/montreuil/deliveries/{delivery.ref}/")
    assert page.status_code == 200
    return str(page.content.decode()).replace("\xa0", " ").replace("\u202f", " ")


def test_the_same_order_is_explained_to_each_reader_in_their_language(delivery: Delivery, dana: Membership, client: Client) -> None:
    client.force_login(dana.person)
    assert "one visit to the pickup, one to the first address" in read(client, delivery)
    choose_language(person=dana.person, language="fr")
    page = read(client, delivery)
    assert "one visit to the pickup" not in page
    assert "adresse" in page.split('id="h-price"')[1].split("</dl>")[0]


def test_whoever_orders_in_french_leaves_no_french_in_the_rows(delivery: Delivery, in_montreuil: Collective) -> None:
    for line in delivery.order.lines.all():
        assert (line.reason, bool(line.code), isinstance(line.facts, dict)) == ("", True, True)
        with translation.override("fr"):
            french = line.why
        assert french != line.why


def test_a_line_from_before_facts_were_kept_says_what_it_said_then(delivery: Delivery, dana: Membership, client: Client) -> None:
    OrderLine._base_manager.filter(order=delivery.order).update(code="", facts={}, reason="les mots d'alors")
    client.force_login(dana.person)
    assert "les mots d&#x27;alors" in read(client, delivery)


@pytest.mark.parametrize(("code", "facts"), [("of the future", {}), ("distance", {}), ("weight", {"weight_g": 3})])
def test_facts_of_another_version_break_no_page(code: str, facts: dict[str, int]) -> None:
    assert explain(code, facts, "EUR") == ""
