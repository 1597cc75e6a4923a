"""Where the lab joins in upstream: customers who are removed leave what was tried with them."""

from shuke.customers.registries import removed
from shuke.lab import services

removed.register("lab", services.forget)
