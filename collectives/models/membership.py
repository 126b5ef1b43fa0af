"""Who may enter a collective, and in which roles."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned


class Role(models.TextChoices):
    COURIER = "courier", _("courier")
    DISPATCHER = "dispatcher", _("dispatcher")
    ADMIN = "admin", _("administration")
    PARTNER = "partner", _("partner")


WORKING_ROLES = frozenset({Role.COURIER, Role.DISPATCHER, Role.ADMIN})


class Membership(Owned):
    """A person's place in a collective. Holding only the partner role makes a guest, not a member of the co-op.

    `entered_by` is no column: the permission that opened the door of this request, by which selectors narrow what is shown.
    """

    entered_by: str = ""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    is_active = models.BooleanField(default=True)
    colour = models.PositiveSmallIntegerField(default=1)
    member_since = models.DateField(_("shareholder-member since"), null=True, blank=True)
    weekly_hours = models.PositiveSmallIntegerField(_("hours a week"), null=True, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collective", "person"], name="membership_once")]
        ordering: ClassVar = ["joined_at", "id"]

    def __str__(self) -> str:
        return f"{self.person} in {self.collective}"

    @property
    def roles(self) -> frozenset[str]:
        """The roles held; reads the prefetched rows."""
        return frozenset(held.role for held in self.held.all())


class RoleHeld(Owned):
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="held")
    role = models.CharField(max_length=12, choices=Role)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["membership", "role"], name="role_held_once")]

    def __str__(self) -> str:
        return str(self.get_role_display())


def _in_two_weeks() -> datetime:
    return timezone.now() + timedelta(days=14)


class Invitation(Owned):
    """An e-mail that lets one person in, once. The link carries a signed form of `ref`."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=120)
    roles = models.JSONField(default=list)
    partner_ref = models.UUIDField(null=True, blank=True)
    partner_role = models.CharField(max_length=12, blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=_in_two_weeks)
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["collective", "email"], condition=models.Q(accepted_at=None, withdrawn_at=None), name="invitation_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.collective}"
