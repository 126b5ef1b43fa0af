"""Doors of a collective that people without a membership may use, by signed link."""

from django.urls import URLPattern, URLResolver, path

from collectives.views import welcome

app_name = "welcome"
urlpatterns: list[URLPattern | URLResolver] = [path("<str:token>/", welcome.invitation, name="invitation")]
