"""Tags: kept by dispatch, put on deliveries and taken off them. Nothing here touches the plan or the promise."""

from collections.abc import Collection, Sequence

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from dispatch.models import Tag, Tagged, Task
from dispatch.models.tag import THREADS
from dispatch.services.gesture import Ref, tasks_of
from dispatch.services.refusals import CannotMove
from dispatch.services.who import planner
from orders.models import Delivery

LONGEST = 20
MOST = 40


@transaction.atomic
def keep_tag(*, name: str, colour: int, by: Person, tag: Tag | None = None) -> Tag:
    """A new tag, or another name and colour for this one. Raises NotAPlanner, CannotMove."""
    member, _source = planner(by)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise CannotMove(_("Give it a name of at most %(count)s letters.") % {"count": LONGEST}, field="name")
    if not 1 <= colour <= THREADS:
        raise CannotMove(_("Choose one of the nine colours."), field="colour")
    taken = Tag.objects.filter(name__iexact=name)
    if (taken.exclude(pk=tag.pk) if tag else taken).exists():
        raise CannotMove(_("There is a tag “%(name)s” already.") % {"name": name}, field="name")
    try:
        with transaction.atomic():
            kept = _written(tag, name, colour, member.collective_id)
    except IntegrityError as error:  # somebody kept the same name meanwhile
        raise CannotMove(_("There is a tag “%(name)s” already.") % {"name": name}, field="name") from error
    journal.record("tag.kept", subject=kept.slug, collective_id=kept.collective_id, by=by, label=name, colour=colour)
    return kept


def _written(tag: Tag | None, name: str, colour: int, collective_id: int) -> Tag:
    if tag is None:
        if Tag.objects.count() >= MOST:
            raise CannotMove(_("At most %(count)s tags: remove one first.") % {"count": MOST}, field="name")
        return Tag.objects.create(collective_id=collective_id, slug=_free_slug(name), name=name, colour=colour)
    Tag.objects.filter(pk=tag.pk).update(name=name, colour=colour)
    tag.name, tag.colour = name, colour
    return tag


def _free_slug(name: str) -> str:
    base = slugify(name)[:30] or "tag"
    taken = set(Tag.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, MOST + 2))) if slug not in taken)


@transaction.atomic
def remove_tag(*, tag: Tag, by: Person) -> None:
    """The deliveries that carry it lose it. Raises NotAPlanner."""
    planner(by)
    uses = Tagged.objects.filter(tag=tag).count()
    journal.record("tag.removed", subject=tag.slug, collective_id=tag.collective_id, by=by, label=tag.name, deliveries=uses)
    tag.delete()


@transaction.atomic
def tag_deliveries(*, tasks: Sequence[Ref], tag: Tag, on: bool, by: Person) -> int:
    """Put the tag on the deliveries of these tasks, or take it off; how many changed. Raises NotAPlanner, CannotMove."""
    planner(by)
    keys = {task.delivery_id for task in tasks_of(tasks)}
    return len(_set(keys, tag, on=on, by=by))


def _set(keys: Collection[int], tag: Tag, *, on: bool, by: Person | None) -> list[Delivery]:
    """Deliveries are locked in the order of their keys, so that two people at once write one fact each."""
    locked = list(Delivery.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    has = set(Tagged.objects.filter(tag=tag, delivery__in=keys).values_list("delivery_id", flat=True))
    changed = [row for row in locked if (row.pk in has) != on]
    if on:
        Tagged.objects.bulk_create(Tagged(collective_id=tag.collective_id, tag=tag, delivery=row) for row in changed)
    else:
        Tagged.objects.filter(tag=tag, delivery__in=changed).delete()
    if changed:
        _record(changed, tag, on=on, by=by)
    return changed


def _record(changed: Sequence[Delivery], tag: Tag, *, on: bool, by: Person | None) -> None:
    work: dict[int, list[str]] = {}
    for delivery_id, ref in Task.objects.filter(delivery__in=changed).order_by("pk").values_list("delivery_id", "ref"):
        work.setdefault(delivery_id, []).append(str(ref))
    facts = [(row.ref, {"number": row.number, "tag": tag.name, "tasks": work.get(row.pk, [])}, ()) for row in changed]
    journal.record_all("delivery.tagged" if on else "delivery.untagged", facts, collective_id=tag.collective_id, by=by)


@transaction.atomic
def copy_tags(*, delivery: Delivery, to: Delivery, by: Person | None) -> None:
    """What was ordered once more is the same kind of work."""
    for tag in Tag.objects.filter(uses__delivery=delivery):
        _set([to.pk], tag, on=True, by=by)
