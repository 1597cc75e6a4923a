from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "shuke.customers"
    label = "customers"

    def ready(self) -> None:
        from shuke.customers import wiring  # noqa: F401, PLC0415  fills the registries
