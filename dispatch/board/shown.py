"""What of the board a person wants to see, sent by its script as soon as it changes."""

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from collectives.access import membership_of, needs
from dispatch.services.board_views import Shown, forget_preset, keep_preset, show_only
from dispatch.services.refusals import Refused


@require_POST
@needs("board.view")
def board_shown(request: HttpRequest) -> JsonResponse:
    """`chip` once per chip that is on; `keep` keeps them under that name, `forget` forgets a name. Answers with all that is kept."""
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
        return JsonResponse({"text": refusal.sentence, "field": refusal.field}, status=422)
    return JsonResponse(dict(kept))
