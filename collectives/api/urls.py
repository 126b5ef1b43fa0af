"""Signing in, and what clients read before that."""

from django.urls import path

from collectives.api.views import entry, signing_in, webhooks

urlpatterns = [
    path("login_check", signing_in.Login.view(), name="login"),
    path("token/refresh", signing_in.Refresh.view(), name="refresh"),
    path("settings", entry.Settings.view(), name="settings"),
    path("contexts/<slug:name>", entry.Context.view(), name="context"),
    path("me/remote_push_tokens", entry.PushTokens.view(), name="push_tokens"),
    path("me/remote_push_tokens/<path:token>", entry.PushTokenGone.view(), name="push_token"),
    path("webhooks", webhooks.Webhooks.view(), name="webhooks"),
    path("webhooks/<int:pk>", webhooks.OneWebhook.view(), name="webhook"),
]
