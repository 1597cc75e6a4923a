"""Pages about the shop as a whole: value and loyalty, tiers in motion, cohorts, survival; and who is slipping."""

from django.urls import path

from shuke.web.insight import cohorts, flow, shop, slipping, survival

urlpatterns = [
    path("insight/", shop.index, name="insight"),
    path("insight/flow/", flow.index, name="insight.flow"),
    path("insight/flow/moved/", flow.moved, name="insight.moved"),
    path("insight/cohorts/", cohorts.index, name="insight.cohorts"),
    path("insight/survival/", survival.index, name="insight.survival"),
    path("insight/slipping/", slipping.index, name="insight.slipping"),
    path("insight/slipping/export/", slipping.export, name="insight.slipping.export"),
]
