from django.urls import path

from coopdelivery.places import views

app_name = "maps"
urlpatterns = [
    path("<slug:name>.pmtiles", views.basemap, name="basemap"),
]
