"""Customers' keys as a part of addresses."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class CustomerKeyConverter(StringConverter):
    """A key as its source writes it: slashes are part of it, and line ends that somebody may send."""

    regex = r"[\s\S]+"


CUSTOMER = "/customers/{source}/{customer_key:key}"
register_converter(CustomerKeyConverter, "customer_key")
