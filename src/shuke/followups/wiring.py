"""What follow-ups fill in upstream."""

from shuke.core import policies
from shuke.followups.policies import CADENCE


def wire() -> None:
    policies.kinds.register(CADENCE.key, CADENCE)
