from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "shuke.reports"
    label = "reports"
