"""Where customers join in upstream: what `shuke verify` checks of them."""

from shuke.core.registries import invariants
from shuke.customers import invariants as kept

invariants.register("customers", kept.faults)
