"""Stripe's events: verified, stored, answered. What follows from them runs from the row."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from coopdelivery.kit.access import open_to_all
from orders.payments import webhook
from orders.payments.gateway import BadSignature, verify_webhook


@csrf_exempt
@require_POST
@open_to_all("Stripe signs what it sends, and the signature is verified before anything else")
def stripe_hook(request: HttpRequest) -> HttpResponse:
    """200 once it is stored, also the second time; 400 for what is not signed or no event, 413 for what is too long."""
    body = request.body
    if len(body) > webhook.MAX_BYTES:
        return HttpResponse("Too long.", status=413, content_type="text/plain")
    try:
        verify_webhook(body, request.headers.get("Stripe-Signature", ""))
        webhook.store(body)
    except BadSignature:
        return HttpResponse("This was not signed by Stripe.", status=400, content_type="text/plain")
    except webhook.Malformed as error:
        return HttpResponse(f"This is no event: {error}.", status=400, content_type="text/plain")
    return HttpResponse("Stored.", content_type="text/plain")
