"""The accounts of the co-op: what is to settle, the journal, the balances, the file for the accountant."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from collectives.access import needs
from coopdelivery.kit.money import Money
from coopdelivery.ledger import selectors as ledger
from coopdelivery.ledger.models import Book, Entry
from orders.invoices.months import Month
from orders.invoices.tables import journal_table
from orders.models import Order, Payment, PaymentStatus, Settlement, SettlementRun
from orders.payments import runs
from orders.payments.hourly import per_hour
from orders.payments.settlement import orders_to_settle
from orders.views.here import collective_of
from orders.views.settlements import order_context

POSTINGS_A_PAGE = 60
LAST_SETTLED = 12


@require_safe
@needs("books.view")
def books(request: HttpRequest) -> HttpResponse:
    """What waits for a settlement, the last run, and where the money of the last orders went."""
    run = SettlementRun.objects.select_related("started_by").first()
    last = list(Settlement.objects.select_related("order__partner").order_by("-settled_at", "-pk")[:LAST_SETTLED])
    waiting = orders_to_settle()
    context = {
        "run": run,
        "lost": run is not None and runs.is_lost(run),
        "waiting": waiting.count(),
        "last": last,
        "stuck": Payment.objects.filter(status=PaymentStatus.REFUND_ASKED).exclude(why="").select_related("order__partner"),
        "month": _month_sums(request),
        "tab": "settlement",
    }
    shown = order_context(request, Order.objects.select_related("partner").get(pk=last[0].order_id)) if last else {}
    return TemplateResponse(request, "orders/books.html", {**shown, **context})


def _month_sums(request: HttpRequest) -> dict[str, object]:
    """This month in five figures."""
    collective = collective_of(request)
    month = Month.read("", today=collective.today())
    rows = Settlement.objects.filter(settled_on__range=(month.first, month.last), currency=collective.currency)
    parts = ("gross", "vat", "fee", "federation", "collective")
    sums = rows.aggregate(**{part: Sum(f"{part}_cents") for part in parts})
    return {
        "first": month.first,
        "count": rows.count(),
        **{part: Money(sums[part] or 0, collective.currency) for part in parts},
        "hourly": per_hour(collective, month),
    }


def _book(request: HttpRequest) -> Book:
    collective = collective_of(request)
    return Book.objects.filter(collective_id=collective.pk, currency=collective.currency).first() or Book(
        collective_id=collective.pk, currency=collective.currency
    )


def _month(request: HttpRequest) -> Month:
    """Raises Http404 for an address that names no month."""
    try:
        return Month.read(request.GET.get("month", ""), today=collective_of(request).today())
    except ValueError as error:
        raise Http404 from error


@require_safe
@needs("books.view")
def books_journal(request: HttpRequest) -> HttpResponse:
    """Every posting of a month; `check=1` recomputes the whole chain of fingerprints."""
    book, month = _book(request), _month(request)
    page = Paginator(ledger.postings_of(book, month.first, month.last), POSTINGS_A_PAGE).get_page(request.GET.get("page"))
    sealed = Entry.objects.filter(posting__book_id=book.pk, posting__sealed_at__isnull=False, cents__gt=0)
    moved = sealed.filter(posting__on__range=(month.first, month.last)).aggregate(debit=Sum("cents"))["debit"] or 0
    context = {
        "book": book,
        "month": month,
        "page": page,
        "moved": Money(moved, book.currency),
        "this_month": month.first == collective_of(request).today().replace(day=1),
        "checked": "check" in request.GET,
        "broken": ledger.first_broken_link(book) if "check" in request.GET and book.pk else None,
        "tab": "journal",
    }
    return TemplateResponse(request, "orders/books_journal.html", context)


@require_safe
@needs("books.view")
def books_csv(request: HttpRequest) -> HttpResponse:
    book, month = _book(request), _month(request)
    text = journal_table(ledger.postings_of(book, month.first, month.last), book.currency)
    name = f"{collective_of(request).slug}-{month}.csv"
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_safe
@needs("books.view")
def books_balances(request: HttpRequest) -> HttpResponse:
    """Each account's balance today, and at the end of last month."""
    collective, book = collective_of(request), _book(request)
    today = collective.today()
    month_end = today.replace(day=1) - timedelta(days=1)
    before = {row.account.pk: row for row in ledger.trial_balance(book, month_end)}
    rows = [{"now": row, "before": before.get(row.account.pk)} for row in ledger.trial_balance(book, today)]
    debit = sum(row["now"].debit.cents for row in rows if row["now"])
    credit = sum(row["now"].credit.cents for row in rows if row["now"])
    context = {
        "rows": rows,
        "today": today,
        "month_end": month_end,
        "debit": Money(debit, book.currency),
        "credit": Money(credit, book.currency),
        "tab": "balances",
    }
    return TemplateResponse(request, "orders/books_balances.html", context)
