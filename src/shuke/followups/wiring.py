"""What follow-ups fill in upstream."""

from shuke.core import policies
from shuke.core.registries import invariants
from shuke.followups import invariants as kept
from shuke.followups import services
from shuke.followups.policies import CADENCE
from shuke.scoring.registries import rescored


def wire() -> None:
    policies.kinds.register(CADENCE.key, CADENCE)
    invariants.register("follow_ups", kept.faults)
    rescored.register("follow_ups", services.follow_scores)
