"""Who a visitor can be, and what to try."""

from dataclasses import dataclass

from coopdelivery.people.models import Person
from federation.demo.building import PASSWORD


@dataclass(frozen=True, slots=True)
class SignIn:
    role: str
    sign_in: str
    page: str
    try_this: str


SIGN_INS = (
    SignIn("dispatcher", "hanna", "/c/helsinki/board/", "give a waiting stop to a courier (drag it, or M), take it back with Ctrl+Z"),
    SignIn("courier", "otto", "/courier/", "on a phone or a narrow window: the next stop, deliver it, or report an incident"),
    SignIn("shop", "orvokki", "/c/helsinki/deliveries/new/", "order a bouquet for today and watch the price explain itself"),
    SignIn("shop, by card", "patjapaja", "/c/helsinki/deliveries/", "pay the order that waits, with card 4242 4242 4242 4242"),
    SignIn(
        "co-op office",
        "kirsi",
        "/c/helsinki/books/",
        "settle what is delivered, open a statement, read the open vote, review San Telmo's paper at /federation/",
    ),
    SignIn("federation", "fay", "/federation/", "put San Telmo's admission to the assembly; the month's figures"),
    SignIn("en français", "maelle", "/c/vauclair/board/", "the same board in French, in Swiss francs"),
)


FRONT = "/at/helsinki/"


def table() -> str:
    """One line per role, for a terminal. Empty when the demo is not loaded."""
    known = set(Person.objects.filter(username__in=[row.sign_in for row in SIGN_INS]).values_list("username", flat=True))
    rows = [row for row in SIGN_INS if row.sign_in in known]
    if not rows:
        return ""
    lines = [f"Sign in as (the password of everybody is {PASSWORD}):"]
    lines += [f"  {row.role:<14} {row.sign_in:<11} {row.page:<29} {row.try_this}" for row in rows]
    lines.append(f"  {'anybody':<14} {'–':<11} {FRONT:<29} without signing in: have something delivered, paid by card")
    return "\n".join(lines)
