"""What a view needs to know of htmx: `request.htmx` is true when only a fragment is wanted."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers


class HtmxMiddleware:
    """Sets `request.htmx` (bool); a boosted or history request wants the whole page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.headers.get("HX-Request") == "true"
        whole = request.headers.get("HX-Boosted") == "true" or request.headers.get("HX-History-Restore-Request") == "true"
        request.htmx = asked and not whole  # type: ignore[attr-defined]  # an attribute of ours
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        return response


def is_fragment(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def page_or_fragment(request: HttpRequest, template: str, partial: str, context: dict[str, object], status: int = 200) -> TemplateResponse:
    """The whole template, or only its partial when htmx asks."""
    name = f"{template}#{partial}" if is_fragment(request) else template
    return TemplateResponse(request, name, context, status=status)
