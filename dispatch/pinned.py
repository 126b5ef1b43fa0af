"""Who came in by the PIN of a shared phone has the courier's pages and nothing else: the password opens the rest.

Each of the courier's pages says whose it is, so that a phone keeps it for that person alone.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from collectives.access import membership_of

BY_PIN = "by_pin"
WHOSE = "X-Pocket-Person"  # read by static/js/pocket/worker.js
COURIER = "/courier/"
OPEN = (COURIER, "/static/", "/account/logout/", "/account/notices/", "/docs/")


class PinSessionMiddleware:
    """Answers 403 with a way out, where the PIN does not lead."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(OPEN) and request.session.get(BY_PIN):
            return TemplateResponse(request, "courier/pinned.html", status=403).render()
        response = self.get_response(request)
        member = membership_of(request)
        if member is not None and request.path.startswith(COURIER):
            response[WHOSE] = str(member.person.ref)
        return response
