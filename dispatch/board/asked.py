"""What a request to the board asks for, checked: days, stops, where to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from collectives.models import Collective, Membership
from dispatch.models import Round
from dispatch.services.refusals import CannotMove
from dispatch.services.rounds import loose_round_of

PAST, AHEAD = timedelta(days=400), timedelta(days=100)
MOST_TASKS = 1000


def collective_of(request: HttpRequest) -> Collective:
    """The collective of this request; `needs` made sure that there is one."""
    return request.collective  # type: ignore[attr-defined, no-any-return]  # set by the middleware


def day_asked(text: str, collective: Collective) -> date:
    """The day of `?on=`, today without it. Raises CannotMove for what is no day, or too far away."""
    today = collective.today()
    if not text:
        return today
    try:
        on = date.fromisoformat(text)
    except ValueError as error:
        raise CannotMove(_("Write the day as 2026-11-24."), field="on") from error
    if not today - PAST <= on <= today + AHEAD:
        raise CannotMove(_("Choose a day up to 100 days ahead, or up to 400 days back."), field="on")
    return on


def refs_asked(values: Sequence[str], field: str = "t") -> list[UUID]:
    """The refs of stops, in order. Raises CannotMove."""
    if not values:
        raise CannotMove(_("Choose at least one stop first."), field=field)
    if len(values) > MOST_TASKS:
        raise CannotMove(_("At most %(count)s stops at once.") % {"count": MOST_TASKS}, field=field)
    try:
        return [UUID(value) for value in values]
    except ValueError as error:
        raise CannotMove(_("This stop does not exist. Load the page again."), field=field) from error


@dataclass(frozen=True, slots=True)
class Target:
    """Where the stops go: a round, or back to give (None)."""

    round: Round | None
    name: str


def target_asked(text: str, on: date, versions: dict[str, int]) -> Target:
    """`c:<membership>` is a courier's loose round of the day, `r:<round>` a named one, `tray` is back to give. Raises CannotMove."""
    if text == "tray":
        return Target(None, "")
    kind, _colon, ref = text.partition(":")
    try:
        key = UUID(ref)
    except ValueError as error:
        raise CannotMove(_("Choose who gets the stops."), field="to") from error
    if kind == "r":
        found = Round.objects.filter(ref=key).first()
        if found is None:
            raise CannotMove(_("This round does not exist any more."), field="to")
        return Target(found, str(found))
    courier = (
        Membership.objects.select_related("person").filter(ref=key, is_active=True, held__role="courier").first() if kind == "c" else None
    )
    if courier is None:
        raise CannotMove(_("This person does not ride for the co-op any more."), field="to")
    known = Round.objects.filter(courier=courier, on=on, name="").exists()
    loose = loose_round_of(courier, on)
    if not known:
        versions[str(loose.ref)] = loose.version
    return Target(loose, courier.person.first_name)


def versions_asked(data: QueryDict) -> dict[str, int] | None:
    """`v=<round>:<version>`, once per round on the screen; None when the page sent none. Raises CannotMove."""
    if "v" not in data:
        return None
    found = {}
    for value in data.getlist("v"):
        ref, _colon, number = value.partition(":")
        if not number.isdecimal() or len(number) > 9:
            raise CannotMove(_("The page is out of date. Load it again."), field="v")
        found[ref] = int(number)
    return found
