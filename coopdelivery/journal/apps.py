from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "coopdelivery.journal"
    label = "journal"
