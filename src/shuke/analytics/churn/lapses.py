"""What contracts that ended say: how many were not renewed, how sure that is, and how earlier rates have held.

Plain JSON, stored with the run; the counts come from the expressions of `renewal`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import sqrt
from typing import Any

from pydantic import Field

from shuke.analytics.churn.parameters import Learned
from shuke.analytics.shares import Kept, kept, wilson

__all__ = ["GRACE", "MOST_BEFORE", "NEEDED_CONTRACTS", "Ahead", "Judged", "Renewal", "RenewalCheck", "RenewalRate"]

GRACE = timedelta(30)
"""So long after its end a contract may still be renewed."""
MOST_BEFORE = 3
PRIOR = 20
NEEDED_CONTRACTS = 20
"""So many must have ended: of fewer, none lapsed says nothing yet."""
LONGEST_CHECK = timedelta(365)
BEYOND_CHANCE = 2.576
"""So many standard errors apart two shares come by chance alone once in a hundred times."""

Row = Mapping[str, Any]


class RenewalRate(Learned):
    """Of `contracts` that ended after so many before them, so many were not renewed."""

    before: int
    contracts: int
    lapsed: int

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true share of those that lapse lies, nineteen times of twenty."""
        return wilson(self.lapsed, self.contracts)


class Judged(RenewalRate):
    """The same of contracts that ended later, and the chance to lapse that was `said` of each of them."""

    said: float


class RenewalCheck(Learned):
    """Rates as they were known on `cut_on`, held against the contracts that ended from then on and before `until`.

    `learned` and `came` are how many there were and how many of them lapsed; `judged` is empty where there were too
    few of either, or where no renewal had been seen.
    """

    cut_on: date
    until: date
    learned: RenewalRate
    came: RenewalRate
    judged: tuple[Judged, ...] = ()

    @property
    def expected(self) -> float:
        """How many of those that came were expected to lapse."""
        return sum(each.contracts * each.said for each in self.judged)

    @property
    def brier(self) -> float:
        """The mean square of what was said less what came."""
        return sum(_squares(each, each.said) for each in self.judged) / self.came.contracts

    @property
    def brier_of_base_rate(self) -> float:
        """The same with one chance for all, the share that had lapsed until then."""
        return _squares(self.came, self.learned.lapsed / self.learned.contracts) / self.came.contracts

    @property
    def verdict(self) -> Kept | None:
        """Whether what was said has held: `too_low` where more lapsed; None where nothing could be said."""
        if not self.judged:
            return None
        said, came = (lapsed / self.came.contracts for lapsed in (self.expected, self.came.lapsed))
        return kept(said=said, came=came, by_chance=self._by_chance())

    def _by_chance(self) -> float:
        """How far apart the two shares come by chance: those learned from were only so many, too."""
        spread = sum(each.contracts * each.said * (1 - each.said) for each in self.judged) / self.came.contracts
        return BEYOND_CHANCE * sqrt(spread * (1 / self.came.contracts + 1 / self.learned.contracts))


class Ahead(Learned):
    """Contracts that end within the notice and have no successor; amounts in minor units, None where none is known.

    So many of them are `cancelled`, so many `expected` to lapse, and `likely` ones have a chance from which a customer
    is on the risk list.
    """

    notice_days: int
    contracts: int
    customers: int
    cancelled: int
    amount: int | None
    expected: float | None
    likely: int
    likely_amount: int | None


class Renewal(Learned):
    """What past contracts say; a rate of few is drawn to the rate of all, as if 20 more had ended like those."""

    rates: tuple[RenewalRate, ...] = Field(max_length=MOST_BEFORE + 1)
    check: RenewalCheck | None = None
    ahead: Ahead | None = None

    @classmethod
    def from_rows(cls, rows: Iterable[Row], *, as_of: date) -> "Renewal":
        """Read the rows that `renewal.fit` gives of what was known before `as_of`."""
        ended = list(rows)
        return cls(rates=_rates(ended), check=_check(ended, until=as_of - GRACE) if ended else None)

    @property
    def total(self) -> RenewalRate:
        """All that ended, however many were before them."""
        return _together(self.rates)

    def risk(self, before: int) -> float | None:
        """The chance that a contract lapses after `before` others.

        None where hardly any contract has ended yet, and where no renewal has been seen at all: a source that moves the
        end of a contract shows only what ended.
        """
        contracts, lapsed = self.total.contracts, self.total.lapsed
        if contracts < NEEDED_CONTRACTS or lapsed == contracts:
            return None
        alike = next((rate for rate in self.rates if rate.before == before), None)
        own = (alike.lapsed, alike.contracts) if alike else (0, 0)
        return float((own[0] + PRIOR * lapsed / contracts) / (own[1] + PRIOR))


def _rates(ended: Iterable[Row]) -> tuple[RenewalRate, ...]:
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for row in ended:
        counts[row["before"]][0] += row["contracts"]
        counts[row["before"]][1] += row["lapsed"]
    return tuple(
        RenewalRate(before=before, contracts=contracts, lapsed=lapsed)
        for before, (contracts, lapsed) in sorted(counts.items())
    )


def _together(rates: Iterable[RenewalRate]) -> RenewalRate:
    counts = [(rate.contracts, rate.lapsed) for rate in rates]
    return RenewalRate(before=0, contracts=sum(count for count, _ in counts), lapsed=sum(count for _, count in counts))


def _check(ended: Sequence[Row], *, until: date) -> RenewalCheck:
    """The last year, or the later half of a shorter history, against what was known when it began."""
    first = min(row["ends_on"] for row in ended)
    cut_on = until - min(LONGEST_CHECK, (until - first) / 2)
    known = Renewal(rates=_rates(row for row in ended if row["ends_on"] < cut_on - GRACE))
    came = _rates(row for row in ended if row["ends_on"] >= cut_on)
    found = RenewalCheck(cut_on=cut_on, until=until, learned=known.total, came=_together(came))
    said = [(rate, risk) for rate in came if (risk := known.risk(rate.before)) is not None]
    if found.came.contracts < NEEDED_CONTRACTS or len(said) < len(came):
        return found
    judged = tuple(Judged(**rate.model_dump(), said=risk) for rate, risk in said)
    return found.model_copy(update={"judged": judged})


def _squares(came: RenewalRate, said: float) -> float:
    return came.lapsed * (1 - said) ** 2 + (came.contracts - came.lapsed) * said**2
