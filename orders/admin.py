"""Operators look up an order, a payment or what Stripe said; they change nothing here: money moves through the services only."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from collectives.tenancy import acting_for_everyone
from orders.models import Delivery, Order, Partner, Payment, Settlement, Statement, WebhookEvent


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no argument when it runs
    """Shows rows of all collectives: the operator runs the machine for all of them."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        with acting_for_everyone("the operator looks after every collective of the instance"):
            return super().get_queryset(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ("number", "collective", "partner", "paid_by", "net_cents", "vat_cents", "currency", "placed_at")
    list_filter = ("collective", "paid_by")
    list_select_related = ("collective", "partner")
    search_fields = ("number", "ref")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Without addresses and names: those are for the people who ride."""

    list_display = ("number", "collective", "partner", "status", "placed_at", "finished_at")
    list_filter = ("collective", "status")
    list_select_related = ("collective", "partner")
    search_fields = ("number", "ref")
    exclude = ("note", "line")


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ("order", "status", "amount_cents", "currency", "intent_id", "why", "changed_at")
    list_filter = ("status",)
    list_select_related = ("order",)
    search_fields = ("intent_id", "order__number")


@admin.register(Settlement)
class SettlementAdmin(ReadOnlyAdmin):
    list_display = ("order", "outcome", "gross_cents", "vat_cents", "fee_cents", "federation_cents", "collective_cents", "settled_on")
    list_filter = ("outcome",)
    list_select_related = ("order",)
    search_fields = ("order__number",)


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    list_display = ("partner", "month", "number", "closed_at", "due_on")
    list_select_related = ("partner",)
    search_fields = ("number", "partner__name")


@admin.register(Partner)
class PartnerAdmin(ReadOnlyAdmin):
    list_display = ("name", "collective", "kind", "terms", "is_active")
    list_filter = ("collective", "kind", "is_active")
    list_select_related = ("collective",)
    search_fields = ("name", "ref")


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    list_display = ("event_id", "type", "account", "received_at")
    list_filter = ("type",)
    search_fields = ("event_id",)
