"""What follow-ups fill in upstream."""

from shuke.core import policies
from shuke.core.registries import invariants
from shuke.customers.registries import MergeFollower, holders, identities_moved, removed
from shuke.followups import invariants as kept
from shuke.followups import services
from shuke.followups.policies import CADENCE
from shuke.followups.services import claims, merges
from shuke.scoring.registries import rescored


def wire() -> None:
    policies.kinds.register(CADENCE.key, CADENCE)
    holders.register("follow_ups", services.hold)
    removed.register("follow_ups", services.forget)
    invariants.register("follow_ups", kept.faults)
    rescored.register("follow_ups", services.follow_scores)
    follower = MergeFollower(joined=merges.follow, parted=merges.take_back, prepare=claims.not_while_planning)
    identities_moved.register("follow_ups", follower)
