"""The whole path without a browser: the same forms, the same errands, the same figures, on both databases."""

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import Settings

from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.ledger.models import Entry
from coopdelivery.notices import sending
from coopdelivery.people.models import Person
from dispatch.models import Incident, PlanChange, Task
from federation.figures import Month, figures
from federation.models import Dossier, Evidence
from federation.register.offices import found_offices
from orders import tasks
from orders.models import Delivery, ParcelType, Partner, Payment, PriceList
from orders.services import RuleDraft, add_price_list, save_parcel_type
from tests.federation.world import PDF
from tests.orders.money import booked
from tests.orders.stripe_server import at_the_bank, stripe_address, stripe_server  # noqa: F401  fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stripe_server")]

TUESDAY = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)  # ten in Helsinki
PASSWORD = "a bell, two wheels and a long hill"
RULES = [
    RuleDraft("base", "Pickup and first drop", {"amount_cents": 650}),
    RuleDraft("extra_drop", "Further drops", {"amount_cents": 320}),
    RuleDraft("weight", "Weight", {"steps": [{"up_to_g": 10_000, "amount_cents": 0}, {"up_to_g": None, "amount_cents": 400}]}),
    RuleDraft("distance", "Distance", {"per_km_cents": 60, "included_m": 0}),
]
CENTRE = {"type": "Polygon", "coordinates": [[[24.93, 60.16], [24.96, 60.16], [24.96, 60.18], [24.93, 60.18], [24.93, 60.16]]]}


