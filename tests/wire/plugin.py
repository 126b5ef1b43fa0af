"""A shop's plugin: the exact requests, over plain HTTP paths, with the fields it reads."""

from base64 import b64encode
from typing import Any

from django.test import Client

from collectives.services.programs import Keys


class Plugin:
    """Signs in before every page of the checkout, as both plugins do."""

    def __init__(self, keys: Keys, accept: str = "*/*") -> None:
        self.client = Client()
        self.keys = keys
        self.accept = accept

    def token(self, scope: str = "deliveries") -> Any:
        basic = b64encode(f"{self.keys.application.client_id}:{self.keys.secret}".encode()).decode()
        body = f"grant_type=client_credentials&scope={scope}"
        return self.client.post(
            "/oauth2/token", body, content_type="application/x-www-form-urlencoded", headers={"Authorization": f"Basic {basic}"}
        )

    def get(self, path: str) -> Any:
        headers = {
            "Authorization": f"Bearer {self.token().json()['access_token']}",
            "Accept": self.accept,
            "Content-Type": "application/json",
        }
        return self.client.get(path, headers=headers)

    def post(self, path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token().json()['access_token']}", "Accept": "application/ld+json"}
        return self.client.post(path, body, content_type="application/ld+json", headers=headers)
