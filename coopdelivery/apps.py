"""The composition root as a Django app: it owns no tables, only the checks of a deployment and the folder of the embedded broker."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class HouseConfig(AppConfig):
    name = "coopdelivery"
    label = "house"

    def ready(self) -> None:
        from coopdelivery import checks

        checks.register_all()
        if not settings.REDIS_URL:
            Path(settings.BROKER_DIR).mkdir(parents=True, exist_ok=True)
