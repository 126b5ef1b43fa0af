"""What a hand-over leaves in the giver's books: the same gross, in the same currency, as the receiver settled for its own order.

The receiver's books say “owed by the giver” through the ordinary settlement of its order; here is the other side of it, to the cent.
"""

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collectives.models import Collective
from collectives.tenancy import acting_for
from coopdelivery.kit.money import Money
from coopdelivery.ledger import services as ledger
from coopdelivery.ledger.models import Account
from federation.models import Handover
from orders.models import Credit, Settlement

SUBCONTRACTED = "611"
NAME: str | Promise = _("Deliveries handed over to other co-ops")


def payable_code(receiver: Collective) -> str:
    """The giver's account of what it owes this receiver."""
    return f"401{receiver.pk:04d}"


def mirror(handover: Handover) -> None:
    """`handover:<ref>:settled`, and `handover:<ref>:credit:<credit>` for what was given back. The same again changes nothing."""
    taken = handover.taken
    if taken is None:
        return
    with acting_for(handover.receiver_id):
        settlement = Settlement.objects.filter(order_id=taken.order_id).first()
        credits = list(Credit.objects.filter(order_id=taken.order_id).order_by("pk"))
    if settlement is None:
        return
    gross = Money(settlement.gross_cents, settlement.currency)
    _post(handover, "settled", gross)
    for credit in credits:
        _post(handover, f"credit:{credit.ref}", -Money(credit.net_cents + credit.vat_cents, credit.currency))


def _post(handover: Handover, what: str, amount: Money) -> None:
    giver, receiver = handover.giver, handover.receiver
    book = ledger.book_of(giver.pk, amount.currency)
    with translation.override(giver.language):
        wanted = {SUBCONTRACTED: (str(NAME), Account.Kind.EXPENSE), payable_code(receiver): (receiver.name, Account.Kind.LIABILITY)}
    accounts = ledger.accounts(book, wanted)
    ledger.post(
        book=book,
        key=f"handover:{handover.ref}:{what}",
        on=timezone.localdate(timezone=giver.zone),
        memo=f"{handover.delivery.number}: {receiver.name}",
        moves={accounts[SUBCONTRACTED]: amount, accounts[payable_code(receiver)]: -amount},
    )
