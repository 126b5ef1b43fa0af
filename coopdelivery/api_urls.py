"""Every address of the public API; none ends in a slash, because plugins do not follow redirects."""

from django.urls import include, path, re_path

from collectives.api.views import entry, reference, signing_in

app_name = "api"
urlpatterns = [
    path("oauth2/token", signing_in.OAuthToken.view(), name="token"),
    path("api", entry.Entrypoint.view(), name="entrypoint"),
    path("api/docs", reference.reference, name="docs"),
    path("api/docs.json", reference.Document.view(), name="docs_json"),
    path("api/", include("collectives.api.urls")),
    path("api/", include("orders.api.urls")),
    path("api/", include("dispatch.api.urls")),
    re_path(r"^api/$", entry.Nothing.view(), name="nothing_either"),
    path("api/<path:rest>", entry.Nothing.view(), name="nothing"),
]
