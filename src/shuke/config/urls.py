"""The address of every page."""

from django.urls import include, path

from shuke.api import urls as api
from shuke.web import entrance

handler400 = "shuke.web.middleware.unreadable"
urlpatterns = [
    path("", include("shuke.web.urls")),
    *api.urlpatterns,
    *entrance.urlpatterns,
]
