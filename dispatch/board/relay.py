"""“Via hub X” for the chosen deliveries, and “directly again”."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from collectives.access import needs
from collectives.models import Hub
from dispatch.board.acts import person_of, told
from dispatch.board.asked import refs_asked, versions_asked
from dispatch.board.reply import done
from dispatch.services.refusals import CannotMove
from dispatch.services.relay import relay, unrelay


@require_GET
@needs("rounds.plan")
def board_hubs(request: HttpRequest) -> HttpResponse:
    """The buttons of the selection bar; fetched once the page stands, because few days need them."""
    return TemplateResponse(request, "dispatch/board/_hubs.html", {"hubs": hubs()})


def hubs() -> list[Hub]:
    return list(Hub.objects.select_related("place").order_by("name"))


@require_POST
@needs("rounds.plan")
@told
def board_relay(request: HttpRequest) -> HttpResponse:
    """Send the deliveries of the stops `t` through the hub `hub`; what cannot go through it is told with the reason."""
    refs = refs_asked(request.POST.getlist("t"))
    named = request.POST.get("hub", "")
    hub = Hub.objects.select_related("place").filter(ref=refs_asked([named], "hub")[0]).first() if named else None
    if hub is None:
        raise CannotMove(_("Choose a hub."), field="hub")
    change, left = relay(tasks=refs, hub=hub, by=person_of(request), versions=versions_asked(request.POST))
    count = len(change.after["legs"]) // 2
    words = {"count": count, "hub": hub.name, "all": count + len(left), "left": len(left), "why": " ".join(each.why for each in left[:3])}
    if left:
        return done(request, change, _("%(count)s of %(all)s drops go via %(hub)s, %(left)s refused: %(why)s") % words)
    return done(request, change, ngettext("%(count)s drop goes via %(hub)s", "%(count)s drops go via %(hub)s", count) % words)


@require_POST
@needs("rounds.plan")
@told
def board_direct(request: HttpRequest) -> HttpResponse:
    """Take the hub out of the way of the stops `t` again."""
    change = unrelay(tasks=refs_asked(request.POST.getlist("t")), by=person_of(request), versions=versions_asked(request.POST))
    count = len(change.before["legs"]) // 2
    words = ngettext("%(count)s drop goes directly again", "%(count)s drops go directly again", count)
    return done(request, change, words % {"count": count})
