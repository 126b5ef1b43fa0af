"""Rounds split, merged, moved, copied, and kept as templates, from the board."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from collectives.access import needs
from coopdelivery.kit.words import day as day_words
from dispatch.board.acts import person_of, told
from dispatch.board.asked import collective_of, day_asked, refs_asked
from dispatch.board.reply import done
from dispatch.models import PlanChange, Round, RoundTemplate
from dispatch.services.rearrange import merge_rounds, move_round, split_round
from dispatch.services.refusals import CannotMove
from dispatch.services.templates import keep_template, lay, pattern_of, pattern_of_round, remove_template


def version_asked(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def round_asked(ref: UUID) -> Round:
    return get_object_or_404(Round.objects.select_related("courier__person", "vehicle", "trailer"), ref=ref)


@require_POST
@needs("rounds.plan")
@told
def round_split(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The stops from `first` on become the round `name`, with the same rider."""
    first = refs_asked([request.POST["first"]], "first")[0] if request.POST.get("first") else ref
    row, change = split_round(
        round=round_asked(ref), first=first, name=request.POST.get("name", ""), by=person_of(request), version=version_asked(request)
    )
    return done(request, change, _stops(change, _("Round “%(name)s” made, with %(stops)s"), row.name))


@require_POST
@needs("rounds.plan")
@told
def round_merge(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Everything to do goes to the end of the round `into`."""
    row = round_asked(ref)
    into = Round.objects.select_related("courier__person").filter(ref=refs_asked([request.POST.get("into", "")], "into")[0]).first()
    if into is None:
        raise CannotMove(_("This round does not exist any more."), field="into")
    version = version_asked(request)
    versions = None if version is None else {str(row.ref): version, str(into.ref): into.version}
    change = merge_rounds(round=row, into=into, by=person_of(request), versions=versions)
    called = into.name or (into.courier.person.first_name if into.courier else "")
    return done(request, change, _stops(change, _("Added to “%(name)s”: %(stops)s"), called))


def _stops(change: PlanChange, sentence: str, name: str) -> str:
    count = len(change.after["tasks"])
    return sentence % {"name": name, "stops": ngettext("%(count)s stop", "%(count)s stops", count) % {"count": count}}


@require_POST
@needs("rounds.plan")
@told
def round_move(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The whole round goes to the day `on_day`, or to the first open one after it."""
    row = round_asked(ref)
    change = move_round(round=row, on=_day(request), by=person_of(request), version=version_asked(request))
    row.refresh_from_db()
    return done(request, change, _("“%(round)s” is on %(day)s now") % {"round": row.name, "day": day_words(row.on)})


@require_POST
@needs("rounds.plan")
@told
def round_copy(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The same round on the day `on_day`, with what that day has at its places."""
    row = round_asked(ref)
    copy, change = lay(
        pattern=pattern_of_round(row), name=request.POST.get("name") or row.name, on=_day(request), by=person_of(request), verb="copy"
    )
    return done(request, change, _laid(change, copy))


@require_POST
@needs("rounds.plan")
@told
def round_keep(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Keep the round as the template `name`."""
    kept = keep_template(round=round_asked(ref), name=request.POST.get("name", ""), by=person_of(request))
    return done(request, None, _("Template “%(name)s” kept: find it under Rounds") % {"name": kept.name})


@require_POST
@needs("rounds.plan")
@told
def template_lay(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Lay a template on the day `on_day`."""
    template = get_object_or_404(RoundTemplate.objects.select_related("vehicle", "trailer"), ref=ref)
    row, change = lay(pattern=pattern_of(template), on=_day(request), by=person_of(request))
    return done(request, change, _laid(change, row))


@require_POST
@needs("rounds.plan")
@told
def template_remove(request: HttpRequest, ref: UUID) -> HttpResponse:
    template = get_object_or_404(RoundTemplate, ref=ref)
    remove_template(template=template, by=person_of(request))
    return done(request, None, _("Template “%(name)s” removed") % {"name": template.name})


def _day(request: HttpRequest) -> date:
    if not request.POST.get("on_day"):
        raise CannotMove(_("Choose the day."), field="on_day")
    on = day_asked(request.POST["on_day"], collective_of(request))
    if on < collective_of(request).today():
        raise CannotMove(_("Choose today or a later day."), field="on_day")
    return on


def _laid(change: PlanChange, row: Round) -> str:
    count = len(change.after["tasks"])
    words = ngettext(
        "Round “%(name)s” made for %(day)s, with %(count)s stop", "Round “%(name)s” made for %(day)s, with %(count)s stops", count
    )
    return words % {"name": row.name, "day": day_words(row.on), "count": count}
