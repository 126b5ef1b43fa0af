"""What of the board a person wants to see, sent by its script as soon as it changes."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from collectives.access import membership_of, needs
from dispatch.board.reply import back
from dispatch.services.board_views import Shown, forget_preset, keep_preset, show_only
from dispatch.services.refusals import Refused


@require_POST
@needs("board.view")
def board_shown(request: HttpRequest) -> HttpResponse:
    """`chip` once per chip that is on; `keep` keeps them under that name, `forget` forgets a name. Answers with all that is kept; `page`
    leads back to a page that has no script."""
    membership = membership_of(request)
    if membership is None:
        raise Http404
    chips = request.POST.getlist("chip")
    try:
        if "forget" in request.POST:
            kept: Shown = forget_preset(membership=membership, name=request.POST["forget"])
        elif "keep" in request.POST:
            kept = keep_preset(membership=membership, name=request.POST["keep"], chips=chips)
        else:
            kept = show_only(membership=membership, chips=chips)
    except Refused as refusal:
        if "page" in request.POST:
            messages.error(request, refusal.sentence)
            return redirect(_back(request))
        return JsonResponse({"text": refusal.sentence, "field": refusal.field}, status=422)
    return redirect(_back(request)) if "page" in request.POST else JsonResponse(dict(kept))


def _back(request: HttpRequest) -> str:
    """The phone's two lists are one page."""
    return back(request) + ("&view=team" if request.POST.get("view") == "team" and request.POST.get("on") else "")
