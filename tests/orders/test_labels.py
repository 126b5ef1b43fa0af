"""A label for each parcel, before the pickup, from the shop's own screen."""

import pytest
from django.test import Client

from collectives.models import Collective, Membership, Role
from orders.invoices.render import NoPaper, pdf_of
from orders.labels import labels_html, labels_of
from orders.models import Delivery, ParcelType, Partner
from orders.requests import ParcelRequest
from tests.conftest import make_member
from tests.orders import world


@pytest.fixture
def five(florist: Partner, bouquet: ParcelType) -> Delivery:
    parcels = [ParcelRequest(type_id=bouquet.pk, quantity=3), ParcelRequest(name="Card", quantity=2)]
    placed = world.make_delivery(florist, request=world.one_drop(florist.collective, parcels=parcels))
    rows = Delivery.objects.select_related("partner", "order").prefetch_related("stops__place", "stops__parcels")
    found: Delivery = rows.get(pk=placed.pk)
    return found


def test_five_parcels_are_five_labels_numbered_and_named(five: Delivery) -> None:
    labels = list(labels_of(five))
    assert [(label.piece, label.pieces, label.name) for label in labels] == [
        (1, 5, "Bouquet"), (2, 5, "Bouquet"), (3, 5, "Bouquet"), (4, 5, "Card"), (5, 5, "Card"),
    ]  # fmt: skip
    assert [label.code for label in labels][:2] == ["MO-4001/1", "MO-4001/2"]
    assert 'width="92"' in labels[0].square  # 21 modules and a quiet edge: a full code, which telephones read


@pytest.mark.parametrize(("size", "words"), [("a4", "26pt"), ("10x15", "40pt")])
def test_the_label_says_who_where_and_how_many(five: Delivery, size: str, words: str) -> None:
    html = labels_html([five], size)
    for text in ("Mme Roux", "7 place du Ralliement", "2/5", "Fleurs de Maine", words, "<svg"):
        assert text in html


def _paper_works() -> bool:
    try:
        pdf_of("<p>x</p>")
    except NoPaper:
        return False
    return True


def test_the_shop_prints_one_and_a_selection(client: Client, five: Delivery, sam: Membership) -> None:
    client.force_login(sam.person)
    for path in (f"/c/montreuil/deliveries/{five.ref}/labels.pdf?size=10x15", "/c/montreuil/deliveries/labels.pdf?q=Roux&size=nonsense"):
        answer = client.get(path)
        if _paper_works():
            assert (answer.status_code, answer.headers["Content-Type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
        else:
            assert answer.status_code == 302


def test_another_partners_labels_are_not_found(client: Client, five: Delivery, open_montreuil: Collective) -> None:
    rita = make_member(open_montreuil, "Rita", Role.PARTNER)
    world.make_partner(open_montreuil, "Bakery", seat=rita)
    client.force_login(rita.person)
    assert client.get(f"/c/montreuil/deliveries/{five.ref}/labels.pdf").status_code == 404
