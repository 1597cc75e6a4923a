"""What the core itself fills in: the trail is checked with everything else."""

from shuke.core import audit
from shuke.core.registries import invariants

invariants.register("audit", audit.faults)
