"""The dispatcher's day: the page, and the parts of it that changed."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collectives.access import membership_of, needs
from dispatch.board.asked import collective_of, day_asked
from dispatch.board.day import BoardDay, board_of
from dispatch.board.find import find
from dispatch.board.mapped import drawing_of
from dispatch.board.narrowed import offered
from dispatch.board.reply import alerts_html, as_json, board_url, columns_html, left_html, payload
from dispatch.board.words import Words
from dispatch.services.board_views import shown_of
from dispatch.services.refusals import Refused

LAYOUTS = ("cols", "map")


@require_GET
@needs("board.view")
def board(request: HttpRequest) -> HttpResponse:
    """The whole day. A phone that says so is sent to the pages made for it."""
    collective = collective_of(request)
    if "layout" not in request.GET and request.headers.get("Sec-CH-UA-Mobile") == "?1":
        phone = reverse("dispatch:board_phone", kwargs={"collective": collective.slug})
        return HttpResponseRedirect(f"{phone}?{request.GET.urlencode()}" if request.GET else phone)
    try:
        on = day_asked(request.GET.get("on", ""), collective)
    except Refused as refusal:
        return TemplateResponse(request, "dispatch/refused.html", {"refusal": refusal}, status=400)
    day = board_of(collective, on, timezone.now())
    return TemplateResponse(request, "dispatch/board/board.html", _context(request, day))


def _context(request: HttpRequest, day: BoardDay) -> dict[str, Any]:
    words, membership = Words(), membership_of(request)
    chosen = request.GET.get("layout") or request.COOKIES.get("board_layout", "")
    return {
        "board": day,
        "columns": columns_html(request, day, words=words),
        "left": left_html(request, day, words=words),
        "alerts": alerts_html(request, day),
        "url": board_url(request, day),
        "layout": chosen if chosen in LAYOUTS else "cols",
        "live_after": day.live_after,
        "people": _people(day),
        "offered": offered(day),
        "shown": day.views.get(membership.pk) or shown_of() if membership else shown_of(),
        "days": {"before": day.on - timedelta(days=1), "after": day.on + timedelta(days=1), "next": next_day(day.on)},
    }


def next_day(on: date) -> date:
    return on + timedelta(days=1)


def _people(day: BoardDay) -> dict[str, list[object]]:
    """Who may have moved something, by the number events carry: first name, initials, colour."""
    return {str(row.person_id): [row.person.first_name, row.person.initials, row.colour] for row in day.team.values()}


@require_GET
@needs("board.view")
def board_changes(request: HttpRequest) -> HttpResponse:
    """The columns of these rounds (`r`) and of what the screen shows of them (`lane`), and all that waits."""
    return as_json(payload(request, rounds=request.GET.getlist("r"), lanes=request.GET.getlist("lane")))


@require_GET
@needs("board.view")
def board_search(request: HttpRequest) -> HttpResponse:
    """Stops by number (any day), telephone in any form, name, street, partner or note; with or without accents."""
    collective = collective_of(request)
    try:
        on = day_asked(request.GET.get("on", ""), collective)
    except Refused as refusal:
        return JsonResponse({"text": refusal.sentence, "field": refusal.field}, status=400)
    found = find(request.GET.get("q", ""), on)
    words = _("Nothing found for “%(words)s” in the week before and after.") % {"words": request.GET.get("q", "")[:60]} if not found else ""
    context = {"found": found, "words": words, "on": on}
    return TemplateResponse(request, "dispatch/board/_found.html", context)


@require_GET
@needs("board.view")
def board_map(request: HttpRequest) -> HttpResponse:
    """The day as data, fetched when a map is first opened: columns, stops, lines."""
    collective = collective_of(request)
    try:
        on = day_asked(request.GET.get("on", ""), collective)
    except Refused as refusal:
        return JsonResponse({"text": refusal.sentence, "field": refusal.field}, status=400)
    return as_json(drawing_of(board_of(collective, on, timezone.now())))
