"""Applications and people who call, with their tokens."""

from typing import Any

from django.test import Client

from collectives.api import tokens
from collectives.models import ApiApplication, Collective, Membership
from collectives.services.programs import Keys, add_application
from orders.models import Partner


def make_application(collective: Collective, partner: Partner | None = None, *, scopes: tuple[str, ...] = ("deliveries",)) -> Keys:
    return add_application(collective=collective, name="Shop plugin", partner_ref=partner.ref if partner else None, scopes=scopes, by=None)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def as_application(application: ApiApplication, *scopes: str) -> "Api":
    return Api(tokens.application_token(application, scopes or application.scopes))


def as_member(member: Membership) -> "Api":
    return Api(tokens.person_token(member.person), member.collective.slug)


class Api:
    """Calls as a client does: JSON-LD bodies, a bearer token."""

    def __init__(self, token: str, collective: str = "") -> None:
        self.headers = bearer(token) | ({"X-Collective": collective} if collective else {})
        self.client = Client()

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers={**self.headers, **headers})

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(path, body or {}, content_type="application/ld+json", headers={**self.headers, **headers})

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.put(path, body or {}, content_type="application/ld+json", headers={**self.headers, **headers})

    def delete(self, path: str) -> Any:
        return self.client.delete(path, headers=self.headers)
