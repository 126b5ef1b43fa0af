"""Favourites, papers for the courier, cash at the door, something brought back, orders by telephone."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from collectives.models import Membership
from coopdelivery.journal.models import Event
from dispatch.models import Round, Task
from orders.models import Delivery, Document, Favourite, Order, ParcelType, Partner, PhoneCall, Stop
from orders.privacy import RECIPIENTS_KEPT, forget_recipients
from orders.services.calls import take_call
from orders.services.documents import MAX_BYTES, MOST, BadDocument, EnoughDocuments, add_document, remove_document
from orders.services.favourites import add_favourite
from tests.orders import world
from tests.orders.test_cancelling import plan

NEW = "/c/montreuil/deliveries/new/"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def form(partner: Partner, bouquet: ParcelType, **changes: str) -> dict[str, str]:
    day = world.tomorrow_at(partner.collective, 10).date()
    place = world.make_place(partner.collective, "7 place du Ralliement", 2500)
    return {
        "key": "k", "partner": str(partner.ref), "day": "other", "other_day": f"{day}", "slot": "10:00-12:00", "note": "",
        "drop-TOTAL_FORMS": "1", "drop-INITIAL_FORMS": "0", "drop-0-address": place.one_line, "drop-0-picked": place.one_line,
        "drop-0-latitude": str(place.latitude), "drop-0-longitude": str(place.longitude), "drop-0-name": "Mme Roux",
        "drop-0-phone": "06 39 98 12 40", f"drop-0-type_{bouquet.pk}": "1", "act": "price", **changes,
    }  # fmt: skip


def order(client: Client, data: dict[str, str]) -> int:
    """Look at the price, then order at it; the answer's status."""
    shown = client.post(NEW, data)
    quote = re.search(r'name="quote" value="([0-9a-f-]{36})"', shown.content.decode())
    assert quote, shown.content.decode()[:3000]
    return client.post(NEW, {**data, "quote": quote[1], "act": "place"}).status_code


def test_a_favourite_stands_above_the_form_and_fills_it(client: Client, delivery: Delivery, sam: Membership) -> None:
    client.force_login(sam.person)
    page = f"/c/montreuil/deliveries/{delivery.ref}/"
    client.post(f"{page}favourite/", {"name": "Friday round"})
    shown = client.get("/c/montreuil/deliveries/").content.decode()
    assert "Friday round" in shown
    assert f"again={delivery.ref}" in shown
    client.post(f"/c/montreuil/deliveries/favourites/{Favourite.objects.get().ref}/remove/")
    assert not Favourite.objects.exists()
    assert client.post(f"{page}favourite/", {"name": "  "}).status_code == 302
    assert not Favourite.objects.exists()


def test_a_favourite_of_another_partner_is_not_found(client: Client, delivery: Delivery, sam: Membership) -> None:
    other = world.make_delivery(world.make_partner(delivery.collective, "Other"))
    favourite = add_favourite(delivery=other, name="Theirs", by=sam.person)
    client.force_login(sam.person)
    assert client.post(f"/c/montreuil/deliveries/favourites/{favourite.ref}/remove/").status_code == 404
    assert client.post(f"/c/montreuil/deliveries/{other.ref}/favourite/", {"name": "x"}).status_code == 404
    assert Favourite.objects.count() == 1


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    return out.getvalue()


def test_a_paper_comes_back_as_it_was_and_a_photo_drawn_anew(client: Client, delivery: Delivery, sam: Membership) -> None:
    client.force_login(sam.person)
    page = f"/c/montreuil/deliveries/{delivery.ref}/documents/"
    for content in (PDF, png()):
        client.post(page, {"name": "Delivery note", "file": SimpleUploadedFile("../../x.exe", content)})
    paper, picture = Document.objects.all()
    assert (paper.kind, picture.kind) == ("pdf", "jpg")
    answer = client.get(f"/c/montreuil/deliveries/documents/{paper.ref}/")
    assert answer.getvalue() == PDF
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "x.exe" not in str(paper.file.name)
    assert client.get(f"/c/montreuil/deliveries/documents/{picture.ref}/").getvalue()[:2] == b"\xff\xd8"
    for each in (paper, picture):
        remove_document(document=each, by=None)
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "content", [b"", b"<script>alert(1)</script>", b"%PDF-1.7 cut off", b"x" * (MAX_BYTES + 1), b"\x89PNG\r\n\x1a\nrubbish"]
)
def test_what_is_neither_paper_nor_picture_is_refused(delivery: Delivery, sam: Membership, content: bytes) -> None:
    with pytest.raises(BadDocument):
        add_document(delivery=delivery, name="x", upload=io.BytesIO(content), by=sam.person)
    assert not Document.objects.exists()
    assert not Event.objects.filter(name="document.added").exists()


def test_there_are_at_most_so_many_papers(delivery: Delivery, sam: Membership) -> None:
    for _n in range(MOST):
        add_document(delivery=delivery, name="x", upload=io.BytesIO(PDF), by=sam.person)
    with pytest.raises(EnoughDocuments):
        add_document(delivery=delivery, name="x", upload=io.BytesIO(PDF), by=sam.person)
    assert Document.objects.count() == MOST


