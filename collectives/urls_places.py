"""Under /c/<slug>/places/."""

from django.urls import path

from collectives.views import places

app_name = "places"
urlpatterns = [
    path("", places.places, name="places"),
    path("suggest", places.places_suggest, name="suggest"),
    path("<uuid:ref>/", places.place, name="place"),
    path("<uuid:ref>/fix/", places.place_fix, name="place_fix"),
    path("<uuid:ref>/locate/", places.place_locate, name="place_locate"),
]
