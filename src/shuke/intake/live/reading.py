"""From what was sent to rows as the staging table of an import holds them; contacts are sealed on the way."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from pydantic import ValidationError

from shuke.customers import contacts, names
from shuke.intake.checks.forms import ASSIGNED_MOBILE
from shuke.intake.fields import Kind
from shuke.intake.live import forms
from shuke.intake.live.problems import Problem, told
from shuke.intake.live.records import (
    BehaviourRecord,
    CustomerRecord,
    InteractionRecord,
    OrderRecord,
    Record,
    told_fields,
)

LONGEST_BATCH = 500
LONGEST_KEY = 200
TYPES = {
    "customer": Kind.CUSTOMERS,
    "order": Kind.ORDERS,
    "interaction": Kind.INTERACTIONS,
    "behaviour": Kind.BEHAVIOURS,
}
RECORDS: dict[Kind, type[Record]] = {
    Kind.CUSTOMERS: CustomerRecord,
    Kind.ORDERS: OrderRecord,
    Kind.INTERACTIONS: InteractionRecord,
    Kind.BEHAVIOURS: BehaviourRecord,
}
COLUMN_OF = {
    Kind.CUSTOMERS: {"key": "customer"},
    Kind.ORDERS: {"key": "order"},
    Kind.INTERACTIONS: {"key": "entry", "satisfaction": "rating"},
    Kind.BEHAVIOURS: {"key": "event"},
}
"""Fields whose column of the staging table has another name."""
CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
UNASSIGNED = "phone_unassigned"
TYPED_BY_PEOPLE = {"phone": forms.phone, "email": forms.email, "birthday": forms.birthday}
"""A record is taken without what of these cannot be read, as a row of a file is; the problem is told."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A record that can be written. `tells` are the columns that it fills, `rows` its lines or itself."""

    index: int
    kind: Kind
    key: str
    tells: frozenset[str]
    rows: tuple[Mapping[str, Any], ...]
    problems: tuple[Problem, ...] = ()

    @property
    def has_lines(self) -> bool:
        return "line_amount" in self.rows[0]


@dataclass(frozen=True, slots=True)
class Untaken:
    """A record that cannot be written, and why."""

    index: int
    key: str
    problems: tuple[Problem, ...]


def read(sent: Any, *, index: int, kind: Kind | None = None) -> Taken | Untaken:
    """One record of a batch; without `kind` its “type” says what it is."""
    if not isinstance(sent, dict):
        return Untaken(index, "", (Problem("wrong_type"),))
    key = _key_of(sent)
    if kind is None:
        sent = dict(sent)
        named = sent.pop("type", None)
        kind = TYPES.get(named) if isinstance(named, str) else None
        if kind is None:
            return Untaken(index, key, (Problem("type_unknown", "type"),))
    try:
        record = RECORDS[kind].model_validate(sent)
    except ValidationError as refused:
        return Untaken(index, key, tuple(map(told, refused.errors(include_url=False, include_input=False))))
    return _taken(record, kind, index)


def _key_of(sent: dict[str, Any]) -> str:
    key = sent.get("key")
    return str(key)[:LONGEST_KEY] if isinstance(key, str | int) else ""


def _taken(record: Record, kind: Kind, index: int) -> Taken:
    values, problems = told_fields(record), []
    for field, reader in TYPED_BY_PEOPLE.items():
        if field in values:
            values[field], code = _read_by_people(field, values[field], reader)
            problems += [Problem(code, field)] if code else []
    lines = values.pop("lines", ())
    row = dict(_columns(values, kind))
    tells = frozenset(column for column, value in row.items() if value is not None)
    rows = tuple({**row, **dict(_line(line))} for line in lines) or (row,)
    return Taken(index, kind, record.key, tells, rows, tuple(problems))


def _read_by_people(field: str, text: str, reader: forms.Reader) -> tuple[str | None, str]:
    """The value in its normal form, and the problem's code if there is one."""
    value = reader(text)
    if value is None:
        return None, "phone_masked" if field == "phone" and "**" in text else f"{field}_unreadable"
    is_odd = field == "phone" and forms.MOBILE.fullmatch(value) and not re.fullmatch(ASSIGNED_MOBILE, value[3:])
    return value, UNASSIGNED if is_odd else ""


def _columns(values: dict[str, Any], kind: Kind) -> Iterator[tuple[str, Any]]:
    """The record's values under the names of the staging table's columns."""
    customer = values.get("key" if kind == Kind.CUSTOMERS else "customer")
    yield "customer_key", customer
    name = values.get("name") or _nickname(customer, kind)
    if name:
        yield from zip(("name", "pinyin", "initials"), (name, *names.sounded(name)), strict=True)
    for field in ("phone", "email"):
        if values.get(field):
            yield f"{field}_value", contacts.seal(values[field])
            yield f"{field}_index", contacts.fingerprint(values[field])
    if "at" in values:
        yield "at_on", values["at"].astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    renamed = COLUMN_OF[kind]
    for field, value in values.items():
        if field not in ("name", "phone", "email", "customer") and renamed.get(field) != "customer":
            yield renamed.get(field, field), ",".join(value) if field == "tags" else value


def _nickname(customer: str | None, kind: Kind) -> str | None:
    """Where a shop knows its buyers by nickname alone, that is their name until somebody tells a better one."""
    return customer if kind != Kind.CUSTOMERS and customer and CHINESE.search(customer) else None


def _line(line: Any) -> Iterator[tuple[str, Any]]:
    yield from (("product", line.product), ("product_name", line.product_name), ("category", line.category))
    yield from (("quantity", line.quantity), ("price", line.unit_price), ("line_amount", line.amount))
