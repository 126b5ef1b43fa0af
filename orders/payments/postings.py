"""What an order writes in the books: one function per fact. Debit positive, credit negative; keys make each fact unique."""

from datetime import date

from coopdelivery.kit.money import Money
from coopdelivery.ledger import services as ledger
from coopdelivery.ledger.models import Posting
from coopdelivery.people.models import Person
from orders.models import Credit, Order, Payment
from orders.payments import chart
from orders.payments.chart import CollectiveBook, FederationBook
from orders.payments.split import Shares


def _books(order: Order) -> CollectiveBook:
    """With the account of who pays: the partner's, or for a card order what was paid in advance."""
    return CollectiveBook(order.collective, order.currency, order.partner if order.paid_by == Order.PaidBy.STATEMENT else None)


def post_settled(order: Order, shares: Shares, on: date, by: Person | None) -> Posting:
    """`order:<ref>:settled`: the sale with its VAT, the fee, and what will be due to the federation."""
    books = _books(order)
    moves = {
        books.payer(): shares.gross,
        books.account(chart.SALES): -(shares.gross - shares.vat),
        books.account(chart.VAT): -shares.vat,
        books.account(chart.CONTRIBUTIONS): shares.federation,
        books.account(chart.DUE_TO_FEDERATION): -shares.federation,
    }
    if shares.fee:
        moves |= {books.account(chart.FEES): shares.fee, books.account(chart.CARDS): -shares.fee}
    return ledger.post(book=books.book, key=f"order:{order.ref}:settled", on=on, memo=order.number, moves=moves, by=by)


def post_accrued(order: Order, federation: Money, on: date, by: Person | None) -> Posting | None:
    """`order:<ref>:accrued`: the same contribution in the federation's own book, to be called later."""
    if not federation:
        return None
    mirror = FederationBook(order.collective, order.currency)
    moves = {mirror.accrued: federation, mirror.income: -federation}
    memo = f"{order.collective.name} {order.number}"
    return ledger.post(book=mirror.book, key=f"order:{order.ref}:accrued", on=on, memo=memo, moves=moves, by=by)


def post_credit(credit: Credit, on: date) -> Posting:
    """`credit:<ref>`: part of the sale, its VAT and its contribution taken back."""
    order, currency = credit.order, credit.currency
    net, vat, federation = (Money(cents, currency) for cents in (credit.net_cents, credit.vat_cents, credit.federation_cents))
    books = _books(order)
    moves = {
        books.payer(): -(net + vat),
        books.account(chart.SALES): net,
        books.account(chart.VAT): vat,
        books.account(chart.CONTRIBUTIONS): -federation,
        books.account(chart.DUE_TO_FEDERATION): federation,
    }
    memo = f"{order.number}: {credit.reason}"
    posting = ledger.post(book=books.book, key=f"credit:{credit.ref}", on=on, memo=memo, moves=moves, by=credit.by)
    if federation:
        mirror = FederationBook(order.collective, currency)
        back = {mirror.accrued: -federation, mirror.income: federation}
        ledger.post(
            book=mirror.book, key=f"credit:{credit.ref}:accrued", on=on, memo=f"{order.collective.name} {memo}", moves=back, by=credit.by
        )
    return posting


def post_paid(payment: Payment, on: date) -> Posting:
    """`payment:<ref>:paid`: Stripe holds the money for the collective, which still owes the delivery."""
    order = payment.order
    books = _books(order)
    moves = {books.account(chart.CARDS): payment.amount, books.account(chart.ADVANCES): -payment.amount}
    return ledger.post(book=books.book, key=f"payment:{payment.ref}:paid", on=on, memo=order.number, moves=moves)


def post_refunded(payment: Payment, *, fee: Money, settled: bool, on: date) -> Posting:
    """`payment:<ref>:refunded`: the money goes back; Stripe keeps its fee. A sale already settled is taken back too."""
    order = payment.order
    books = _books(order)
    if settled:
        moves = {books.account(chart.SALES): order.net, books.account(chart.VAT): order.vat, books.account(chart.CARDS): -payment.amount}
    else:
        moves = {
            books.account(chart.ADVANCES): payment.amount,
            books.account(chart.FEES): fee,
            books.account(chart.CARDS): -(payment.amount + fee),
        }
    return ledger.post(book=books.book, key=f"payment:{payment.ref}:refunded", on=on, memo=order.number, moves=moves)
