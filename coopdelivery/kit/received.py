"""What was sent, once it is fit to read: no NUL (PostgreSQL takes none, in a search as little as in a row), no body read twice."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.views.defaults import bad_request

REFUSED_BY_DRIVER = "cannot contain NUL (0x00) characters"  # psycopg2's words


class UnstorableTextMiddleware:
    """Answers 400 to a NUL in the query. Forms say so themselves, beside the field, and keep what was typed.

    Where no form looked at a text, the driver of PostgreSQL refuses it before anything is sent: that is the asker's fault too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: Any) -> None:
        """Raises BadRequest. An endpoint of the API refuses in its own shape."""
        if hasattr(view, "endpoint"):
            return
        if any("\0" in text for name, texts in request.GET.lists() for text in (name, *texts)):
            raise BadRequest("a NUL character")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """400 in place of the driver's ValueError; nothing else is touched."""
        if isinstance(exception, ValueError) and REFUSED_BY_DRIVER in str(exception):
            return bad_request(request, exception)
        return None


def raw_body(request: HttpRequest) -> bytes:
    """The body of a view that takes JSON. Of a form with files nothing is left by then, so it counts as nothing sent."""
    try:
        return request.body
    except RawPostDataException:
        return b""
