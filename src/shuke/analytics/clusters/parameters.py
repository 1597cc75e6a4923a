"""What a fit of clusters learns, and what it is worth: plain JSON, stored with the run and shown on the page."""

from datetime import date

from pydantic import Field

from shuke.analytics.churn.parameters import Learned, Shortfall
from shuke.analytics.clusters.policy import ClusterPolicy

__all__ = [
    "Clusters",
    "Compared",
    "Group",
    "Grouping",
    "Move",
    "Moves",
    "Profile",
    "Scale",
    "Shortfall",
    "Trait",
    "Ungrouped",
]


class Scale(Learned):
    """How a feature becomes a coordinate: weight × (value − middle) / spread, at most three spreads to either side.

    The middle is the median and the spread a quarter range, so that a few giants move neither. What is not known is
    in the middle.
    """

    feature: str
    middle: float
    spread: float = Field(gt=0)
    weight: float = Field(gt=0)


class Trait(Learned):
    """Something that sets a group apart: how many spreads its mean is above the shop's, or below it."""

    feature: str
    apart: float

    @property
    def is_high(self) -> bool:
        return self.apart > 0


class Group(Learned):
    """A group by its `number`, which it has kept `since` a day; nineteen of twenty members are within its `radius`.

    `centre` has a coordinate for each scale. `ranks` say where the typical member stands among all customers: 0.9
    has more than nine in ten.
    """

    number: int
    since: date
    centre: tuple[float, ...]
    radius: float
    traits: tuple[Trait, ...]
    ranks: dict[str, float | None]


class Compared(Learned):
    """A number of groups, judged: `silhouette` and `stability` are better when higher, 1 at best.

    `by_chance` is the silhouette of the same numbers shuffled, in which there are no groups.
    """

    groups: int
    silhouette: float
    by_chance: float
    stability: float
    smallest_share: float


class Move(Learned):
    """So many customers who were in one group, or in none because they were not there yet, and are in another."""

    former: int | None
    present: int
    customers: int


class Moves(Learned):
    """Who was where on an earlier day, by the groups of then: of everybody, or a sample of a large shop."""

    since: date
    pairs: tuple[Move, ...]


class Profile(Learned):
    """The customers of one group in a run, or of the shop; `money` is their net money of 365 days, in minor units."""

    customers: int
    money: int
    averages: dict[str, float | None]


class Clusters(Learned):
    """The groups as they were found before `as_of` among so many `customers`.

    `highest` is the greatest number ever given: a group that is gone leaves its number unused. `profiles`, by number,
    and `shop` are of the run that carries them.
    """

    as_of: date
    policy: ClusterPolicy
    customers: int
    scales: tuple[Scale, ...]
    groups: tuple[Group, ...] = Field(min_length=2)
    highest: int
    compared: tuple[Compared, ...]
    moves: Moves | None = None
    profiles: dict[int, Profile] = {}
    shop: Profile | None = None

    def group(self, number: int) -> Group | None:
        """The group of this number, if there is one now."""
        return next((group for group in self.groups if group.number == number), None)


class Ungrouped(Learned):
    """No groups that hold: why not, and the last ones that did, whose numbers later ones may carry on."""

    as_of: date
    policy: ClusterPolicy
    shortfalls: tuple[Shortfall, ...] = Field(min_length=1)
    compared: tuple[Compared, ...] = ()
    former: Clusters | None = None


Grouping = Clusters | Ungrouped
