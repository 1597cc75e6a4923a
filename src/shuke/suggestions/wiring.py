"""Where the weekly check joins in upstream: it goes with a customer who goes."""

from shuke.customers.registries import removed
from shuke.suggestions import services

removed.register("suggestions", services.forget)
