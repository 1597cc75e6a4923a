"""Where segments join in upstream: the list follows profiles and scores, and is checked."""

from shuke.core.registries import invariants
from shuke.customers.registries import profile_changed, removed
from shuke.scoring.registries import rescored
from shuke.segments import invariants as kept
from shuke.segments import services

profile_changed.register("customer_list", services.copy_profiles)
removed.register("customer_list", services.forget)
rescored.register("segments", services.follow)
invariants.register("customer_list", kept.faults)
