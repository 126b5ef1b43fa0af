from django.urls import path

from coopdelivery.people import views

app_name = "people"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("theme/", views.theme, name="theme"),
    path("language/", views.language, name="language"),
    path("sessions/end/", views.session_end, name="session_end"),
    path("export/", views.export, name="export"),
    path("erase/", views.erase, name="erase"),
]
