"""An endpoint: who may, what was sent, the answer. Handlers hold no rules; they read, call a service and shape the answer."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from collectives.access import GRANTS
from collectives.api import once
from collectives.api.callers import Caller
from collectives.api.errors import ApiError, invalid, refusal_of
from collectives.api.guards import Bearer, ByRule, PerMinute
from collectives.api.limits import Spent
from collectives.api.parsing import MOST_BYTES, BodyParser, too_big
from collectives.api.rendering import Answer, JsonLd, Negotiation, PlainJson
from collectives.models import Collective
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.kit.access import mark
from coopdelivery.people.models import Person

__all__ = ["MOST_BYTES", "Answer", "Call", "Endpoint", "Rule"]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Rule:
    """The permission a member needs (the same word as on the pages; "" for any), and the scopes of which a program needs one.

    `body` and `example` describe what is sent and `answers` the kind of answer, for the OpenAPI document.
    """

    permission: str
    scopes: frozenset[str] = frozenset()
    summary: str = ""
    example: Any = None
    answers: str = ""
    status: int = 200
    query: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.permission and self.permission not in GRANTS:
            raise KeyError(self.permission)


class Call(Request):
    """One request of one caller; behind an open rule there is no caller."""

    @property
    def request(self) -> HttpRequest:
        """As Django knows it."""
        return self._request

    @property
    def caller(self) -> Caller:
        return cast(Caller, self.auth)

    @property
    def collective(self) -> Collective:
        return self.caller.collective

    @property
    def person(self) -> Person:
        """Raises ApiError for a program: plans and work have a human author."""
        if self.caller.person is None:
            raise ApiError(403, _("Only a person does this: sign in as a member of the co-op."))
        return self.caller.person

    @property
    def query(self) -> Mapping[str, str]:
        return self._request.GET

    @property
    def sent(self) -> dict[str, Any]:
        """The JSON object sent; nothing sent is an empty one. Raises Invalid."""
        data = self.data
        if not isinstance(data, dict):
            raise invalid("", _("Send a JSON object."), "bad_json")
        return data


class Endpoint(APIView):
    """Subclass with `rules` and methods named `get`, `post`… taking a Call and the parts of the address, returning an Answer."""

    authentication_classes = [Bearer]
    permission_classes = [ByRule]
    throttle_classes = [PerMinute]
    parser_classes = [BodyParser]
    renderer_classes = [JsonLd, PlainJson]
    content_negotiation_class = Negotiation

    rules: ClassVar[dict[str, Rule]] = {}
    open_because: ClassVar[str] = ""
    takes_files: ClassVar[bool] = False
    takes_forms: ClassVar[bool] = False

    spent: Spent | None = None
    kept: once.Kept | None = None
    scope: ExitStack

    @classmethod
    def view(cls) -> Callable[..., HttpResponseBase]:
        """A Django view with its access mark; `endpoint` leads back here for the documents and tests."""
        view: Callable[..., HttpResponseBase] = cls.as_view()
        view.endpoint = cls  # type: ignore[attr-defined]
        told_rules = ", ".join(f"{method} {rule.permission or 'signed in'}" for method, rule in cls.rules.items())
        mark(view, f"open: {cls.open_because}" if cls.open_because else f"api: {told_rules}")
        return view

    def rule_of(self, request: Request) -> Rule:
        return self.rules["GET" if request.method == "HEAD" else request.method or ""]

    # The stations of a call, in DRF's order

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """From the first check to the last byte inside the scope of the caller's collective, so the body is written here too."""
        with ExitStack() as self.scope:
            try:
                response = super().dispatch(request, *args, **kwargs)
                if isinstance(response, Response):
                    response.render()
            except BaseException:
                self._forget_key()
                raise
            if self.kept is not None:
                once.finish(self.kept, response)
            return response

    def _forget_key(self) -> None:
        if self.kept is not None:
            once.forget(self.kept)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Call:
        return Call(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def get_parsers(self) -> list[Any]:
        forms = [FormParser(), MultiPartParser()] if self.takes_forms or self.takes_files else []
        return [*forms, *super().get_parsers()]

    def get_authenticators(self) -> list[Any]:
        return [] if self.open_because else super().get_authenticators()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Everything that can be refused before the handler is asked."""
        if request.method == "OPTIONS":
            return
        self._check_method(request)
        _check_characters(request._request)
        if self.open_because:
            self.format_kwarg = None
            request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
            return
        super().initial(request, *args, **kwargs)
        if not (self.takes_files and request.method == "POST"):
            _check_size(request._request)
        self._begin_once(request)

    def _check_method(self, request: Request) -> None:
        method = "GET" if request.method == "HEAD" else request.method or ""
        here = method in METHODS and hasattr(self, method.lower())
        if not here or (not self.open_because and method not in self.rules):
            error = ApiError(405, _("This address does not take %(method)s.") % {"method": request.method})
            error.headers = {"Allow": ", ".join(self.rules)}
            raise error

    def perform_authentication(self, request: Request) -> None:
        """And open the scope of the caller's collective, its clock and language."""
        super().perform_authentication(request)
        caller = cast(Caller, request.auth)
        for context in (
            acting_for(caller.collective),
            timezone.override(caller.collective.zone),
            translation.override(caller.person.language if caller.person else caller.collective.language),
            journal.source("api"),
        ):
            self.scope.enter_context(context)

    def _begin_once(self, request: Request) -> None:
        key = request.headers.get("Idempotency-Key", "")
        if request.method == "POST" and key:
            form = self.takes_files and (request.content_type or "").startswith("multipart/")
            body = b"" if form else request._request.body
            self.kept = once.begin(cast(Caller, request.auth), key, request.get_full_path(), body)

    def handle_exception(self, exc: Exception) -> Response:
        """A refusal in the dialect's shape; anything else goes on as the fault that it is."""
        if isinstance(exc, once.Known):
            return exc.answer  # type: ignore[return-value]
        if isinstance(exc, SuspiciousOperation):
            exc = ApiError(400, _("This request cannot be read."))
        error = refusal_of(exc)
        if error is None:
            raise exc
        return Answer(error.body(), error.status, headers=error.headers)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        return Answer(status=204, headers={"Allow": ", ".join(self.rules)})

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {"Vary": "Accept, Authorization"}

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Data without a context is plain JSON, whatever was asked; the caller learns how many calls are left."""
        sent = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(sent, Answer) and not (isinstance(sent.data, dict) and "@context" in sent.data):
            sent.accepted_renderer, sent.accepted_media_type = PlainJson(), PlainJson.media_type
        sent.headers.setdefault("Cache-Control", "no-store")
        for name, value in (self.spent.headers() if self.spent else {}).items():
            sent.headers[name] = value
        return sent


def _check_characters(request: HttpRequest) -> None:
    if "\0" in request.path or any("\0" in value for values in request.GET.lists() for value in (values[0], *values[1])):
        raise invalid("", _("The address holds a character that cannot be kept."), "bad_text")


def _check_size(request: HttpRequest) -> None:
    """GET has no body, whatever its headers say."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method not in {"GET", "HEAD"} and (not length.isdigit() or int(length) > MOST_BYTES):
        raise too_big()
