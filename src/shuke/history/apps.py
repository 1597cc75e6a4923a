from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "shuke.history"
    label = "history"

    def ready(self) -> None:
        from shuke.history import wiring  # noqa: F401, PLC0415  fills the registries
