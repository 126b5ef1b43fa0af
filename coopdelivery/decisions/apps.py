from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "coopdelivery.decisions"
    label = "decisions"

    def ready(self) -> None:
        from coopdelivery.decisions import privacy  # noqa: F401  it registers what it exports
