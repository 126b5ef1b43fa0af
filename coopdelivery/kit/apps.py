from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "coopdelivery.kit"
    label = "kit"
