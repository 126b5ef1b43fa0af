"""The reference: as a document for programs, as a page for people."""

import json
from collections import defaultdict
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from collectives.api.openapi import document, routes, tag_of
from coopdelivery.kit.access import open_to_all


class Document(Endpoint):
    open_because = "whoever writes a program reads this first"
    rules = {"GET": Rule("", summary="This document, as OpenAPI 3.1")}

    def get(self, call: Call) -> Answer:
        return Answer(document(server=settings.BASE_URL), headers={"Cache-Control": "public, max-age=300"})


@open_to_all("whoever writes a program reads this first")
def reference(request: HttpRequest) -> HttpResponse:
    """Every endpoint with its words and an example of what is sent."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for route in routes():
        for method, rule in route.endpoint.rules.items():
            example = json.dumps(rule.example, indent=2, ensure_ascii=False) if isinstance(rule.example, dict | list) else rule.example
            entry = {"method": method, "path": route.path, "rule": rule, "words": route.endpoint.__doc__ or "", "example": example}
            groups[tag_of(route.path)].append({**entry, "scopes": sorted(rule.scopes)})
    return TemplateResponse(request, "api/reference.html", {"groups": sorted(groups.items()), "base": settings.BASE_URL})
