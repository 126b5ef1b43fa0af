from django.urls import path

from coopdelivery import home

app_name = "home"
urlpatterns = [
    path("", home.home, name="home"),
    path("switch/", home.switch, name="switch"),
    path("switch/enter/", home.enter, name="enter"),
]
