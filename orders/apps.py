from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"

    def ready(self) -> None:
        """Connect what happens here to what follows from it."""
        from orders import first_steps, notifications, privacy, seats, subscribers  # noqa: F401  they register themselves
        from orders.api import refusals  # noqa: F401
        from orders.payments import notifications as money  # noqa: F401
        from orders.payments import subscribers as payments  # noqa: F401
        from orders.window import notifications as window  # noqa: F401
        from orders.window import subscribers as sold  # noqa: F401