def test_the_courier_reads_the_papers_of_todays_own_stops_only(
    client: Client, delivery: Delivery, sam: Membership, dana: Membership, carl: Membership
) -> None:
    paper = add_document(delivery=delivery, name="Delivery note", upload=io.BytesIO(PDF), by=sam.person)
    Task.objects.update(on=delivery.collective.today())
    plan(delivery, dana)
    client.force_login(carl.person)
    assert client.get(f"/courier/papers/{paper.ref}/").status_code == 404
    Round.objects.update(courier=carl)
    assert "Delivery note" in client.get("/courier/").content.decode()
    assert client.get(f"/courier/papers/{paper.ref}/").getvalue() == PDF


def test_another_partner_reads_no_papers(client: Client, delivery: Delivery, sam: Membership) -> None:
    other = world.make_delivery(world.make_partner(delivery.collective, "Other"))
    paper = add_document(delivery=other, name="x", upload=io.BytesIO(PDF), by=sam.person)
    client.force_login(sam.person)
    assert client.get(f"/c/montreuil/deliveries/documents/{paper.ref}/").status_code == 404
    assert client.post(f"/c/montreuil/deliveries/documents/{paper.ref}/remove/").status_code == 404


def test_cash_at_the_door_is_on_the_stop(client: Client, florist: Partner, bouquet: ParcelType, sam: Membership) -> None:
    client.force_login(sam.person)
    assert order(client, form(florist, bouquet, **{"drop-0-collect": "24.50"})) == 302
    assert Stop.objects.get(kind="dropoff").collect_cents == 2450


def test_what_comes_back_is_a_drop_at_the_partners_own_place(
    client: Client, florist: Partner, bouquet: ParcelType, sam: Membership
) -> None:
    client.force_login(sam.person)
    data = form(florist, bouquet)
    shown = client.post(NEW, {**data, "act": "back"}).content.decode()
    assert 'name="drop-1-address"' in shown
    back = {
        "drop-TOTAL_FORMS": "2", "drop-1-address": florist.place.one_line, "drop-1-picked": florist.place.one_line,
        "drop-1-latitude": str(florist.place.latitude), "drop-1-longitude": str(florist.place.longitude),
        "drop-1-name": florist.name, "drop-1-other_name": "Brought back", "drop-1-other_quantity": "1",
    }  # fmt: skip
    assert order(client, {**data, **back}) == 302
    assert [stop.place_id for stop in Stop.objects.order_by("position")][-1] == florist.place_id


def called(florist: Partner, bouquet: ParcelType, **changes: str) -> dict[str, str]:
    return form(florist, bouquet, **{"caller": "Mme Roux", "caller_phone": "06 39 98 12 40", "mandate": "own", **changes})


def test_an_order_by_telephone_is_read_back_and_says_who_called(
    client: Client, florist: Partner, bouquet: ParcelType, dana: Membership
) -> None:
    client.force_login(dana.person)
    shown = client.post(NEW, called(florist, bouquet)).content.decode()
    assert "It costs €9.96 with VAT, paid by monthly statement. Is that right?" in shown
    assert order(client, called(florist, bouquet)) == 422  # not read back
    assert not Delivery.objects.exists()
    assert order(client, called(florist, bouquet, agreed="on")) == 302
    call = PhoneCall.objects.get()
    assert (call.caller, call.phone, call.mandate, call.taken_by) == ("Mme Roux", "+33639981240", "own", dana.person)
    assert "1 × Bouquet" in call.read_back
    page = client.get(f"/c/montreuil/deliveries/{Delivery.objects.get().ref}/").content.decode()
    assert "Mme Roux called, for themselves." in page
    assert Event.objects.get(name="order.taken_by_phone").by_id == dana.person.pk


def test_a_caller_without_a_name_for_whom_is_asked_again(client: Client, florist: Partner, bouquet: ParcelType, dana: Membership) -> None:
    client.force_login(dana.person)
    answer = client.post(NEW, called(florist, bouquet, mandate=""))
    assert answer.status_code == 422
    assert "Write who called and in whose name." in answer.content.decode()
    assert not Delivery.objects.exists()


def test_a_shop_takes_no_calls(client: Client, florist: Partner, bouquet: ParcelType, sam: Membership) -> None:
    client.force_login(sam.person)
    assert "Ordered by telephone" not in client.get(NEW).content.decode()
    assert order(client, called(florist, bouquet, agreed="on")) == 302
    assert not PhoneCall.objects.exists()


def test_half_a_year_later_papers_and_callers_are_forgotten(delivery: Delivery, sam: Membership) -> None:
    add_document(delivery=delivery, name="x", upload=io.BytesIO(PDF), by=sam.person)
    take_call(delivery=delivery, caller="Mme Roux", phone="", mandate="own", text="From…", by=sam.person)
    forget_recipients()
    assert Document.objects.count() == 1
    long_ago = timezone.now() - RECIPIENTS_KEPT - timedelta(days=1)
    Order.objects.update(placed_at=long_ago)
    Delivery.objects.update(finished_at=long_ago)
    forget_recipients()
    assert not Document.objects.exists()
    assert (PhoneCall.objects.get().caller, PhoneCall.objects.get().read_back) == ("", "")
