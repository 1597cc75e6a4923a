from django.apps import AppConfig


class FollowUpsConfig(AppConfig):
    name = "shuke.followups"
    label = "followups"

    def ready(self) -> None:
        from shuke.followups import wiring  # noqa: PLC0415  models are not loaded before

        wiring.wire()
