"""A member co-op with money in the pot and a working group with a mandate."""

import datetime as dt
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.utils import timezone

from collectives.models import Collective, Role
from coopdelivery.decisions import services as decisions
from coopdelivery.decisions.models import Proposal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from federation.dues import services as dues
from federation.groups import members, spending
from federation.models import DuesPayment, Expense, Mandate
from tests.conftest import make_member
from tests.federation.world import upload

GROUP = "training"
PARIS = ZoneInfo("Europe/Paris")


def eur(cents: int) -> Money:
    return Money(cents, "EUR")


def decide(by: Person, collective: Collective, *, on: dt.date | None = None, **settles: object) -> Proposal:
    """The assembly, which is this co-op, has decided it."""
    day = on or timezone.localdate()
    return decisions.record_assembly(
        collective_id=None, title="Decided", text="", roll=[collective.pk], on=day, zone=PARIS, settles=settles, by=by
    )


def give_mandate(by: Person, collective: Collective, *, cents: int = 100_000, days: int = 300, group: str = GROUP) -> Mandate:
    today = timezone.localdate()
    until = (today + dt.timedelta(days=days)).isoformat()
    told = {"group": group, "text": "Train everybody.", "currency": "EUR", "cents": cents, "begins_on": today.isoformat()}
    resolution = decide(by, collective, mandate={**told, "review_on": until, "ends_on": until})
    return Mandate.objects.get(resolution=resolution)


def pay_in(collective: Collective, cents: int, by: Person, *, days_ago: int = 0) -> DuesPayment:
    on = collective.today() - dt.timedelta(days=days_ago)
    return dues.note_payment(collective=collective, amount=eur(cents), on=on, note="", key=uuid4(), by=by)


def worker(collective: Collective, name: str, by: Person, group: str = GROUP) -> Person:
    """Somebody of the co-op who works in the group."""
    person = make_member(collective, name, Role.COURIER).person
    members.name_member(group=group, email=str(person.email), home=collective, by=by)
    return person


def ask(by: Person, cents: int = 5_000, **facts: object) -> Expense:
    told = {"title": "First aid", "payee": "Red Cross", "spent_on": timezone.localdate(), "receipt": upload(), **facts}
    return spending.ask(group=GROUP, amount=eur(cents), by=by, **told)


def paid(by: Person, *signers: Person, officer: Person, cents: int = 5_000) -> Expense:
    expense = ask(by, cents)
    for signer in signers:
        spending.sign(expense=expense, by=signer)
    spending.pay(expense=expense, on=timezone.localdate(), by=officer)
    expense.refresh_from_db()
    return expense
