"""The address of every page."""

from django.urls import include, path

from shuke.web import entrance

urlpatterns = [
    path("", include("shuke.web.urls")),
    *entrance.urlpatterns,
]
