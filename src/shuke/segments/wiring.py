"""Where segments join in upstream: the list follows the profiles."""

from shuke.customers.registries import profile_changed
from shuke.segments import services

profile_changed.register("customer_list", services.copy_profiles)
