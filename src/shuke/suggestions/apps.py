from django.apps import AppConfig


class SuggestionsConfig(AppConfig):
    name = "shuke.suggestions"
    label = "suggestions"

    def ready(self) -> None:
        from shuke.suggestions import wiring  # noqa: F401, PLC0415  fills the registries
