"""Double-entry books. A posting and its entries are written once, sealed, and never change: the database refuses (migration 0002)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coopdelivery.kit.money import Money


class Book(models.Model):
    """The books of one collective, or of the federation (`collective_id` None), in one currency.

    `last_number` and `last_digest` are the end of its chain of postings; writing locks this row, so numbers have no gaps.
    """

    collective_id = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    last_number = models.PositiveBigIntegerField(default=0)
    last_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collective_id", "currency"], name="book_once"),
            models.UniqueConstraint(fields=["currency"], condition=models.Q(collective_id=None), name="federation_book_once"),
        ]

    def __str__(self) -> str:
        return f"book of {self.collective_id or 'the federation'} in {self.currency}"


class Account(models.Model):
    """One account of one book, with the number of its chart."""

    class Kind(models.TextChoices):
        ASSET = "asset", _("asset")
        LIABILITY = "liability", _("liability")
        INCOME = "income", _("income")
        EXPENSE = "expense", _("expense")

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="accounts")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["book", "code"], name="account_once")]
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Posting(models.Model):
    """One balanced fact of the books. `key` says which: the same key is the same posting.

    `digest` covers the posting, its entries and the digest before it: a changed row breaks the chain from there on.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="postings")
    key = models.CharField(max_length=120)
    number = models.PositiveBigIntegerField()
    on = models.DateField()
    memo = models.CharField(max_length=200)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, related_name="reversed_by", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    written_at = models.DateTimeField(default=timezone.now)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["book", "key"], name="posting_key_once"),
            models.UniqueConstraint(fields=["book", "number"], name="posting_number_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["book", "on", "number"], name="posting_of_day")]
        ordering: ClassVar = ["on", "number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.memo}"


class Entry(models.Model):
    """One side of a posting, in minor units of the book's currency: debit positive, credit negative, never zero."""

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    cents = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(cents=0), name="entry_not_zero"),
            models.UniqueConstraint(fields=["posting", "account"], name="entry_account_once"),
        ]
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.cents}"

    @property
    def debit(self) -> Money | None:
        return Money(self.cents, self.posting.book.currency) if self.cents > 0 else None

    @property
    def credit(self) -> Money | None:
        return Money(-self.cents, self.posting.book.currency) if self.cents < 0 else None
