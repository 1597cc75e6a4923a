"""The policy lab: drafts of policies, what they would change on a past day, pilots, and the way into force."""

from django.urls import path

from shuke.web.lab import acts, pages

urlpatterns = [
    path("policies/<slug:key>/try/", acts.start, name="policies.try"),
    path("policies/drafts/<int:pk>/", pages.detail, name="policies.draft"),
    path("policies/drafts/<int:pk>/found/", pages.found, name="policies.found"),
    path("policies/drafts/<int:pk>/moves/", pages.moves, name="policies.moves"),
    path("policies/drafts/<int:pk>/compared/", pages.compared, name="policies.compared"),
    path("policies/drafts/<int:pk>/publish/", acts.publish, name="policies.publish_draft"),
    path("policies/drafts/<int:pk>/pilot/", acts.begin_pilot, name="policies.begin_pilot"),
    path("policies/drafts/<int:pk>/pilot/end/", acts.end_pilot, name="policies.end_pilot"),
    path("policies/drafts/<int:pk>/hold/", acts.hold_against, name="policies.hold_draft"),
    path("policies/drafts/<int:pk>/discard/", acts.discard, name="policies.discard_draft"),
]
