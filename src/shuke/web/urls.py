"""The addresses of the pages, module by module."""

from shuke.web import (
    customers,
    followups,
    forecasts,
    insight,
    intake,
    policies,
    pulls,
    reports,
    segments,
    sites,
    staff,
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
    *policies.urlpatterns,
    *staff.urlpatterns,
    *tokens.urlpatterns,
    *webhooks.urlpatterns,
    *sites.urlpatterns,
    *pulls.urlpatterns,
]
