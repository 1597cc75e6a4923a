from django.apps import AppConfig


class LabConfig(AppConfig):
    name = "shuke.lab"
    label = "lab"

    def ready(self) -> None:
        from shuke.lab import wiring  # noqa: F401, PLC0415  fills the registries
