"""Every address of the house. What belongs to a collective lives under /c/<slug>/."""

from django.contrib import admin
from django.urls import include, path

from coopdelivery.health import health

urlpatterns = [
    path("health/", health, name="health"),
    path("", include("coopdelivery.urls_home")),
    path("", include("coopdelivery.kit.urls")),
    path("account/", include("coopdelivery.people.urls")),
    path("account/", include("coopdelivery.notices.urls")),
    path("account/", include("allauth.urls")),
    path("map/", include("coopdelivery.places.urls")),
    path("federation/", include("federation.urls")),
    path("c/<slug:collective>/places/", include("collectives.urls_places")),
    path("c/<slug:collective>/", include("collectives.urls")),
    path("c/<slug:collective>/", include("federation.urls_collective")),
    path("c/<slug:collective>/", include("orders.urls")),
    path("c/<slug:collective>/", include("orders.window.urls")),
    path("c/<slug:collective>/", include("dispatch.urls")),
    path("courier/", include("dispatch.urls_pocket")),
    path("welcome/", include("collectives.urls_public")),
    path("at/", include("orders.urls_public")),
    path("t/", include("orders.urls_tracking")),
    path("hooks/", include("orders.urls_hooks")),
    path("operators/", admin.site.urls),
    path("", include("coopdelivery.api_urls")),
]

handler403 = "coopdelivery.kit.views.refused"
handler404 = "coopdelivery.kit.views.not_found"
handler500 = "coopdelivery.kit.views.broken"
handler400 = "coopdelivery.kit.views.bad_request"
