"""The kinds of policies that can be tried, and what a draft of one puts in the place of what is in force."""

from dataclasses import dataclass

from pydantic import BaseModel

from shuke.analytics.lab import Rhythm
from shuke.analytics.policies import Policies
from shuke.core import policies
from shuke.core.policies import Kind
from shuke.followups.policies import CADENCE, CadencePolicy
from shuke.scoring.policies import ACTIVITY, CHURN, PILOTED, TIER, in_force

__all__ = ["KINDS", "Rules", "can_be_piloted", "drafted", "rhythm", "standing"]

KINDS: dict[str, Kind] = {kind.key: kind for kind in (TIER, ACTIVITY, CADENCE, CHURN)}


@dataclass(frozen=True, slots=True)
class Rules:
    """All that decides where customers stand and what work they make."""

    scores: Policies
    cadence: CadencePolicy

    def of(self, kind: str) -> BaseModel:
        """The body of one kind."""
        return self.cadence if kind == CADENCE.key else getattr(self.scores, kind)


def standing() -> Rules:
    """What is in force for all; a pilot is left aside."""
    return Rules(in_force().bodies, policies.current(CADENCE).body)


def drafted(rules: Rules, kind: str, body: BaseModel) -> Rules:
    """The rules with one policy in the place of theirs."""
    if kind == CADENCE.key:
        return Rules(rules.scores, CadencePolicy.model_validate(body.model_dump()))
    return Rules(rules.scores.model_copy(update={kind: body}), rules.cadence)


def rhythm(cadence: CadencePolicy) -> Rhythm:
    """A cadence as the lab's expressions know it."""
    return Rhythm(
        tiers={rule["tier"]: rule["every_days"] for rule in cadence.tiers_of_people()},
        activities={rule["activity"]: rule["every_days"] for rule in cadence.activities()},
        first_contact_day=cadence.new.first_contact_day,
        welcome_days=cadence.new.within_days,
        days_ahead=cadence.days_ahead,
    )


def can_be_piloted(kind: str) -> bool:
    return kind in {each.key for each in PILOTED}
