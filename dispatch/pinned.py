"""Who came in by the PIN of a shared phone has the courier's pages and nothing else: the password opens the rest."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

BY_PIN = "by_pin"
OPEN = ("/courier/", "/static/", "/account/logout/", "/account/notices/", "/docs/")


class PinSessionMiddleware:
    """Answers 403 with a way out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(OPEN) and request.session.get(BY_PIN):
            return TemplateResponse(request, "courier/pinned.html", status=403).render()
        return self.get_response(request)
