from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "shuke.customers"
    label = "customers"
