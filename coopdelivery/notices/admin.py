"""Operators read every message and why it did not arrive; they change nothing here."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from coopdelivery.notices.models import Message, Preference, PushSubscription


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no argument when it runs
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "kind", "channel", "recipient", "state", "attempts", "sent_at", "why")
    list_filter = ("state", "channel", "kind")
    search_fields = ("ref", "email", "subject_key")
    date_hierarchy = "created_at"
    exclude = ("text", "html", "short")


@admin.register(Preference)
class PreferenceAdmin(ReadOnlyAdmin):
    list_display = ("person", "kind", "channel", "when")
    list_select_related = ("person",)


@admin.register(PushSubscription)
class PushSubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("person", "device", "created_at", "last_ok_at")
    list_select_related = ("person",)
    exclude = ("p256dh", "auth")
