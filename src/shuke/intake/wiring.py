"""Where intake joins in upstream: what `shuke verify` checks of it."""

from shuke.core.registries import invariants
from shuke.intake import queries

invariants.register("imports", queries.faults)
