"""What follow-ups fill in upstream."""

from shuke.core import policies
from shuke.core.registries import invariants
from shuke.customers.registries import holders, removed
from shuke.followups import invariants as kept
from shuke.followups import services
from shuke.followups.policies import CADENCE
from shuke.scoring.registries import rescored


def wire() -> None:
    policies.kinds.register(CADENCE.key, CADENCE)
    holders.register("follow_ups", services.hold)
    removed.register("follow_ups", services.forget)
    invariants.register("follow_ups", kept.faults)
    rescored.register("follow_ups", services.follow_scores)
