from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "coopdelivery.ledger"
    label = "ledger"
