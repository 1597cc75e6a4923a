"""A crowd of people to ask rules about, rules to ask, and who fits them, told in plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import ibis
import pyarrow as pa
from hypothesis import strategies as st

from shuke.analytics.rules import tables, tree
from shuke.analytics.rules.fields import CATALOGUE, FIELDS, Kind

TODAY = date(2026, 6, 1)
TAGS, STORES, OWNERS = (1, 2), (1, 2), (1, 2)
CHANNELS = ("store", 'it\'s %s \\ "quoted" %(x)s -- ; 微信')
CATEGORIES = ("茶", "茶具'); DROP TABLE tag; --")
NUMBERS = (None, 0, 1, 2, 3, 30, 90, 30_000)
DAYS_AGO = (None, -1, 0, 1, 29, 30, 31, 90, 91, 400)
Row = dict[str, Any]


@dataclass
class Crowd:
    """Rows as the tables of rules have them; `lines` belong to orders."""

    people: list[Row]
    orders: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    tags: list[Row] = field(default_factory=list)

    def tables(self) -> tables.RuleTables:
        """The crowd in DuckDB."""
        told = ((name, getattr(self, name), getattr(tables, name.upper())) for name in self.__dataclass_fields__)
        return tables.RuleTables(**{name: memory(rows, schema) for name, rows, schema in told})


def memory(rows: Iterable[Row], schema: ibis.Schema):
    return ibis.memtable(pa.Table.from_pylist(list(rows), schema=schema.to_pyarrow()), schema=schema)


def ago(days: int | None) -> date | None:
    return None if days is None else TODAY - timedelta(days)


def crowd(seed: int, size: int = 40) -> Crowd:
    """People with every edge among their values, some with nothing known at all."""
    random = Random(seed)
    made = Crowd([{"customer_id": number} | _person(random, number) for number in range(1, size + 1)])
    for number in range(1, 3 * size):
        _order(made, random, number)
    made.tags = [
        {"customer_id": person["customer_id"], "tag_id": tag}
        for person in made.people
        for tag in TAGS
        if random.random() < 0.4
    ]
    return made


def _person(random: Random, number: int) -> Row:
    if number % 7 == 0:
        return dict.fromkeys(FIELDS) | {"has_owner": False, "has_birthday": False, "at_risk": False}
    told = {asked.key: _value(random, asked) for asked in CATALOGUE}
    return told | {"has_owner": told["owner_id"] is not None, "has_birthday": told["birth_month"] is not None}


def _value(random: Random, asked) -> object:
    if asked.kind is Kind.NUMBER:
        return random.choice(NUMBERS)
    if asked.kind is Kind.DAY:
        return ago(random.choice(DAYS_AGO))
    if asked.kind is Kind.FLAG:
        return random.random() < 0.5
    values = STORES if asked.listed else [value for value, _words in asked.choices]
    return random.choice([None, *values])


def _order(made: Crowd, random: Random, number: int) -> None:
    order = {
        "customer_id": random.choice(made.people)["customer_id"],
        "order_id": number,
        "ordered_on": ago(random.choice(DAYS_AGO[1:])),
        "store_id": random.choice([None, *STORES]),
        "channel": random.choice(["", *CHANNELS]),
    }
    amounts = [random.choice([1, 100, 50_000]) for _each in range(random.randint(1, 3))]
    made.orders.append(order | {"amount": sum(amounts)})
    made.lines += [order | {"amount": amount, "category": random.choice(["", *CATEGORIES])} for amount in amounts]


def _bounds(values: Iterable[int]):
    value = st.one_of(st.none(), st.sampled_from([each for each in values if each is not None]))
    pairs = st.tuples(value, value).filter(lambda pair: pair != (None, None))
    return pairs.map(lambda pair: tuple(sorted(pair)) if None not in pair else pair)


def _of(kind: Kind):
    return st.sampled_from([asked.key for asked in CATALOGUE if asked.kind is kind])


def _choices(key: str):
    values = list(map(str, STORES)) if FIELDS[key].listed else [value for value, _words in FIELDS[key].choices]
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(
        lambda chosen: tree.Choice(field=key, one_of=tuple(chosen))
    )


numbers = st.builds(
    lambda key, pair: tree.Number(field=key, at_least=pair[0], at_most=pair[1]), _of(Kind.NUMBER), _bounds(NUMBERS)
)
days = st.builds(
    tree.Day,
    field=_of(Kind.DAY),
    how=st.sampled_from(["within", "before", "never"]),
    days=st.sampled_from([0, 1, 30, 90, 36_500]),
)
bought = st.builds(
    lambda pair, **rest: tree.Bought(at_least=pair[0], at_most=pair[1], **rest),
    _bounds([0, 1, 2, 100, 50_000]),
    measure=st.sampled_from(["orders", "money"]),
    days=st.sampled_from([1, 30, 90, 36_500]),
    store=st.sampled_from([None, *STORES]),
    channel=st.sampled_from([None, *CHANNELS]),
    category=st.sampled_from([None, *CATEGORIES]),
)
conditions = st.one_of(
    numbers,
    _of(Kind.CHOICE).flatmap(_choices),
    days,
    st.builds(tree.Flag, field=_of(Kind.FLAG), holds=st.booleans()),
    st.builds(tree.Tag, tag=st.sampled_from(TAGS)),
    bought,
)
_branches = st.lists(conditions | conditions.map(lambda rule: tree.Not(rule=rule)), min_size=1, max_size=4).map(tuple)
groups = st.builds(tree.All, of=_branches) | st.builds(tree.Some, of=_branches)
rules = st.one_of(
    conditions,
    groups,
    groups.map(lambda rule: tree.Not(rule=rule)),
    st.builds(tree.All, of=st.lists(groups, min_size=1, max_size=3).map(tuple)),
    st.builds(tree.Some, of=st.lists(groups, min_size=1, max_size=3).map(tuple)),
)


def who_fits(rule: tree.Rule, of: Crowd) -> set[int]:
    """Who fits, one person at a time."""
    return {person["customer_id"] for person in of.people if _fits(rule, person, of)}


def _fits(rule: tree.Rule, person: Row, of: Crowd) -> bool:
    match rule:
        case tree.All():
            return all(_fits(each, person, of) for each in rule.of)
        case tree.Some():
            return any(_fits(each, person, of) for each in rule.of)
        case tree.Not():
            return not _fits(rule.rule, person, of)
        case tree.Tag():
            return {"customer_id": person["customer_id"], "tag_id": rule.tag} in of.tags
        case tree.Bought():
            return _between(_bought(rule, person, of), rule)
    return _fits_value(rule, person[rule.field])


def _fits_value(rule: tree.Condition, value: Any) -> bool:
    if value is None:
        return isinstance(rule, tree.Day) and rule.how == "never"
    match rule:
        case tree.Number():
            return _between(value, rule)
        case tree.Choice():
            return str(value) in rule.one_of
        case tree.Flag():
            return value == rule.holds
        case tree.Day(how="never"):
            return False
    days_ago = (TODAY - value).days
    return days_ago > rule.days if rule.how == "before" else 0 <= days_ago <= rule.days


def _between(value: float, bounds: tree.Number | tree.Bought) -> bool:
    low, high = bounds.at_least, bounds.at_most
    return (low is None or value >= low) and (high is None or value <= high)


def _bought(rule: tree.Bought, person: Row, of: Crowd) -> int:
    asked = {"store_id": rule.store, "channel": rule.channel, "category": rule.category}
    wanted = {name: value for name, value in asked.items() if value is not None} | {
        "customer_id": person["customer_id"]
    }
    facts = [
        fact
        for fact in (of.lines if rule.category else of.orders)
        if 0 <= (TODAY - fact["ordered_on"]).days <= rule.days
        and all(fact[name] == value for name, value in wanted.items())
    ]
    return len({fact["order_id"] for fact in facts}) if rule.measure == "orders" else sum(f["amount"] for f in facts)
