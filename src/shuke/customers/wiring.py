"""Where customers join in upstream: their policies, and what `shuke verify` checks of them."""

from shuke.core import policies
from shuke.core.registries import invariants
from shuke.customers import invariants as kept
from shuke.customers.duplicates.policy import IDENTITY

policies.kinds.register(IDENTITY.key, IDENTITY)
invariants.register("customers", kept.faults)
