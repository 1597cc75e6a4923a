"""What the quality of a relationship and its map count of each customer, as of any day."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from shuke.analytics.rfm import YEAR_DAYS, by_first_identity
from shuke.analytics.tables import Tables

COUNTED = ("promises", "promises_kept", "went_back", "acts", "shares")
SHARING = "share"
"""The kind of `behaviours` that speaks for the shop in public."""


def facts(tables: Tables, experiences: ir.Table, *, as_of: date, seen_until: date) -> ir.Table:
    """One row per customer with any of these, all of the last 365 days before `seen_until`:

    - `promises`: promised dates that are over, and `promises_kept`: those before or on which there was another contact;
    - `went_back`: orders that were sent back or refunded;
    - `acts`: what the customer did in the shop by themselves, and `shares`: what of it was sharing.
    """
    year = as_of - timedelta(YEAR_DAYS)
    counted = _promised(tables, year, seen_until).union(_back(experiences, year), _acts(tables, year, seen_until))
    people = counted.group_by("identity_id").agg(**{name: counted[name].sum() for name in COUNTED})
    return people.inner_join(tables.identities, "identity_id").select("customer_id", *COUNTED)


def _promised(tables: Tables, year: date, seen_until: date) -> ir.Table:
    """A promise is over with its day; whoever was contacted before it needed no other call."""
    seen = tables.interactions.filter(tables.interactions.happened_on < seen_until)
    told = by_first_identity(seen.select("identity_id", "happened_on", "promised_on"), tables.identities)
    said = told.filter(told.promised_on >= year, told.promised_on < seen_until)
    then = told.view()
    in_time = (then.happened_on > said.happened_on) & (then.happened_on <= said.promised_on)
    kept = said.semi_join(then, [said.identity_id == then.identity_id, in_time])
    one = ibis.literal(1)
    return _counting(said, promises=one).union(_counting(kept, promises_kept=one))


def _back(experiences: ir.Table, year: date) -> ir.Table:
    backs = experiences.filter(experiences.back.notnull(), experiences.happened_on >= year)
    return _counting(backs, went_back=ibis.literal(1))


def _acts(tables: Tables, year: date, seen_until: date) -> ir.Table:
    told = tables.behaviours
    seen = told.filter(told.happened_on >= year, told.happened_on < seen_until)
    facts = by_first_identity(seen, tables.identities)
    return _counting(facts, acts=facts.times, shares=(facts.kind == SHARING).ifelse(facts.times, 0))


def _counting(told: ir.Table, **counts: ir.NumericValue) -> ir.Table:
    """Rows that count something and nothing else, so that one sum counts all."""
    nothing = ibis.literal(0)
    return told.select("identity_id", **{name: counts.get(name, nothing).cast("int64") for name in COUNTED})
