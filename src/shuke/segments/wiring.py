"""Where segments join in upstream: the list follows profiles, scores and merges, and is checked."""

from shuke.core.registries import invariants
from shuke.customers.registries import MergeFollower, identities_moved, profile_changed, removed
from shuke.scoring.registries import rescored
from shuke.segments import invariants as kept
from shuke.segments import merges, services

profile_changed.register("customer_list", services.copy_profiles)
removed.register("customer_list", services.forget)
rescored.register("segments", services.follow)
identities_moved.register("segments", MergeFollower(joined=merges.follow, parted=merges.take_back))
invariants.register("customer_list", kept.faults)
