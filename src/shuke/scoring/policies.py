"""The policies that scoring obeys."""

from collections.abc import Mapping
from dataclasses import dataclass

from shuke.analytics.policies import ActivityPolicy, Policies, RfmPolicy, TierPolicy
from shuke.core import policies
from shuke.core.words import mark as _

RFM = policies.register("rfm", _("RFM-T bands"), RfmPolicy)
TIER = policies.register("tier", _("Tiers"), TierPolicy)
ACTIVITY = policies.register("activity", _("Activity"), ActivityPolicy)


@dataclass(frozen=True, slots=True)
class InForce:
    """The bodies that a run obeys, and the versions that it names."""

    bodies: Policies
    versions: dict[str, int]


def at_versions(versions: Mapping[str, int]) -> Policies:
    """The bodies that a run has named by their versions."""
    rfm, tier, activity = (policies.at_version(kind, versions.get(kind.key, 0)).body for kind in (RFM, TIER, ACTIVITY))
    return Policies(rfm=rfm, tier=tier, activity=activity)


def in_force() -> InForce:
    """The policies as they stand now."""
    rfm, tier, activity = (policies.current(kind) for kind in (RFM, TIER, ACTIVITY))
    return InForce(
        bodies=Policies(rfm=rfm.body, tier=tier.body, activity=activity.body),
        versions={each.kind: each.version for each in (rfm, tier, activity)},
    )
