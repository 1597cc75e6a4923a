"""The policies that scoring obeys."""

from collections.abc import Mapping
from dataclasses import dataclass

from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.clusters.policy import ClusterPolicy
from shuke.analytics.health.policy import HealthPolicy
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.policies import ActivityPolicy, Policies, RfmPolicy, TierPolicy
from shuke.analytics.potential.policy import PotentialPolicy
from shuke.analytics.scorecard.policy import ScorecardPolicy
from shuke.analytics.stages.policy import StagePolicy
from shuke.core import policies
from shuke.core.words import mark as _

RFM = policies.register("rfm", _("RFM-T bands"), RfmPolicy)
TIER = policies.register("tier", _("Tiers"), TierPolicy)
ACTIVITY = policies.register("activity", _("Activity"), ActivityPolicy)
LIFETIME = policies.register("lifetime", _("Lifetime value"), LifetimePolicy)
CHURN = policies.register("churn", _("Churn"), ChurnPolicy)
POTENTIAL = policies.register("potential", _("Suggestions"), PotentialPolicy)
CLUSTER = policies.register("cluster", _("Customer groups"), ClusterPolicy)
HEALTH = policies.register("health", _("Health"), HealthPolicy)
STAGE = policies.register("stage", _("Stages"), StagePolicy)
SCORECARD = policies.register("scorecard", _("Value card"), ScorecardPolicy)
KINDS = (RFM, TIER, ACTIVITY, LIFETIME, CHURN, CLUSTER, POTENTIAL, HEALTH, STAGE, SCORECARD)


@dataclass(frozen=True, slots=True)
class InForce:
    """The bodies that a run obeys, and the versions that it names."""

    bodies: Policies
    versions: dict[str, int]


def at_versions(versions: Mapping[str, int]) -> Policies:
    """The bodies that a run has named by their versions."""
    return Policies(**{kind.key: policies.at_version(kind, versions.get(kind.key, 0)).body for kind in KINDS})


def in_force() -> InForce:
    """The policies as they stand now."""
    published = {kind.key: policies.current(kind) for kind in KINDS}
    return InForce(
        bodies=Policies(**{key: each.body for key, each in published.items()}),
        versions={key: each.version for key, each in published.items()},
    )
