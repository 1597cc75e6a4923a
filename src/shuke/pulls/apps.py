from django.apps import AppConfig


class PullsConfig(AppConfig):
    name = "shuke.pulls"
    label = "pulls"
