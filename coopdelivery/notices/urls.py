from django.urls import path

from coopdelivery.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.preferences, name="preferences"),
    path("notices/test/", views.test, name="test"),
    path("notices/devices/", views.push_subscribe, name="push_subscribe"),
    path("notices/devices/forget/", views.push_forget, name="push_forget"),
    path("notices/received/", views.push_received, name="push_received"),
    path("notices/push-worker.js", views.push_worker, name="push_worker"),
    path("notices/stop/<str:token>/", views.stop, name="stop"),
]
