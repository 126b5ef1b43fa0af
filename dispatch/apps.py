from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "dispatch"

    def ready(self) -> None:
        from dispatch import notifications, subscribers, telling  # noqa: F401  the one allowed place: they register themselves
        from dispatch.api import announcing, refusals  # noqa: F401
