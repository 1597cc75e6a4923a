from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "shuke.scoring"
    label = "scoring"

    def ready(self) -> None:
        from shuke.scoring import wiring  # noqa: F401, PLC0415  fills the registries
