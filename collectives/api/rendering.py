"""How answers leave: JSON-LD, unless exactly plain JSON was asked for; never HTML, never kept by anybody in between."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from collectives.api.parsing import FORMS, BodyParser

LD, JSON = "application/ld+json", "application/json"


class PlainJson(BaseRenderer):
    """The data as it is; rows shaped by hand go straight into bytes."""

    media_type = JSON
    format = "json"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=str)


class JsonLd(PlainJson):
    media_type = LD
    format = "jsonld"


class Negotiation(BaseContentNegotiation):
    """Whatever a client accepts it gets JSON; exactly `application/json` means without the linked-data type. A body that says nothing
    of itself, or something odd, is read as JSON: plugins write many types over the same bytes."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        kind = (request.content_type or "").split(";")[0].strip().lower()
        known = list(parsers)
        own = next((parser for parser in known if kind in FORMS and parser.media_type == kind), None)
        return own or next((parser for parser in known if isinstance(parser, BodyParser)), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        wanted = request.headers.get("Accept", "").split(";")[0].strip()
        chosen = PlainJson() if wanted == JSON else JsonLd()
        return chosen, chosen.media_type


class Answer(Response):
    """`context` names the kind for `@context`; `data` None answers without a body."""

    def __init__(self, data: Any = None, status: int = 200, context: str = "", headers: Mapping[str, str] | None = None) -> None:
        named = {"@context": f"/api/contexts/{context}", **data} if context and data is not None else data
        super().__init__(named, status=status, headers=dict(headers or {}))
        self.kind = context
