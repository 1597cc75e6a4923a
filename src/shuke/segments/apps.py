from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "shuke.segments"
    label = "segments"

    def ready(self) -> None:
        from shuke.segments import wiring  # noqa: F401, PLC0415  fills the registries
