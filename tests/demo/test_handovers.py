"""R39 in the demo: a delivery that a neighbour rode yesterday, in both books, and an offer that waits for Helsinki."""

import pytest

from coopdelivery.ledger.models import Posting
from federation.demo.home import Home
from federation.models import Handover

pytestmark = pytest.mark.django_db


def test_r39_one_delivery_was_handed_over_and_one_offer_waits(homes: list[Home]) -> None:
    found = Handover.objects.order_by("offered_at").values_list("state", "giver__slug", "receiver__city")
    assert list(found) == [("delivered", "helsinki", "Espoo"), ("offered", found[1][1], "Helsinki")]
    assert Posting.objects.filter(key__startswith="handover:", book__collective_id=homes[0].collective.pk).count() == 1


def test_r39_the_offer_waits_for_a_visitor_to_answer(helsinki: Home) -> None:
    offer = Handover.objects.get(state="offered")
    assert (offer.receiver, offer.currency) == (helsinki.collective, "EUR")
