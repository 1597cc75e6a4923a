from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "shuke.web"
    label = "web"
