"""Where customers join in upstream: their policies, and what `shuke verify` checks of them."""

from shuke.core import policies
from shuke.core.registries import invariants
from shuke.customers import invariants as kept
from shuke.customers.duplicates.policy import IDENTITY
from shuke.customers.exclusions import merges, services
from shuke.customers.registries import MergeFollower, identities_moved, removed

policies.kinds.register(IDENTITY.key, IDENTITY)
invariants.register("customers", kept.faults)
identities_moved.register("exclusions", MergeFollower(joined=merges.follow, parted=merges.take_back))
removed.register("exclusions", services.forget)
