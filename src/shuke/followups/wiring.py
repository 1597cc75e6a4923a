"""What follow-ups fill in upstream."""

from shuke.core import policies
from shuke.core.registries import invariants
from shuke.customers.registries import MergeFollower, identities_moved
from shuke.followups import invariants as kept
from shuke.followups.policies import CADENCE
from shuke.followups.services import claims, merges


def wire() -> None:
    policies.kinds.register(CADENCE.key, CADENCE)
    invariants.register("follow_ups", kept.faults)
    follower = MergeFollower(joined=merges.follow, parted=merges.take_back, prepare=claims.not_while_planning)
    identities_moved.register("follow_ups", follower)
