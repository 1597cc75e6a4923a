from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "shuke.intake"
    label = "intake"

    def ready(self) -> None:
        from shuke.intake import wiring  # noqa: F401, PLC0415  fills the registries
