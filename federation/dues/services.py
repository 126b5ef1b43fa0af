"""Dues: terms only by the assembly; calls, true-up, relief and payments each exactly once, in the books of both sides."""

import uuid
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone

from collectives.models import Collective, Standing
from coopdelivery.decisions.models import Proposal
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from federation.dues import books
from federation.dues.engine import dues_of, monthly, true_up
from federation.dues.reading import statement_of, terms_on
from federation.dues.refusals import AccountsConfirmed, NoTerms, NotFiled, NothingOpen, OverWaiver, OwnAccounts, PaidTooEarly, YearNotOver
from federation.models import TRUE_UP, DuesCall, DuesPayment, DuesRelief, DuesTerms, FiledAccounts
from federation.policies.rules import most_waived, value_of
from federation.register.offices import officers_today
from federation.register.refusals import NotAnOfficer

PAYING = (Standing.TRIAL, Standing.MEMBER)
DAYS_TO_PAY = timedelta(days=30)
REMIND_AFTER = timedelta(days=14)


def an_officer(by: Person) -> Collective | None:
    """The co-op this officer comes from. Raises NotAnOfficer."""
    office = officers_today().filter(person_id=by.pk).first()
    if office is None:
        raise NotAnOfficer
    return office.home


@transaction.atomic
def carry_out(resolution: Proposal) -> None:
    """What a passed resolution says of dues: new terms, a waiver or a payment plan. The same resolution twice changes nothing."""
    told: dict[str, Any] = resolution.settles["dues"]
    if "rate" in told:
        facts = {name: told[name] for name in ("rate", "floor_cents", "cap_cents")}
        wished = date.fromisoformat(told["effective_on"])
        key = {"standing": told["standing"], "currency": told["currency"], "effective_on": max(wished, _day_of(resolution))}
        row, made = DuesTerms.objects.get_or_create(**key, defaults={**facts, "resolution": resolution})
        if made:
            _record("dues.terms_set", row.ref, None, None, standing=row.standing, rate=row.rate, decision=resolution.number)
        return
    collective = Collective.objects.get(pk=told["collective_id"])
    cents = min(told["cents"], statement_of(collective).open.cents)  # something may have been paid while the assembly deliberated
    if cents <= 0:
        return
    facts = {"currency": told["currency"], "cents": cents, "parts": told["parts"], "begins_on": collective.today()}
    relief, made = DuesRelief.objects.get_or_create(resolution=resolution, defaults={"collective": collective, **facts})
    if made:
        if relief.is_waiver:
            books.post_waived(relief, None)
        _record("dues.relieved", relief.ref, collective, None, cents=relief.cents, parts=relief.parts, decision=resolution.number)


def check_relief(collective: Collective, amount: Money, *, parts: int = 0) -> None:
    """Before it is put to the vote; no `parts` lets it off. Raises NothingOpen for more than the co-op owes now, OverWaiver."""
    owed = statement_of(collective).open
    if owed < amount:
        raise NothingOpen(open=owed)
    if not parts and amount > (most := most_waived(owed)):
        raise OverWaiver(most=most)


@transaction.atomic
def file_accounts(*, collective: Collective, year: int, production: Money, margin: Money, bought: Money, by: Person) -> FiledAccounts:
    """Last year's figures, or a correction while nobody confirmed them. Raises YearNotOver, AccountsConfirmed."""
    if year >= collective.today().year:
        raise YearNotOver(year=year)
    facts = {"production_cents": production.cents, "margin_cents": margin.cents, "bought_cents": bought.cents}
    told = {**facts, "currency": production.currency, "filed_by": by, "filed_at": timezone.now()}
    if not FiledAccounts.objects.filter(collective=collective, year=year, confirmed_by=None).update(**told):
        _row, made = FiledAccounts.objects.get_or_create(collective=collective, year=year, defaults=told)
        if not made:
            raise AccountsConfirmed(year=year)
    row = FiledAccounts.objects.get(collective=collective, year=year)
    _record("accounts.filed", row.ref, collective, by, year=year, added_cents=row.added.cents)
    return row


@transaction.atomic
def confirm_accounts(*, accounts: FiledAccounts, by: Person) -> DuesCall | None:
    """Somebody from another co-op read the adopted accounts; the year is trued up with them.

    Raises NotAnOfficer, OwnAccounts, NotFiled, NoTerms.
    """
    home = an_officer(by)
    if accounts.filed_by_id == by.pk or (home is not None and home.pk == accounts.collective_id):
        raise OwnAccounts
    now = timezone.now()
    same = FiledAccounts.objects.filter(pk=accounts.pk, confirmed_by=None, filed_at=accounts.filed_at)
    if not same.update(confirmed_by=by, confirmed_at=now):
        raise NotFiled
    accounts.refresh_from_db()
    _record("accounts.confirmed", accounts.ref, accounts.collective, by, year=accounts.year, added_cents=accounts.added.cents)
    return _true_up(accounts, by)


