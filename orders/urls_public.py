"""Under /at/: what a co-op shows to everybody."""

from django.urls import path

from orders.front import pay, suggest, views
from orders.window import front

app_name = "front"
urlpatterns = [
    path("pay/<str:token>/", pay.pay, name="pay"),
    path("pay/<str:token>/intent/", pay.intent, name="pay_intent"),
    path("pay/<str:token>/check/", pay.check, name="pay_check"),
    path("bought/<str:token>/", front.bought, name="bought"),
    path("bought/<str:token>/intent/", front.bought_intent, name="bought_intent"),
    path("bought/<str:token>/check/", front.bought_check, name="bought_check"),
    path("<slug:coop>/shops/", front.shops, name="shops"),
    path("<slug:coop>/shops/<uuid:ref>/", front.shop, name="shop"),
    path("<slug:coop>/products/<uuid:ref>.jpg", front.photo, name="product_photo"),
    path("<slug:coop>/suggest/", suggest.suggest, name="suggest"),
    path("<slug:coop>/", views.front, name="front"),
    path("<slug:coop>/form/", views.embedded, name="embedded"),
    path("<slug:coop>/colours.css", views.colours, name="colours"),
    path("<slug:coop>/embed.js", views.script, name="script"),
]
