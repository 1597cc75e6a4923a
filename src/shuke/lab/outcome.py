"""What a trial found: plain JSON, kept with it. Money in minor units."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from shuke.analytics.churn.parameters import Shortfall

__all__ = ["Hindsight", "Outcome", "Step", "Work", "Workload"]


class Found(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(Found):
    """How many customers go from one tier or activity to one; also those who stay."""

    was: str
    now: str
    customers: int
    net_money_365: int
    value_at_risk: int

    @property
    def is_move(self) -> bool:
        return self.was != self.now


class Work(Found):
    """What one tier asks of people: its customers, follow-ups in a month of 30 days, and how many are due at once."""

    tier: str
    customers: int
    a_month: float
    due: int


class Workload(Found):
    """The work of all tiers that people carry, and how many follow-ups one colleague has open at most."""

    tiers: tuple[Work, ...]
    open_per_agent: int

    @property
    def a_month(self) -> int:
        return round(sum(work.a_month for work in self.tiers))

    @property
    def due(self) -> int:
        return sum(work.due for work in self.tiers)

    def places(self, agents: int) -> int:
        """How many follow-ups can be open at once."""
        return agents * self.open_per_agent

    def waiting(self, agents: int) -> int:
        """How many are due and find no place, if the work is shared evenly and nothing is open yet."""
        return max(0, self.due - self.places(agents))


class Hindsight(Found):
    """The risk list of the day against what came: all it needs are the days after.

    With `known_from` the horizon is not over yet, and that is the day from which it will be; with `shortfalls` no
    chance of churn could have been learned. Otherwise: of `active` customers `lapsed`, `listed` were on the list, and
    `hits` of them lapsed, `lead_days` (the median) before they would have counted as no longer active.
    """

    known_from: date | None = None
    shortfalls: tuple[Shortfall, ...] = ()
    active: int = 0
    lapsed: int = 0
    listed: int = 0
    hits: int = 0
    money: int = 0
    lead_days: float | None = None

    @property
    def precision(self) -> float | None:
        return self.hits / self.listed if self.listed else None

    @property
    def recall(self) -> float | None:
        return self.hits / self.lapsed if self.lapsed else None


class Outcome(Found):
    """Everything: who moves, the work, and the risk list by what is in force and by the draft.

    `body_was` is the policy that the draft was held against. `risk_now` is None where the draft cannot change the list.
    `by_chance_of_churn`: value at risk is by the model of a run, not by the plain rule of rhythm.
    """

    body_was: dict[str, Any]
    customers: int
    moved: int
    moved_money: int
    moved_value_at_risk: int
    tier: tuple[Step, ...]
    activity: tuple[Step, ...]
    agents: int
    work_was: Workload
    work_now: Workload
    risk_was: Hindsight
    risk_now: Hindsight | None = None
    by_chance_of_churn: bool

    def steps(self, kind: str) -> tuple[Step, ...]:
        """What flows between tiers, or between activities."""
        return self.tier if kind == "tier" else self.activity

    def total(self, kind: str, side: str, value: str) -> int:
        """How many customers are in a tier or activity by one side, "was" or "now"."""
        return sum(step.customers for step in self.steps(kind) if getattr(step, side) == value)


def steps(rows: Iterable[dict[str, Any]]) -> tuple[Step, ...]:
    """Steps in a lasting order, whatever order the engine gave them in."""
    return tuple(sorted((Step(**row) for row in rows), key=lambda step: (step.was, step.now)))
