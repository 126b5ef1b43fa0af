"""Operators see who there is and may close an account; everything else belongs to the person."""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest

from coopdelivery.people.models import Person


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no argument when it runs
    list_display = ("username", "name", "email", "is_active", "is_staff", "joined_at", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("username", "name", "email")
    readonly_fields: ClassVar = ["ref", "username", "name", "email", "phone", "language", "clock", "joined_at", "last_login", "erased_at"]
    fields: ClassVar = [*readonly_fields, "is_active", "is_staff"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        return False
