"""Under /c/<slug>/window/: the shop's side of its window."""

from django.urls import path

from orders.window import views

app_name = "window"
urlpatterns = [
    path("window/", views.keep, name="keep"),
    path("window/settings/", views.settings, name="settings"),
    path("window/products/new/", views.product_new, name="product_new"),
    path("window/products/<uuid:ref>/", views.product, name="product"),
    path("window/purchases/<uuid:ref>/", views.purchase_answer, name="purchase"),
]
