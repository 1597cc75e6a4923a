from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "shuke.core"
    label = "core"

    def ready(self) -> None:
        from shuke.core import wiring  # noqa: F401, PLC0415  fills the registries
