from django.apps import AppConfig


class BeaconConfig(AppConfig):
    name = "shuke.beacon"
    label = "beacon"
