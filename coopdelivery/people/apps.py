from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "coopdelivery.people"
    label = "people"
