"""Monthly statements: lines arrive as orders are settled, a month is closed once, corrections land in the next open one."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from orders.invoices.numbering import next_number
from orders.invoices.totals import totals_of
from orders.models import Credit, Delivery, Order, Outcome, Partner, Statement, StatementLine
from orders.refusals import Refused

SERIES = "S"
PAYABLE_WITHIN = timedelta(days=30)


class MonthNotOver(Refused):
    code = "month_not_over"
    sentence = _("This month is not over: deliveries may still be added. It can be closed from %(day)s.")


class NothingToClose(Refused):
    code = "nothing_to_close"
    sentence = _("There is nothing on this statement yet.")


class AlreadyClosed(Refused):
    code = "already_closed"
    sentence = _("This statement is closed already. Write a credit for what is wrong: it lands in the next open month.")


def month_of(day: date) -> date:
    """The first of the month."""
    return day.replace(day=1)


def open_statement(*, partner: Partner, month: date, currency: str) -> Statement:
    """The partner's statement of this month, or of the first later month that is not closed; locked. Call in a transaction."""
    while True:
        defaults = {"collective_id": partner.collective_id, "currency": currency}
        row, _created = Statement.objects.get_or_create(partner=partner, month=month, defaults=defaults)
        statement = Statement.objects.select_for_update().get(pk=row.pk)
        if statement.closed_at is None:
            return statement
        month += relativedelta(months=1)


def bill_order(*, order: Order, delivery: Delivery, outcome: Outcome, on: date) -> StatementLine:
    """Put a settled order on its payer's statement. Call in the transaction that settles it."""
    statement = _statement_for(order, on)
    return _line(statement, order, delivery, kind=StatementLine.Kind(outcome), on=on, net=order.net, vat=order.vat, credit=None)


def bill_credit(*, credit: Credit, delivery: Delivery, on: date) -> StatementLine:
    """Put a credit, as a negative line, on the month of `on` or the next open one. Call in the transaction that writes it."""
    statement = _statement_for(credit.order, on)
    net, vat = Money(-credit.net_cents, credit.currency), Money(-credit.vat_cents, credit.currency)
    return _line(statement, credit.order, delivery, kind=StatementLine.Kind.CREDIT, on=on, net=net, vat=vat, credit=credit)


def _statement_for(order: Order, on: date) -> Statement:
    if order.partner is None:
        raise ValueError(f"{order} has no partner who could get a statement")
    return open_statement(partner=order.partner, month=month_of(on), currency=order.currency)


def _line(
    statement: Statement, order: Order, delivery: Delivery, *, kind: str, on: date, net: Money, vat: Money, credit: Credit | None
) -> StatementLine:
    return StatementLine.objects.create(
        collective_id=order.collective_id,
        statement=statement,
        kind=kind,
        order=order,
        delivery=delivery,
        credit=credit,
        on=on,
        net_cents=net.cents,
        vat_cents=vat.cents,
        vat_rate=order.vat_rate,
        currency=order.currency,
    )


def closes_from(statement: Statement) -> date:
    """The first day on which the month can be closed."""
    return statement.month + relativedelta(months=1)


@transaction.atomic
def close_statement(*, statement: Statement, by: Person) -> Statement:
    """Number the month and close it for ever. Raises MonthNotOver, NothingToClose or AlreadyClosed."""
    collective = statement.collective
    today = collective.today()
    if today < closes_from(statement):
        raise MonthNotOver(day=closes_from(statement).isoformat())
    locked = Statement.objects.select_for_update().get(pk=statement.pk)
    if locked.closed_at is not None:
        raise AlreadyClosed
    if not locked.lines.exists():
        raise NothingToClose
    number = next_number(collective=collective, series=SERIES, year=today.year)
    fields = {"number": number, "closed_at": timezone.now(), "closed_by": by, "due_on": today + PAYABLE_WITHIN}
    if not Statement.objects.filter(pk=statement.pk, closed_at=None).update(**fields):
        raise AlreadyClosed
    statement.refresh_from_db()
    totals = totals_of(statement)
    journal.record(
        "statement.closed",
        subject=statement.ref,
        collective_id=statement.collective_id,
        by=by,
        number=number,
        partner=statement.partner.name,
        month=statement.month.isoformat(),
        gross=totals.gross.plain(),
        currency=statement.currency,
    )
    return statement
