"""The addresses of the pages, module by module."""

from shuke.web import (
    clusters,
    customers,
    followups,
    forecasts,
    insight,
    intake,
    lab,
    policies,
    pulls,
    reports,
    segments,
    sites,
    staff,
    suggestions,
    tokens,
    webhooks,
)

app_name = "web"
urlpatterns = [
    *reports.urlpatterns,
    *followups.urlpatterns,
    *customers.urlpatterns,
    *intake.urlpatterns,
    *forecasts.urlpatterns,
    *insight.urlpatterns,
    *segments.urlpatterns,
    *suggestions.urlpatterns,
    *clusters.urlpatterns,
    *lab.urlpatterns,
    *policies.urlpatterns,
    *staff.urlpatterns,
    *tokens.urlpatterns,
    *webhooks.urlpatterns,
    *sites.urlpatterns,
    *pulls.urlpatterns,
]
