"""What other services call."""

from django.urls import URLPattern, URLResolver, path

from orders.views.stripe_hook import stripe_hook

app_name = "hooks"
urlpatterns: list[URLPattern | URLResolver] = [path("stripe/", stripe_hook, name="stripe")]
