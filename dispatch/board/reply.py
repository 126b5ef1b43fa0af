"""What the board's own script gets back: the columns that changed, as HTML, and a sentence for the person."""

from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import urlencode

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from coopdelivery.kit.windows import day_in
from dispatch.board.asked import collective_of
from dispatch.board.column import column
from dispatch.board.day import BoardDay, board_of
from dispatch.board.rows import free_row
from dispatch.board.words import Words
from dispatch.board.worth import to_explain
from dispatch.models import PlanChange
from dispatch.outlook import promises

PAGES = {"phone": "dispatch:board_phone", "rounds": "dispatch:rounds"}


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def board_url(request: HttpRequest, board: BoardDay) -> str:
    return f"{reverse('dispatch:board', kwargs={'collective': collective_of(request).slug})}?on={board.on.isoformat()}"


def columns_html(
    request: HttpRequest, board: BoardDay, *, keys: Collection[str] | None = None, words: Words | None = None
) -> dict[str, SafeString]:
    """The columns by key, in board order; `?done=<key>` opens what is finished in one of them."""
    words, url = words or Words(), board_url(request, board)
    opened = set(request.GET.getlist("done")) | set(request.POST.getlist("done"))
    shown = [
        lane for lane in board.lanes if (lane.membership is not None or not lane.rounds[0].hidden) and (keys is None or lane.key in keys)
    ]
    return {lane.key: column(board, lane, words, url=url, show_done=lane.key in opened) for lane in shown}


def tray_rows(board: BoardDay, words: Words) -> list[tuple[Any, str]]:
    """Each group with its rows as HTML."""
    return [
        (
            group,
            "".join(
                free_row(
                    row,
                    outlook=promises.of_ungiven(row.window_end, board.now),
                    weights=board.freights.of(row),
                    words=words,
                    tags=board.tags.of(row.delivery_id),
                )
                for row in group.rows
            ),
        )
        for group in board.groups
    ]


def left_html(request: HttpRequest, board: BoardDay, *, words: Words | None = None) -> str:
    context = {"board": board, "tray": tray_rows(board, words or Words()), "url": board_url(request, board)}
    return render_to_string("dispatch/board/_left.html", context, request)


def alerts_html(request: HttpRequest, board: BoardDay) -> str:
    return render_to_string("dispatch/board/_alerts.html", {"board": board, "url": board_url(request, board)}, request)


def as_json(data: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Half a megabyte of columns is written out in a millisecond."""
    return HttpResponse(orjson.dumps(data, default=str), content_type="application/json", status=status)


def lanes_with(board: BoardDay, rounds: Iterable[str]) -> set[str]:
    wanted = set(rounds)
    return {lane.key for lane in board.lanes if any(str(row.ref) in wanted for row in lane.rounds)}


def payload(
    request: HttpRequest, *, rounds: Iterable[str] = (), lanes: Iterable[str] = (), change: PlanChange | None = None
) -> dict[str, Any]:
    """Fresh columns for these rounds and for what the screen showed of them (`lanes`); what is there no more is in `gone`.

    `why` is what the gesture made too much of, to explain or not.
    """
    collective = collective_of(request)
    on = request.POST.get("on") or request.GET.get("on") or ""
    board = board_of(collective, _day(on, collective.today()), timezone.now())
    keys = lanes_with(board, rounds) | set(lanes)
    words = Words()
    found = columns_html(request, board, keys=keys, words=words)
    order = [lane.key for lane in board.lanes]
    return {
        "columns": found,
        "gone": sorted(keys - set(found)),
        "order": order,
        "left": left_html(request, board, words=words),
        "alerts": alerts_html(request, board),
        "why": to_explain(board, change, collective.currency) if change else [],
    }


def _day(text: str, today: Any) -> Any:
    try:
        return day_in(text)
    except ValueError:
        return today


def done(request: HttpRequest, change: PlanChange | None, text: str, **more: Any) -> HttpResponse:
    """The gesture was accepted: the sentence, what to undo, and the columns as they are now."""
    if not wants_json(request):
        messages.success(request, text)
        for words in _too_much(request, change):
            messages.warning(request, words)
        return redirect(back(request))
    rounds = change.rounds_touched if change else ()
    data = payload(request, rounds=rounds, lanes=request.POST.getlist("lane"), change=change)
    return as_json({"text": text, "change": str(change.ref) if change else None, **data, **more})


def _too_much(request: HttpRequest, change: PlanChange | None) -> list[str]:
    if change is None:
        return []
    collective = collective_of(request)
    return to_explain(board_of(collective, change.on, timezone.now()), change, collective.currency)


def refused(request: HttpRequest, text: str, *, status: int, field: str = "", rounds: Iterable[str] = ()) -> HttpResponse:
    """Nothing was changed: why, and the lists as they are now."""
    if not wants_json(request):
        messages.error(request, text)
        return redirect(back(request))
    data = payload(request, rounds=rounds, lanes=request.POST.getlist("lane"))
    return as_json({"text": text, "field": field, **data}, status=status)


def back(request: HttpRequest) -> str:
    """The board, its phone pages or the rounds, on the day the person looked at or laid a template on."""
    name = PAGES.get(request.POST.get("page", ""), "dispatch:board")
    on = request.POST.get("on") or (request.POST.get("on_day") if name == "dispatch:rounds" else "")
    query = urlencode({"on": on}) if on else ""
    return f"{reverse(name, kwargs={'collective': collective_of(request).slug})}{'?' if query else ''}{query}"
