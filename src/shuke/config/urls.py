"""The address of every page."""

from django.urls import include, path

from shuke.api import urls as api
from shuke.web import entrance

urlpatterns = [
    path("", include("shuke.web.urls")),
    *api.urlpatterns,
    *entrance.urlpatterns,
]
