"""Tags: put on the chosen deliveries or taken off them, and the co-op's list of them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collectives.access import needs
from dispatch.board.acts import person_of, told
from dispatch.board.asked import collective_of, day_asked, refs_asked
from dispatch.board.reply import done
from dispatch.models import Tag, Tagged
from dispatch.models.tag import THREADS
from dispatch.services.gesture import tasks_of
from dispatch.services.refusals import CannotMove, Refused
from dispatch.services.tags import keep_tag, remove_tag, tag_deliveries


@require_GET
@needs("rounds.plan")
@told
def board_tags(request: HttpRequest) -> HttpResponse:
    """For the chosen stops `t`: each tag, and whether all of their deliveries carry it."""
    refs = refs_asked(request.GET.getlist("t"))
    context = {"refs": refs, "on": day_asked(request.GET.get("on", ""), collective_of(request)), **tags_on(refs)}
    name = "dispatch/board/_tags.html" if request.headers.get("X-Dialog") else "dispatch/board/tags_put.html"
    return TemplateResponse(request, name, context)


def tags_on(refs: list[UUID]) -> dict[str, object]:
    """`(tag, on how many of the deliveries)` in the order of their names, and how many deliveries these stops are."""
    deliveries = {task.delivery_id for task in tasks_of(refs)}
    on: dict[int, int] = {}
    for tag_id in Tagged.objects.filter(delivery__in=deliveries).values_list("tag_id", flat=True):
        on[tag_id] = on.get(tag_id, 0) + 1
    return {"tags": [(tag, on.get(tag.pk, 0)) for tag in Tag.objects.all()], "deliveries": len(deliveries)}


@require_POST
@needs("rounds.plan")
@told
def board_tag(request: HttpRequest) -> HttpResponse:
    """`put` or `off` names a tag for the deliveries of the stops `t`; `name` keeps a new one and puts it on."""
    refs, by = refs_asked(request.POST.getlist("t")), person_of(request)
    slug = request.POST.get("put") or request.POST.get("off") or ""
    tag = Tag.objects.filter(slug=slug).first() if slug else None
    if tag is None and slug:
        raise CannotMove(_("This tag is not kept any more."), field="put")
    if tag is None:
        tasks_of(refs)
        tag = keep_tag(name=request.POST.get("name", ""), colour=_colour(request), by=by)
    on = "off" not in request.POST
    count = tag_deliveries(tasks=refs, tag=tag, on=on, by=by)
    words = {"count": count, "tag": tag.name}
    if on:
        return done(request, None, ngettext("“%(tag)s” is on %(count)s delivery", "“%(tag)s” is on %(count)s deliveries", count) % words)
    return done(request, None, ngettext("“%(tag)s” is off %(count)s delivery", "“%(tag)s” is off %(count)s deliveries", count) % words)


def _colour(request: HttpRequest) -> int:
    """The one asked for; without a word the next of the nine."""
    asked = request.POST.get("colour") or str(Tag.objects.count() % THREADS + 1)
    return int(asked) if asked.isdecimal() and len(asked) == 1 else 0


@require_http_methods(["GET", "HEAD", "POST"])
@needs("rounds.plan")
def tags(request: HttpRequest) -> HttpResponse:
    """The list; a name and a colour make one more, or change the one named by `tag`."""
    refusal, name = None, ""
    if request.method == "POST":
        name = request.POST.get("name", "")
        tag = get_object_or_404(Tag, slug=request.POST["tag"]) if request.POST.get("tag") else None
        try:
            keep_tag(name=name, colour=_colour(request), by=person_of(request), tag=tag)
        except Refused as refused:
            refusal = refused
        else:
            return redirect("dispatch:tags", collective=collective_of(request).slug)
    context = {"tags": Tag.objects.all(), "colours": range(1, THREADS + 1), "refusal": refusal, "name": name}
    return TemplateResponse(request, "dispatch/board/tags.html", context, status=422 if refusal else 200)


@require_POST
@needs("rounds.plan")
def tag_remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Off every delivery that carries it."""
    remove_tag(tag=get_object_or_404(Tag, slug=slug), by=person_of(request))
    return redirect("dispatch:tags", collective=collective_of(request).slug)
