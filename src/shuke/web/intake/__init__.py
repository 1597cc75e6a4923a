"""Imports: send a file, agree on what its columns mean, try it, run it, and read what came of it."""

from django.urls import path

from shuke.web.intake import agree, detail, quality, repair

urlpatterns = [
    path("imports/", detail.imports, name="imports"),
    path("imports/sources/", quality.sources, name="imports.sources"),
    path("imports/new/<slug:token>/", agree.preview, name="imports.preview"),
    path("imports/<int:pk>/", detail.detail, name="imports.detail"),
    path("imports/<int:pk>/progress/", detail.progress, name="imports.progress"),
    path("imports/<int:pk>/start/", detail.start, name="imports.start"),
    path("imports/<int:pk>/again/", repair.again, name="imports.again"),
    path("imports/<int:pk>/rows/<int:row>/", repair.repair, name="imports.repair"),
    path("imports/<int:pk>/undo/", detail.undo, name="imports.undo"),
]
