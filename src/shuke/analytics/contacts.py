"""What contacts say by themselves: how often, whether they are answered, when and where best, and how satisfied.

Measured as of any day by one pass over the contacts; the emotional account, relationship quality and health read it.
"""

from datetime import date, timedelta

import ibis.expr.types as ir

from shuke.analytics.rfm import YEAR_DAYS, by_first_identity, days_until
from shuke.analytics.tables import Tables

ANSWERED = ("reached", "promised", "refused")
"""Outcomes of a contact that the customer answered: they spoke with us, whatever they said."""
UNANSWERED = ("no_answer", "busy")
"""Outcomes of one that they did not. A wrong number, or an outcome in a source's own words, says neither."""
WINDOWS = (30, 90, 365)
COUNT_DIGITS = 9
HOURS = 24
MOST_IDS = 2**40


def contacts(tables: Tables, *, as_of: date, seen_until: date | None = None) -> ir.Table:
    """One row per customer with a contact before `seen_until` (`as_of` if left out), whether they have an order or not.

    - `out_30`, `out_90`, `out_365`, `in_30`, `in_90`, `in_365`: contacts to and from the customer in so many days.
    - `answered_365`, `unanswered_365`: those to the customer of the last 365 days by how they ended; `reached_share`:
      answered of both, null without any.
    - `unanswered_in_row`: contacts without an answer since the customer was last reached or came by themselves.
    - `days_since_contact`, and `days_since_reached`, null where the customer never answered or came.
    - `ratings` of the last 365 days and `satisfaction`, their mean from 1 to 5, null without any.
    - `preferred_channel` and `preferred_hour` (0 to 23) of most contacts of the last 365 days that reached the
      customer; of equal ones the last channel by name and the earlier hour; null where nothing says it.
    """
    year = as_of - timedelta(YEAR_DAYS)
    told = _with_habits(standing(tables, as_of=as_of, seen_until=seen_until or as_of), year)
    people = told.group_by("identity_id").agg(**_sums(told, as_of=as_of, year=year))
    known = people.inner_join(tables.identities, "identity_id")
    return known.select("customer_id", **_measures(known, as_of=as_of))


def standing(tables: Tables, *, as_of: date, seen_until: date) -> ir.Table:
    """The contacts that are seen, each with its customer's first identity.

    `place` rises by day and by id within it. `met` is true where the customer was reached or came by themselves.
    """
    seen = tables.interactions.filter(tables.interactions.happened_on < seen_until)
    facts = by_first_identity(seen, tables.identities)
    is_in = facts.direction == "in"
    place = facts.interaction_id - days_until(as_of, facts.happened_on).cast("int64") * MOST_IDS
    return facts.mutate(
        place=place,
        is_in=is_in,
        met=is_in | facts.outcome.isin(ANSWERED).fill_null(False),
        missed=~is_in & facts.outcome.isin(UNANSWERED).fill_null(False),
    )


def _with_habits(told: ir.Table, year: date) -> ir.Table:
    """Add where the customer was last met, and to each meeting of the year how many had its channel and its hour."""
    met = told.met & (told.happened_on >= year)
    counted = met.cast("int64")
    return told.mutate(
        last_met=told.place.max(where=told.met).over(group_by="identity_id"),
        met_lately=met,
        by_channel=counted.sum().over(group_by=("identity_id", "channel")),
        by_hour=counted.sum().over(group_by=("identity_id", "hour")),
    )


def _sums(told: ir.Table, *, as_of: date, year: date) -> dict[str, ir.Scalar]:
    day, is_in = told.happened_on, told.is_in
    since = {days: as_of - timedelta(days) for days in WINDOWS}
    lately = day >= year
    channel = told.by_channel.cast("string").lpad(COUNT_DIGITS, "0").concat(told.channel)
    hour = told.by_hour * HOURS + (HOURS - 1 - told.hour)
    return {
        **{f"out_{days}": told.count(where=~is_in & (day >= since[days])) for days in WINDOWS},
        **{f"in_{days}": told.count(where=is_in & (day >= since[days])) for days in WINDOWS},
        "answered_365": told.count(where=told.met & ~is_in & lately),
        "unanswered_365": told.count(where=told.missed & lately),
        "unanswered_in_row": told.count(where=told.missed & (told.place > told.last_met.fill_null(told.place - 1))),
        "last_contact_on": day.max(),
        "last_met_on": day.max(where=told.met),
        "ratings": told.satisfaction.count(where=lately),
        "rated": told.satisfaction.cast("int64").sum(where=lately),
        "channel": channel.max(where=told.met_lately & (told.channel != "")),
        "hour": hour.max(where=told.met_lately),
    }


def _measures(people: ir.Table, *, as_of: date) -> dict[str, ir.Value]:
    tries = people.answered_365 + people.unanswered_365
    counts = [f"{way}_{days}" for way in ("out", "in") for days in WINDOWS]
    return {
        **{name: people[name] for name in (*counts, "answered_365", "unanswered_365")},
        "reached_share": people.answered_365 / tries.nullif(0),
        "unanswered_in_row": people.unanswered_in_row,
        "days_since_contact": days_until(as_of, people.last_contact_on),
        "days_since_reached": days_until(as_of, people.last_met_on),
        "ratings": people.ratings,
        "satisfaction": people.rated / people.ratings.nullif(0),
        "preferred_channel": people.channel.substr(COUNT_DIGITS),
        "preferred_hour": (HOURS - 1 - people.hour % HOURS).cast("int32"),
    }
