"""A person, whoever they work for. What they may do is decided by the floors above (memberships, offices)."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from coopdelivery.kit.refs import spoken


class PersonManager(BaseUserManager["Person"]):
    def create_user(
        self, *, name: str, email: str | None = None, username: str = "", password: str | None = None, **extra: Any
    ) -> "Person":
        """A person who can sign in with e-mail or user name; without a password only by code or passkey."""
        person = self.model(name=name, email=email.strip().lower() if email else None, username=username or free_username(name), **extra)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, username: str, password: str | None = None, **extra: Any) -> "Person":
        extra.setdefault("name", username)
        return self.create_user(username=username, password=password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(username=username)


def free_username(name: str) -> str:
    """`lea-martin`, or `lea-martin-k7r` when that is taken; the database has the last word."""
    base = slugify(name)[:40] or "person"
    return f"{base}-{spoken(3).lower()}" if Person.objects.filter(username=base).exists() else base


class Person(AbstractBaseUser, PermissionsMixin):
    """Signs in with e-mail or user name. E-mail may be missing: not everyone has one."""

    class Theme(models.TextChoices):
        SYSTEM = "", _("as the device")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    class Clock(models.TextChoices):
        H24 = "24", _("24 hours")
        H12 = "12", _("12 hours")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(
        max_length=60, unique=True, validators=[RegexValidator(r"^[a-z0-9][a-z0-9._-]*$", _("Use small letters, digits, dots and dashes."))]
    )
    email = models.EmailField(null=True, blank=True)  # noqa: DJ001  unique among those who have one: none is NULL
    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    clock = models.CharField(_("time format"), max_length=2, choices=Clock, default=Clock.H24)
    theme = models.CharField(_("colours"), max_length=5, choices=Theme, default=Theme.SYSTEM, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = PersonManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="person_email_once", violation_error_message=_("This e-mail is already used."))
        ]

    def __str__(self) -> str:
        return self.name or str(_("erased person"))

    @property
    def initials(self) -> str:
        """Two letters for the round badge: `Lé` for Léa, `JM` for Jean Martin."""
        words = self.name.split()
        return (words[0][0] + words[1][0]).upper() if len(words) > 1 else self.name[:2]

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name else self.username

    def get_full_name(self) -> str:
        return self.name


def person_of(request: HttpRequest) -> Person:
    """The signed-in person; only behind an access rule that lets in nobody else."""
    if not isinstance(request.user, Person):
        raise TypeError("this view needs a signed-in person")
    return request.user