@pytest.fixture(autouse=True)
def tuesday(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(TUESDAY, tick=False):
        yield


@dataclass
class Someone:
    """A person's browser, without the browser."""

    client: Client

    def sends(self, path: str, **form: Any) -> Any:
        """A form that is taken: it leads on to another page."""
        answer = self.client.post(path, form)
        assert answer.status_code == 302, f"{path} {answer.status_code} {re.findall('class=.err.*?</', answer.content.decode())}"
        return answer

    def sees(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, f"{path} {answer.status_code}"
        return bytes(answer.content).decode()


def signed_in(person: Person) -> Someone:
    client = Client()
    client.force_login(person)
    return Someone(client)


def everything_follows() -> None:
    """What the worker does: errands, the senders and the runs that they wake, then the messages."""
    for _ in range(2):
        while journal.run_waiting():
            pass
        for pk in Collective.objects.values_list("pk", flat=True):
            tasks.send_refunds(pk)
            tasks.settle_collective(pk)
    sending.send_waiting()


def welcome(email: str, name: str) -> Someone:
    """Follow the link of the invitation in the mail."""
    everything_follows()
    text = next(str(message.body) for message in reversed(mail.outbox) if email in message.to)
    someone = Someone(Client())
    link = urlsplit(next(re.finditer(r"https?://\S+/welcome/\S+", text)).group()).path
    someone.sends(link, name=name, password=PASSWORD, language="en")
    return someone


def found(fay: Someone, gil: Someone) -> tuple[Collective, Someone]:
    """Steps 1: dossier, first admin, evidence, two reviews, admission on trial."""
    card = {"name": "Sirkka", "city": "Helsinki", "country": "FI", "currency": "EUR", "language": "en", "time_zone": "Europe/Helsinki"}
    fay.sends("/federation/dossiers/new/", **card, place="60.1699, 24.9414", contact_email="ada@sirkka.test", contact_name="Ada Virta")
    dossier = Dossier.objects.get()
    fay.sends(f"/federation/dossiers/{dossier.ref}/administration/", name="Ada Virta", email="ada@sirkka.test")
    ada = welcome("ada@sirkka.test", "Ada Virta")
    step = {"step": "trial", "reason": "All is proved."}
    assert fay.client.post(f"/federation/dossiers/{dossier.ref}/step/", step).status_code == 409
    for condition in ("employed", "governance", "values"):
        paper = {"file": SimpleUploadedFile("paper.pdf", PDF), "issued_on": "2026-11-24", "expires_on": "2027-11-01"}
        ada.sends("/c/sirkka/licence/evidence/", condition=condition, title=f"Paper on {condition}", **paper)
    for piece in Evidence.objects.all():
        for officer in (fay, gil):
            officer.sends(f"/federation/evidence/{piece.ref}/review/", **{f"{piece.ref}-holds": "yes", f"{piece.ref}-comment": ""})
    fay.sends(f"/federation/dossiers/{dossier.ref}/step/", **step)
    coop = Collective.objects.get()
    assert (coop.standing, coop.may_trade()) == ("trial", True)
    return coop, ada


def prepare(coop: Collective, ada: Someone) -> dict[str, Someone]:
    """Step 2: team, hours, zone, bike, prices, two partners."""
    home = "/c/sirkka"
    people = {"ada": ada}
    for who, name, role in (("dana", "Dana Laine", "dispatcher"), ("carl", "Carl Niemi", "courier")):
        ada.sends(f"{home}/team/invitations/new/", name=name, email=f"{who}@sirkka.test", roles=role)
        people[who] = welcome(f"{who}@sirkka.test", name)
    ada.sends(f"{home}/settings/hours/", **{f"d{day}_0_{edge}": "00:00" for day in range(7) for edge in ("opens", "closes")})
    ada.sends(f"{home}/settings/zones/new/", name="Centre", is_service_area="on", area=json.dumps(CENTRE))
    ada.sends(f"{home}/settings/fleet/new/", name="Musti", kind="cargo_bike", max_weight_kg=80, max_volume_l=300, in_service="on")
    with acting_for(coop):
        carl = Membership.objects.get(person__email="carl@sirkka.test")
        ada.sends(f"{home}/team/shifts/new/", membership=carl.ref, kind="road", day="2026-11-24", starts="08:00", ends="18:00")
        save_parcel_type(collective=coop, name="Bouquet", short_code="BQ", weight_g=3000, volume_l=20, by=None)
        prices = add_price_list(collective=coop, name="Standard", vat_rate=2550, rules=RULES, by=None)
        for name, street, terms, who in (("Kukka", "Aleksanterinkatu 17", "statement", "sam"), ("Leipomo", "Bulevardi 2-4", "card", "pia")):
            asked = dict.fromkeys(("proof_photo", "proof_name"), "required" if terms == "statement" else "off")
            card = {"name": name, "kind": "florist", "address": f"{street}, Helsinki", "terms": terms, "price_list": prices.pk, **asked}
            ada.sends(f"{home}/partners/new/", is_active="on", **card)
            partner = Partner.objects.get(name=name)
            ada.sends(f"{home}/partners/{partner.ref}/invite/", name=who.title(), email=f"{who}@shops.test", role="owner")
            people[who] = welcome(f"{who}@shops.test", who.title())
    assert PriceList._base_manager.count() == 1
    return people


def order(coop: Collective, shop: Someone, key: str, *drops: tuple[str, str, int]) -> Delivery:
    """Step 3: the price first, then the order, sent twice as a nervous finger does."""
    with acting_for(coop):
        bouquet = ParcelType.objects.get().pk
    form: dict[str, Any] = {"key": key, "day": "2026-11-24", "slot": "12:00-14:00", "drop-TOTAL_FORMS": len(drops), "drop-INITIAL_FORMS": 0}
    for number, (street, name, count) in enumerate(drops):
        mine = {
            "address": f"{street}, Helsinki",
            "name": name,
            f"type_{bouquet}": count,
            "email": f"{name.split()[0].lower()}@recipient.test",
        }
        form |= {f"drop-{number}-{field}": value for field, value in mine.items()}
    shown = shop.client.post("/c/sirkka/deliveries/quote/", form)
    assert shown.status_code == 200, shown.content
    quote = re.search(r'name="quote" value="([^"]+)"', shown.content.decode())
    assert quote is not None
    places = [shop.sends("/c/sirkka/deliveries/new/", act="place", quote=quote.group(1), **form)["Location"] for _ in range(2)]
    assert places[0] == places[1]
    with acting_for(coop):
        return Delivery.objects.order_by("pk").last()  # type: ignore[return-value]  # it was placed just now


def pay_with_confirmation(coop: Collective, pia: Someone, delivery: Delivery) -> Payment:
    """Step 8, cards: the bank asks, the payer confirms."""
    address = f"/c/sirkka/orders/{delivery.order.ref}/pay/"
    pia.sends(address, method="pm_card_threeDSecure2Required")
    with acting_for(coop):
        payment = Payment.objects.get(order=delivery.order)
        at_the_bank(payment.next_url, "yes")
        pia.sends(f"{address}check/")
        return Payment.objects.get(order=delivery.order)


def plan(dana: Someone, carl: Membership, *deliveries: Delivery) -> None:
    """Step 4: everything that waits goes into Carl's day, by the dispatcher's hand."""
    tasks = Task.objects.filter(delivery__in=deliveries, round=None, status="todo").order_by("delivery", "stop__position")
    form = {"on": "2026-11-24", "to": f"c:{carl.ref}", "t": [str(task.ref) for task in tasks], "verb": "give", "before": ""}
    answer = dana.client.post("/c/sirkka/board/plan/", form, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.content


def plan_another_way(dana: Someone, carl: Membership, *deliveries: Delivery) -> None:
    """Step 4: what was planned is taken back and planned again; all three gestures are Dana's."""
    taken_back = dana.client.post("/c/sirkka/board/undo/", headers={"Accept": "application/json"})
    assert taken_back.status_code == 200, taken_back.content
    assert not Task.objects.exclude(round=None).exists()
    plan(dana, carl, *deliveries)
    assert [change.by.email for change in PlanChange.objects.all()] == ["dana@sirkka.test"] * 3
    assert Task.objects.filter(round__courier=carl).count() == 7


def picture() -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (400, 300), "green").save(buffer, "JPEG")
    return SimpleUploadedFile("photo.jpg", buffer.getvalue(), "image/jpeg")


def ride(carl: Someone) -> None:
    """Step 5: every stop of the day, with photo and name where they are asked for."""
    while (task := Task.objects.filter(status="todo", round__isnull=False).order_by("round", "position").first()) is not None:
        proof = {"photo": picture(), "received_by": "Somebody"} if task.kind == "dropoff" else {}
        carl.sends(f"/courier/stops/{task.ref}/done/", tasks=str(task.ref), **proof)


def statement_of(sam: Someone) -> list[dict[str, str]]:
    page = sam.sees("/c/sirkka/statements/")
    link = next(re.finditer(r'href="(/c/sirkka/statements/[0-9a-f-]{36}/)"', page)).group(1)
    pdf = sam.client.get(f"{link}pdf/")
    assert pdf.content.startswith(b"%PDF-")
    return list(csv.DictReader(io.StringIO(sam.sees(f"{link}csv/").removeprefix("\ufeff"))))


def test_one_delivery_from_order_to_settlement() -> None:
    fay, gil = (signed_in(officer.person) for officer in found_offices([("Fay", "fay@federation.test"), ("Gil", "gil@federation.test")]))
    coop, ada = found(fay, gil)
    people = prepare(coop, ada)
    first = order(coop, people["sam"], "k1", ("Fabianinkatu 39", "Helmi Aalto", 2), ("Mannerheimintie 24", "Otso Berg", 2))
    second = order(coop, people["sam"], "k2", ("Kaisaniemenkatu 2", "Aino Lehto", 1))
    paid = order(coop, people["pia"], "k3", ("Fabianinkatu 12", "Eero Maki", 1))
    taken_back = order(coop, people["pia"], "k4", ("Fabianinkatu 28", "Veera Oja", 1))
    assert [row.order.gross for row in (first, second, paid)] == [Money(cents, "EUR") for cents in (1945, 891, 891)]
    assert pay_with_confirmation(coop, people["pia"], paid).status == "paid"
    people["pia"].sends(f"/c/sirkka/orders/{taken_back.order.ref}/pay/", method="pm_card_visa")
    people["pia"].sends(f"/c/sirkka/deliveries/{taken_back.ref}/cancel/", reason="Wrong day.")
    everything_follows()
    with acting_for(coop):
        assert Payment.objects.get(order=taken_back.order).status == "refunded"
        carl = Membership.objects.get(person__email="carl@sirkka.test")
        plan(people["dana"], carl, first, second, paid)
        plan_another_way(people["dana"], carl, first, second, paid)
        work(people, first)
        follow(first)
        settle(coop, people, first)
    row = next(row for row in figures(Month(dt.date(2026, 11, 1)))[0] if row.collective == coop)
    assert (row.placed, row.delivered, row.failed) == (4, 3, 0)
    assert (row.turnover, row.contribution) == ([Money(2970, "EUR")], [Money(47, "EUR")])
    assert "€29.70" in fay.sees("/federation/figures/2026/11/")


def work(people: dict[str, Someone], first: Delivery) -> None:
    """The last drop of the first delivery fails; a person decides on a second attempt; then all is delivered."""
    carl = people["carl"]
    for stop in first.stops.order_by("position")[:2]:
        task = Task.objects.get(stop=stop)
        carl.sends(f"/courier/stops/{task.ref}/done/", tasks=str(task.ref), photo=picture(), received_by="Helmi Aalto")
    missed = Task.objects.get(stop=first.stops.order_by("position").last())
    carl.sends(f"/courier/stops/{missed.ref}/incident/", tasks=str(missed.ref), reason="absent")
    people["dana"].sends(f"/c/sirkka/board/incidents/{Incident.objects.get().ref}/decide/", decision="retry")
    plan(people["dana"], Membership.objects.get(person__email="carl@sirkka.test"), first)
    ride(carl)
    first.refresh_from_db()
    assert first.status == "delivered"


def follow(first: Delivery) -> None:
    """Steps 6 and 7: the recipient's link is in their mail; the page names no courier and sets no cookie."""
    everything_follows()
    text = next(str(message.body) for message in mail.outbox if "helmi@recipient.test" in message.to)
    visitor = Client()
    page = visitor.get(urlsplit(next(re.finditer(r"https?://\S+/t/\S+", text)).group()).path).content.decode()
    assert "Delivered" in page
    assert "Carl" not in page
    assert visitor.cookies == {}
    assert [message.subject for message in mail.outbox if "pia@shops.test" in message.to and "Given back" in message.subject]
    assert first.partner is not None


def settle(coop: Collective, people: dict[str, Someone], first: Delivery) -> None:
    """Step 8: settled twice, posted once, to the cent; statement and CSV agree; all books balance."""
    for _ in range(2):
        people["ada"].sends("/c/sirkka/books/settlements/")
        everything_follows()
    card, shop = {"512": 815, "627": 76}, {f"411{first.partner_id:04d}": 2836}
    assert booked(coop.pk) == {**card, **shop, "706": -2970, "44571": -757, "6281": 47, "467": -47}
    assert booked(None) == {f"4671{coop.pk:04d}": 47, "7566": -47}
    *lines, total = statement_of(people["sam"])
    assert [total["Before VAT"], total["VAT"], total["With VAT"]] == ["22.60", "5.76", "28.36"]
    assert [line["With VAT"] for line in lines] == ["19.45", "8.91"]
    assert Entry.objects.filter(posting__sealed_at=None).count() == 0
