from django.urls import URLPattern, URLResolver, path

from coopdelivery.kit import gallery, manual

app_name = "kit"
urlpatterns: list[URLPattern | URLResolver] = [
    path("docs/", manual.index, name="docs"),
    path("docs/components/", gallery.components, name="components"),
    path("docs/img/<slug:name>.png", manual.picture, name="docs_picture"),
    path("docs/<slug:slug>/", manual.page, name="docs_page"),
]
