from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "coopdelivery.places"
    label = "places"
