"""Under /t/: the recipient's pages."""

from django.urls import path

from orders.tracking import views

app_name = "tracking"
urlpatterns = [
    path("method/", views.method, name="method"),
    path("<str:token>/<uuid:ref>.jpg", views.picture, name="picture"),
    path("<str:token>/", views.page, name="page"),
]
