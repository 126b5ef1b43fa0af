"""What a person wants to see of the board, kept with their membership so that every browser they sign in with shows the same.

Nothing here touches the plan, and nobody else sees it: a choice of the eye writes no event.
"""

from collections.abc import Collection
from typing import TypedDict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.models import Membership
from dispatch.models import BoardView, Tag
from dispatch.services.refusals import CannotMove

CHIPS = ("late", "risk", "pickup", "drop", "note", "unseen", "check")
TAG = "tag:"  # before the slug of one of the co-op's own; the page passes over what is not kept any more
MOST_PRESETS = 8
LONGEST_NAME = 30


class Preset(TypedDict):
    name: str
    chips: list[str]


class Shown(TypedDict):
    """As the page's script reads it."""

    chips: list[str]
    presets: list[Preset]


def shown_of(chips: list[str] | None = None, presets: list[Preset] | None = None) -> Shown:
    """As the page reads it: what is on, and what is kept; nothing of either for somebody who never chose."""
    on = [chip for chip in chips or () if chip in CHIPS or chip.startswith(TAG)]
    return {"chips": on, "presets": list(presets or ())}


@transaction.atomic
def show_only(*, membership: Membership, chips: Collection[str]) -> Shown:
    """From now on these chips are on; none shows everything. Raises CannotMove for a chip that does not exist."""
    return _save(_locked(membership), chips=_known(chips))


@transaction.atomic
def keep_preset(*, membership: Membership, name: str, chips: Collection[str]) -> Shown:
    """Put these chips on, and keep them as `name`, in place of what had that name. Raises CannotMove."""
    name, wanted = " ".join(name.split()), _known(chips)
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise CannotMove(_("Give it a name of at most %(count)s letters.") % {"count": LONGEST_NAME}, field="keep")
    if not wanted:
        raise CannotMove(_("Nothing is narrowed: choose what to show first."), field="keep")
    row = _locked(membership)
    others = [preset for preset in row.presets if preset["name"].casefold() != name.casefold()]
    if len(others) >= MOST_PRESETS:
        raise CannotMove(_("You keep %(count)s already: remove one first.") % {"count": MOST_PRESETS}, field="keep")
    return _save(row, chips=wanted, presets=[*others, Preset(name=name, chips=wanted)])


@transaction.atomic
def forget_preset(*, membership: Membership, name: str) -> Shown:
    """What is on stays on. Raises CannotMove where nothing is kept under the name."""
    row = _locked(membership)
    others = [preset for preset in row.presets if preset["name"] != name]
    if len(others) == len(row.presets):
        raise CannotMove(_("Nothing is kept under this name any more."), field="forget")
    return _save(row, presets=others)


def _known(chips: Collection[str]) -> list[str]:
    tags = {chip for chip in chips if chip.startswith(TAG)}
    if not set(chips) - tags <= set(CHIPS) or Tag.objects.filter(slug__in=[chip[len(TAG) :] for chip in tags]).count() != len(tags):
        raise CannotMove(_("The board cannot be narrowed to that. Load the page again."), field="chip")
    return [*(chip for chip in CHIPS if chip in chips), *sorted(tags)]


def _locked(membership: Membership) -> BoardView:
    row, _created = BoardView.objects.get_or_create(membership=membership, defaults={"collective_id": membership.collective_id})
    return BoardView.objects.select_for_update().get(pk=row.pk)


def _save(row: BoardView, *, chips: list[str] | None = None, presets: list[Preset] | None = None) -> Shown:
    row.chips = row.chips if chips is None else chips
    row.presets = row.presets if presets is None else presets
    row.changed_at = timezone.now()
    row.save(update_fields=["chips", "presets", "changed_at"])
    return shown_of(row.chips, row.presets)
