from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "shuke.reports"
    label = "reports"

    def ready(self) -> None:
        from shuke.reports import policies  # noqa: F401, PLC0415  a kind of policy registers itself
