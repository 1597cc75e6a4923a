"""The policies that scoring obeys."""

from collections.abc import Mapping
from dataclasses import dataclass

from shuke.analytics.bonds.policy import EmotionPolicy, RelationshipPolicy
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.clusters.policy import ClusterPolicy
from shuke.analytics.health.policy import HealthPolicy
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.policies import ActivityPolicy, Policies, RfmPolicy, TierPolicy
from shuke.analytics.potential.policy import PotentialPolicy
from shuke.analytics.scorecard.policy import ScorecardPolicy
from shuke.analytics.stages.policy import StagePolicy
from shuke.core import policies
from shuke.core.policies import Kind, Published
from shuke.core.words import mark as _
from shuke.scoring.models import Pilot, Run

RFM = policies.register("rfm", _("RFM-T bands"), RfmPolicy)
TIER = policies.register("tier", _("Tiers"), TierPolicy)
ACTIVITY = policies.register("activity", _("Activity"), ActivityPolicy)
LIFETIME = policies.register("lifetime", _("Lifetime value"), LifetimePolicy)
CHURN = policies.register("churn", _("Churn"), ChurnPolicy)
POTENTIAL = policies.register("potential", _("Suggestions"), PotentialPolicy)
CLUSTER = policies.register("cluster", _("Customer groups"), ClusterPolicy)
EMOTION = policies.register("emotion", _("Emotional account"), EmotionPolicy)
RELATIONSHIP = policies.register("relationship", _("Relationship quality"), RelationshipPolicy)
HEALTH = policies.register("health", _("Health"), HealthPolicy)
STAGE = policies.register("stage", _("Stages"), StagePolicy)
SCORECARD = policies.register("scorecard", _("Value card"), ScorecardPolicy)
KINDS = (
    *(RFM, TIER, ACTIVITY, STAGE, LIFETIME, CHURN, HEALTH),
    *(EMOTION, RELATIONSHIP, SCORECARD, CLUSTER, POTENTIAL),
)


PILOTED = (TIER, ACTIVITY)
"""The kinds that a pilot can try: what they say of a customer needs no model of everybody."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The bodies that a run obeys, and the versions that it names; the pilot that runs, if there is one."""

    bodies: Policies
    versions: dict[str, int]
    pilot: Pilot | None


def at_versions(versions: Mapping[str, int]) -> Policies:
    """The bodies that a run has named by their versions."""
    return Policies(**{kind.key: policies.at_version(kind, versions.get(kind.key, 0)).body for kind in KINDS})


def in_force() -> InForce:
    """The policies as they stand now."""
    published = {kind.key: policies.current(kind) for kind in KINDS}
    return InForce(
        bodies=Policies(**{key: each.body for key, each in published.items()}),
        versions={key: each.version for key, each in published.items()},
        pilot=Pilot.objects.running().first(),
    )


def of_pilot(pilot: Pilot, bodies: Policies) -> Policies:
    """What the customers of a pilot are scored by: its own version of one policy, and the company's others."""
    own = policies.at_version(policies.kinds[pilot.kind], pilot.version, scope=pilot.scope)
    return bodies.model_copy(update={pilot.kind: own.body})


def obeyed(kind: Kind[policies.Body], run: Run, *, in_pilot: bool | None) -> Published[policies.Body]:
    """The version that a score of a run came from."""
    if in_pilot and run.pilot and run.pilot.kind == kind.key:
        return policies.at_version(kind, run.pilot.version, scope=run.pilot.scope)
    return policies.at_version(kind, run.policies.get(kind.key, 0))
