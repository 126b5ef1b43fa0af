from django.apps import AppConfig


class CollectivesConfig(AppConfig):
    name = "collectives"

    def ready(self) -> None:
        from collectives import letterhead, notifications, privacy, subscribers  # noqa: F401  they register themselves
        from collectives.webhooks import notifications as webhooks  # noqa: F401
