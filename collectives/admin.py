"""Operators see no tables that are never used: clients of the API are programs of their co-op (collectives.api.oauth)."""

from django.contrib import admin
from oauth2_provider.models import AccessToken, Application, DeviceGrant, Grant, IDToken, RefreshToken

UNUSED = (AccessToken, Application, DeviceGrant, Grant, IDToken, RefreshToken)
admin.site.unregister([model for model in UNUSED if admin.site.is_registered(model)])
