from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "shuke.history"
    label = "history"
