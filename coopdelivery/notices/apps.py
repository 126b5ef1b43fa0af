from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "coopdelivery.notices"
    label = "notices"

    def ready(self) -> None:
        from coopdelivery.notices import privacy, trial  # noqa: F401  they register what they export, and the kinds of this floor
