"""Where segments join in upstream: lists and members follow profiles, scores and merges, and are checked."""

from shuke.core.registries import invariants
from shuke.customers.registries import MergeFollower, identities_moved, profile_changed, removed
from shuke.scoring.registries import rescored
from shuke.segments import invariants as kept
from shuke.segments import merges, services

profile_changed.register("customer_list", services.copy_profiles)
profile_changed.register("segments", services.follow_profiles)
removed.register("customer_list", services.forget)
rescored.register("segments", services.follow)
rescored.register("segment members", services.follow_scores)
identities_moved.register("segments", MergeFollower(joined=merges.follow, parted=merges.take_back))
invariants.register("customer_list", kept.faults)
invariants.register("segments", kept.faults_of_segments)
