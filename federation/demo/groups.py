"""Six groups with a mandate each, people of two co-ops in them, a few expenses out of what was contributed, a solidarity fund."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from collectives.models import Collective, Role, Standing
from coopdelivery.decisions import services as decisions
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from federation.demo import clock
from federation.demo.home import Home
from federation.demo.papers import paper
from federation.groups import members, spending
from federation.models import Expense
from federation.passport.records import record_training
from federation.solidarity import requests as solidarity

# group, what it is to do, budget in cents, days until it is looked at again
MANDATES = (
    ("software", "Keep the common program running, and answer co-ops within two days.", 240_000, 130),
    ("training", "Two courses of road safety, one of co-op life, in three languages.", 90_000, 220),
    ("communication", "One campaign a year about employed couriers.", 60_000, 130),
    ("purchasing", "Tyres, brake pads and batteries, bought together.", 30_000, 40),
    ("partnerships", "Two clients that span several towns.", 45_000, 220),
    ("coordination", "Prepare the assembly, keep the register.", 120_000, 490),
)
# group, what for, who is paid, cents, how far it went
EXPENSES = (
    ("training", "Room for the safety course", "Maison des associations", 3_200, "paid"),
    ("software", "Server of October", "A host in Tampere", 2_450, "paid"),
    ("communication", "Posters, 200 copies", "A printer in Porrentruy", 1_980, "signed"),
    ("training", "First-aid manuals", "Red Cross", 2_600, "asked"),
)
BEGUN = timedelta(days=50)


def tell_groups(homes: list[Home], now: datetime, by: Person) -> None:
    """Fay and Teodor sign beside the group's own people."""
    helsinki, vauclair = homes[0], homes[1]
    with clock.at(now - BEGUN), journal.source("web"):
        for group, text, cents, days in MANDATES:
            _decide(now, by, group=group, text=text, cents=cents, review=days)
        people = [*_some(helsinki, Role.COURIER, 2), *_some(vauclair, Role.COURIER, 2)]
        for number, (group, *_rest) in enumerate(MANDATES):
            for person, home in (people[number % 2], people[2 + number % 2]):
                members.name_member(group=group, email=str(person.email), home=home.collective, by=by)
        members.promise(group="training", title="Road safety, first course", due_on=(now + timedelta(days=20)).date(), by=people[1][0])
    with clock.at(now - timedelta(days=2)), journal.source("web"):
        for group, title, payee, cents, step in EXPENSES:
            seats = list(members.members_of(group))
            _spend(group, title, payee, cents, step, asker=seats[0].person, signer=seats[1].person, officer=by)


def _some(home: Home, role: Role, count: int) -> list[tuple[Person, Home]]:
    return [(home.people[worker.sign_in], home) for worker in home.coop.of_role(role)[:count]]


def _decide(now: datetime, by: Person, *, group: str, text: str, cents: int, review: int) -> None:
    begins, until = (now - BEGUN).date(), (now + timedelta(days=review)).date().isoformat()
    told = {"group": group, "text": text, "currency": "EUR", "cents": cents, "begins_on": begins.isoformat()}
    _assembly(begins, by, f"Mandate and budget: {group}", text, mandate={**told, "review_on": until, "ends_on": until})


def _assembly(on: date, by: Person, title: str, text: str = "", **settles: object) -> None:
    """What the member co-ops decided together."""
    decisions.record_assembly(
        collective_id=None,
        title=title,
        text=text,
        roll=Collective.objects.filter(standing=Standing.MEMBER).values_list("pk", flat=True),
        on=on,
        zone=ZoneInfo(settings.TIME_ZONE),
        settles=settles,
        by=by,
    )


def _spend(group: str, title: str, payee: str, cents: int, step: str, *, asker: Person, signer: Person, officer: Person) -> None:
    on = timezone.localdate()
    receipt = paper(payee, title)
    expense = spending.ask(group=group, title=title, payee=payee, amount=Money(cents, "EUR"), spent_on=on, receipt=receipt, by=asker)
    if step == "asked":
        return
    for each in (signer, officer):
        spending.sign(expense=expense, by=each)
    if step == "paid":
        spending.pay(expense=Expense.objects.get(pk=expense.pk), on=on, by=officer)


def tell_fund(homes: list[Home], now: datetime, by: Person) -> None:
    """A little of the pot is in the solidarity fund; one co-op asks for some of it, and the other deliberates."""
    with clock.at(now - timedelta(days=2)), journal.source("web"):
        _assembly(
            (now - timedelta(days=2)).date(), by, "Into the solidarity fund", endow={"currency": "EUR", "cents": 4_000, "cap_cents": 3_000}
        )
        home = homes[0]
        solidarity.ask(
            collective=home.collective,
            purpose="sick",
            form="loan",
            months=6,
            amount=Money(2_000, "EUR"),
            reason="Two people away at once; the winter tyres cannot wait.",
            closes_at=now + timedelta(days=8),
            by=home.first(Role.ADMIN),
        )


def tell_trainings(homes: list[Home], now: datetime) -> None:
    """Two couriers of each co-op were trained; somebody of the office wrote it down."""
    with clock.at(now - timedelta(days=20)), journal.source("web"):
        for home in homes:
            for person, _home in _some(home, Role.COURIER, 2):
                for topic, title, minutes in (
                    ("safety", "Loads, brakes, tram rails", 180),
                    ("cooperative", "Who decides here, and how", 90),
                ):
                    facts = {"topic": topic, "title": title, "minutes": minutes, "given_on": (now - timedelta(days=21)).date()}
                    _train(home, person, facts)


def _train(home: Home, person: Person, facts: dict[str, Any]) -> None:
    office = home.first(Role.ADMIN)
    if person != office:
        record_training(collective=home.collective, person=person, by=office, **facts)
