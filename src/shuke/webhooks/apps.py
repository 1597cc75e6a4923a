from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "shuke.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        from shuke.webhooks import wiring  # noqa: F401, PLC0415  fills the registries
