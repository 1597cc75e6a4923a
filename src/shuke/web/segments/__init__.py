"""Pages about segments: who is meant by which rule, and the form that makes one."""

from django.urls import path

from shuke.web.segments import building, pages

urlpatterns = [
    path("segments/", pages.index, name="segments"),
    path("segments/add/", building.add, name="segments.add"),
    path("segments/draft/", building.draft, name="segments.draft"),
    path("segments/preview/", building.preview, name="segments.preview"),
    path("segments/<int:pk>/", pages.show, name="segments.detail"),
    path("segments/<int:pk>/members/", pages.members, name="segments.members"),
    path("segments/<int:pk>/edit/", building.edit, name="segments.edit"),
    path("segments/<int:pk>/archive/", pages.archive, name="segments.archive"),
]
