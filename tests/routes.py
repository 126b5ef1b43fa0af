"""Every route of the product, walked from the URLconf, with an address that fits it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from coopdelivery.kit.access import rule_of

PARAMETER = re.compile(r"<(?:(?P<converter>[^>:]+):)?(?P<name>[^>]+)>")
SAMPLES = {
    "int": "999999999",
    "str": "nothing",
    "slug": "nothing",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "path": "no/thing",
}


@dataclass(frozen=True, slots=True)
class Route:
    """`rule` is what `kit.access` finds on the view, None when somebody forgot it."""

    path: str
    name: str
    rule: str | None

    def url(self, collective: str = "montreuil") -> str:
        """An address of this route at which nothing is: every object in it does not exist."""

        def sample(found: re.Match[str]) -> str:
            return collective if found["name"] == "collective" else SAMPLES[found["converter"] or "str"]

        return "/" + PARAMETER.sub(sample, self.path)

    @property
    def is_library(self) -> bool:
        return (self.rule or "").startswith("library: ")

    @property
    def is_api(self) -> bool:
        return (self.rule or "").startswith("api: ")

    @property
    def is_open(self) -> bool:
        return (self.rule or "").startswith("open: ")


def walk(patterns: list[URLPattern | URLResolver], before: str = "", namespace: str = "") -> Iterator[Route]:
    for entry in patterns:
        own = str(entry.pattern) if isinstance(entry.pattern, RoutePattern) else f"({entry.pattern})"
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from walk(entry.url_patterns, before + own, inner)
        else:
            yield Route(before + own, f"{namespace}{entry.name or entry.callback.__name__}", rule_of(entry.callback))


ROUTES = list(walk(get_resolver().url_patterns))
# Django's admin guards itself, and what it leaves unmarked is closed to everyone by default.
OURS = [route for route in ROUTES if not route.is_library and not route.path.startswith("operators/")]
# The public API takes tokens, not sessions: tests/api walks it with its own callers.
API = [route for route in OURS if route.is_api]
CLOSED = [route for route in OURS if not route.is_open and not route.is_api]
TENANT = [route for route in OURS if route.path.startswith("c/<slug:collective>/")]
FEDERATION = [route for route in OURS if route.path.startswith("federation/")]
COURIER = [route for route in OURS if route.path.startswith("courier/")]
