from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "shuke.core"
    label = "core"
