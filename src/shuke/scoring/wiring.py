"""Where scoring joins in upstream: its kinds of policies and its invariants."""

from shuke.core.registries import invariants
from shuke.scoring import policies, queries

__all__ = ["policies"]

invariants.register("scores", queries.faults)
