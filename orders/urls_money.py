"""Addresses of the money side, added to those of `orders.urls`."""

from django.urls import URLPattern, path

from orders.views import books, exports, pay, payouts, settlements, statements

money_urls: list[URLPattern] = [
    path("books/", books.books, name="books"),
    path("books/journal/", books.books_journal, name="books_journal"),
    path("books/journal.csv", books.books_csv, name="books_csv"),
    path("books/balances/", books.books_balances, name="books_balances"),
    path("books/shops/", payouts.shops, name="shops_owed"),
    path("books/shops/<uuid:ref>/", payouts.shop, name="shop_owed"),
    path("books/shops/<uuid:ref>/paid/", payouts.shop_paid, name="shop_paid"),
    path("books/settlements/", settlements.settlement_run, name="settlement_run"),
    path("books/settlements/<uuid:ref>/", settlements.settlement, name="settlement"),
    path("books/orders/<uuid:ref>/", settlements.order_money, name="order_money"),
    path("books/orders/<uuid:ref>/credit/", settlements.order_credit, name="order_credit"),
    path("statements/", statements.statements, name="statements"),
    path("statements/<uuid:ref>/", statements.statement, name="statement"),
    path("statements/<uuid:ref>/close/", statements.statement_close, name="statement_close"),
    path("statements/<uuid:ref>/pdf/", statements.statement_paper, name="statement_pdf"),
    path("statements/<uuid:ref>/csv/", statements.statement_csv, name="statement_csv"),
    path("statements/<uuid:ref>/xlsx/", exports.statement_xlsx, name="statement_xlsx"),
    path("orders/<uuid:ref>/pay/", pay.pay, name="pay"),
    path("orders/<uuid:ref>/pay/intent/", pay.pay_intent, name="pay_intent"),
    path("orders/<uuid:ref>/pay/check/", pay.pay_check, name="pay_check"),
]
