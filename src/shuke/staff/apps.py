from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "shuke.staff"
    label = "staff"