def _true_up(accounts: FiledAccounts, by: Person) -> DuesCall | None:
    """The year's dues less what was called: to the cent what rate, floor and cap make of the value added."""
    collective, year = accounts.collective, accounts.year
    terms = terms_on(collective.standing, accounts.currency, date(year, 12, 31))
    if terms is None:
        raise NoTerms(currency=accounts.currency)
    due = dues_of(accounts.added, terms.terms)
    called = [call.amount for call in DuesCall.objects.filter(collective=collective, year=year, month__lt=TRUE_UP)]
    call = _call(collective, year, TRUE_UP, true_up(due, called), terms, accounts, by)
    if call is not None:
        books.post_year_end(call, due - books.set_aside(collective, accounts.currency, year), by)
    return call


def ask_for_calls(*, first: date, by: Person) -> None:
    """The worker makes the month's calls, one co-op after the other. Raises NotAnOfficer."""
    an_officer(by)
    with transaction.atomic():
        _record("dues.month_asked", uuid.uuid4(), None, by, first=first.isoformat())


def call_month(*, first: date, by: Person | None) -> int:
    """Every co-op's provisional call of the month that begins on `first`, on the terms of its last day; how many were new.

    Co-ops for which the assembly decided no terms are not called; while it decided so, nobody is. The nightly job asks without a person.
    """
    made = 0
    if value_of("calls") == "no":
        return made
    for collective in Collective.objects.filter(standing__in=PAYING).order_by("pk"):
        terms = terms_on(collective.standing, collective.currency, first + relativedelta(months=1, days=-1))
        if terms is None or DuesCall.objects.filter(collective=collective, year=first.year, month=first.month).exists():
            continue
        with transaction.atomic():
            amount = monthly(_last_year(collective, terms))[first.month - 1]
            made += _call(collective, first.year, first.month, amount, terms, None, by) is not None
    return made


def _last_year(collective: Collective, terms: DuesTerms) -> Money:
    """What the newest confirmed accounts would cost today; the floor while there are none."""
    newest = (
        FiledAccounts.objects.filter(collective=collective, currency=terms.currency).exclude(confirmed_by=None).order_by("-year").first()
    )
    return dues_of(newest.added if newest else Money(0, terms.currency), terms.terms)


def _call(
    collective: Collective, year: int, month: int, amount: Money, terms: DuesTerms, accounts: FiledAccounts | None, by: Person | None
) -> DuesCall | None:
    """None when it was called before."""
    facts = {"currency": amount.currency, "cents": amount.cents, "due_on": collective.today() + DAYS_TO_PAY, "terms": terms}
    call, made = DuesCall.objects.get_or_create(collective=collective, year=year, month=month, defaults={**facts, "accounts": accounts})
    if not made:
        return None
    books.post_call(call, by)
    _record("dues.called", call.ref, collective, by, number=call.number, cents=call.cents, currency=call.currency)
    return call


@transaction.atomic
def note_payment(*, collective: Collective, amount: Money, on: date, note: str, key: uuid.UUID, by: Person) -> DuesPayment:
    """Money that arrived on the federation's own account. The same key again is the same payment. Raises NotAnOfficer, PaidTooEarly."""
    an_officer(by)
    if on > collective.today():
        raise PaidTooEarly
    facts = {"collective": collective, "currency": amount.currency, "cents": amount.cents, "on": on, "note": note.strip(), "noted_by": by}
    payment, made = DuesPayment.objects.get_or_create(key=key, defaults=facts)
    if made:
        books.post_payment(payment)
        _record("dues.paid", payment.ref, collective, by, cents=payment.cents, currency=payment.currency)
    return payment


def remind() -> int:
    """Once for each call that is overdue by two weeks while its co-op is late: an event, and from it a message. How many."""
    told = 0
    overdue = DuesCall.objects.filter(reminded_at=None, cents__gt=0, due_on__lt=timezone.localdate() - REMIND_AFTER)
    for call in overdue.select_related("collective"):
        late = statement_of(call.collective).late
        with transaction.atomic():
            if late and DuesCall.objects.filter(pk=call.pk, reminded_at=None).update(reminded_at=timezone.now()):
                _record("dues.overdue", call.ref, call.collective, None, number=call.number, cents=late.cents, currency=late.currency)
                told += 1
    return told


def _day_of(resolution: Proposal) -> date:
    return timezone.localdate(resolution.decided_at)


def _record(name: str, subject: uuid.UUID, collective: Collective | None, by: Person | None, **facts: Any) -> None:
    journal.record(name, subject=subject, collective_id=collective.pk if collective else None, by=by, **facts)
