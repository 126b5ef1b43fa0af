"""Client credentials by django-oauth-toolkit: its server checks the grant, the client and the scopes; the clients are our applications.

A shop's plugin asks for a token at every page of its checkout, so tokens are signed and not stored, and secrets are compared by their
plain hash. The toolkit's own tables stay empty.
"""

from secrets import compare_digest
from typing import Any

import orjson
from django.http import HttpRequest
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request
from oauthlib.oauth2 import BackendApplicationServer

from collectives.api import tokens
from collectives.api.callers import application_by, basic_of
from collectives.models import ApiApplication

SECONDS = int(tokens.LIFE.total_seconds())
GRANT = "client_credentials"
WORDS = {
    "invalid_client": "Client authentication failed",
    "unsupported_grant_type": "The authorization grant type is not supported by the authorization server.",
    "invalid_scope": "The requested scope is invalid, unknown, or malformed",
    "invalid_request": "The request is missing a required parameter, or is otherwise malformed.",
}


class Programs(OAuth2Validator):
    """The applications of this house as the toolkit's clients."""

    def client_authentication_required(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        return True

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        sent = (str(request.client_id or ""), str(request.client_secret or ""))
        client_id, secret = basic_of(request.headers.get("Authorization", "")) or sent
        application = application_by(client_id=client_id[:40]) if client_id and "\0" not in client_id else None
        if application is None or not compare_digest(application.secret_hash, tokens.digest(secret)):
            return False
        request.client = application
        return True

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: ApiApplication, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        return grant_type == GRANT

    def get_default_scopes(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        return list(request.client.scopes)

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: ApiApplication, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        return set(scopes) <= set(request.client.scopes)

    def save_bearer_token(self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any) -> None:
        """Signed tokens are kept nowhere."""


def made_by(request: Request, *, refresh_token: bool = False) -> str:
    return tokens.application_token(request.client, request.scopes)


SERVER = BackendApplicationServer(Programs(), token_generator=made_by, token_expires_in=SECONDS)


def token_for(request: HttpRequest) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer; refusals carry the dialect's `message` besides what RFC 6749 asks for."""
    _uri, _headers, body, status = OAuthLibCore(SERVER).create_token_response(request)
    answer: dict[str, Any] = orjson.loads(body)
    if status == 200:
        return status, answer
    words = WORDS.get(answer["error"], answer.get("error_description") or answer["error"])
    return status, {"error": answer["error"], "error_description": words, "message": words}
