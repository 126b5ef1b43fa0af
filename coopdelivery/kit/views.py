"""Pages for what goes wrong, in plain sentences."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

BROKEN = "Something broke on our side. Try again in a moment."


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """Without the request: whatever broke (session, database) must not break this page too. Programs get no page."""
    if request.path.startswith("/api"):
        said = {"@context": "/api/contexts/Error", "@type": "hydra:Error", "hydra:title": "An error occurred", "hydra:description": BROKEN}
        return JsonResponse(said, status=500, content_type="application/ld+json; charset=utf-8")
    return HttpResponse(render_to_string("500.html"), status=500)
