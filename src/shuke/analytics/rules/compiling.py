"""From a rule to a table of those who fit. What is not known about somebody fits no condition."""

from datetime import date, timedelta
from functools import reduce
from operator import and_, or_

import ibis
import ibis.expr.types as ir

from shuke.analytics.rules.fields import FIELDS
from shuke.analytics.rules.tables import RuleTables
from shuke.analytics.rules.tree import (
    All,
    Bought,
    Choice,
    Condition,
    Day,
    Flag,
    Not,
    Number,
    Rule,
    Some,
    Tag,
    conditions,
)

Facts = dict[Condition, str]


def fitting(rule: Rule, tables: RuleTables, *, day: date) -> ir.Table:
    """One row with customer_id for each of the people who fits the rule on `day`; nothing dated later is seen.

    What people did is summed up and joined to them, once for each condition that asks for it. As subqueries inside of
    the condition, PostgreSQL would look through large ones row by row.
    """
    people, facts = _with_facts(rule, tables, day)
    return people.filter(_fits(rule, people, facts, day)).select("customer_id")


def _with_facts(rule: Rule, tables: RuleTables, day: date) -> tuple[ir.Table, Facts]:
    """The people with a column for each condition about facts, and which column is whose."""
    asking = dict.fromkeys(each for each in conditions(rule) if isinstance(each, Bought | Tag))
    facts: Facts = {condition: f"fact_{place}" for place, condition in enumerate(asking)}
    people = tables.people
    for condition, name in facts.items():
        measured = _measured(condition, tables, day).rename({f"{name}_of": "customer_id", name: "measured"})
        people = people.left_join(measured, people.customer_id == measured[f"{name}_of"])
    return people, facts


def _measured(condition: Condition, tables: RuleTables, day: date) -> ir.Table:
    """By customer_id, what a condition about facts measures; whoever is not in it has nothing."""
    if isinstance(condition, Bought):
        return _bought(condition, tables, day)
    tags = tables.tags
    return (
        tags.filter(tags.tag_id == getattr(condition, "tag", None)).group_by("customer_id").agg(measured=ibis._.count())
    )


def _bought(condition: Bought, tables: RuleTables, day: date) -> ir.Table:
    facts = tables.orders if condition.category is None else tables.lines
    asked = [facts.ordered_on.between(ibis.literal(day - timedelta(condition.days)), ibis.literal(day))]
    asked += [
        facts[column] == value
        for column, value in (
            ("store_id", condition.store),
            ("channel", condition.channel),
            ("category", condition.category),
        )
        if value is not None
    ]
    orders = ibis._.count() if condition.category is None else ibis._.order_id.nunique()
    measure = orders if condition.measure == "orders" else ibis._.amount.sum()
    return facts.filter(asked).group_by("customer_id").agg(measured=measure.cast("int64"))


def _fits(rule: Rule, people: ir.Table, facts: Facts, day: date) -> ir.BooleanValue:
    if isinstance(rule, All):
        return reduce(and_, (_fits(each, people, facts, day) for each in rule.of))
    if isinstance(rule, Some):
        return reduce(or_, (_fits(each, people, facts, day) for each in rule.of))
    if isinstance(rule, Not):
        return ~_fits(rule.rule, people, facts, day)
    if isinstance(rule, Bought | Tag):
        measured = people[facts[rule]].fill_null(0)
        return measured > 0 if isinstance(rule, Tag) else _within(measured, rule)
    return _known(rule, people[rule.field], day).fill_null(False)


def _known(condition: Number | Choice | Day | Flag, value: ir.Value, day: date) -> ir.BooleanValue:
    """The condition about a column of the people; NULL where that is NULL."""
    if isinstance(condition, Number):
        return _within(value, condition)
    if isinstance(condition, Choice):
        return _one_of(value, condition)
    if isinstance(condition, Flag):
        return value == condition.holds
    return _on(value, condition, day)


def _within(value: ir.Value, bounds: Number | Bought) -> ir.BooleanValue:
    sides = [value >= bounds.at_least] if bounds.at_least is not None else []
    sides += [value <= bounds.at_most] if bounds.at_most is not None else []
    return reduce(and_, sides)


def _one_of(value: ir.Value, condition: Choice) -> ir.BooleanValue:
    by_number = bool(FIELDS[condition.field].listed)
    return value.isin([int(each) for each in condition.one_of] if by_number else list(condition.one_of))


def _on(value: ir.Value, condition: Day, day: date) -> ir.BooleanValue:
    if condition.how == "never":
        return value.isnull()
    first = ibis.literal(day - timedelta(condition.days))
    return value < first if condition.how == "before" else value.between(first, ibis.literal(day))
