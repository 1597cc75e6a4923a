"""Which column says what: proposed from the names that people give their columns, then checked."""

import re
from collections.abc import Mapping as MappingOf
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from shuke.core.words import mark as _
from shuke.intake.fields import FIELDS, Field, Kind, Need, field, plain_name
from shuke.intake.reading import Layout, Unusable
from shuke.intake.reading.layout import clean

EXACT, PART = 1.0, 0.6
NEVER = re.compile(r"勿导入|忽略|do not import|ignore", re.IGNORECASE)
SHORT_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}")
CONTACTS = ("phone", "email")


class NoCustomerKey(Unusable):
    code = "no_customer_key"
    message = _(
        "%(file)s does not say who the customer is: it has no column with a customer number, a phone number "
        "or an e-mail address. Columns found: %(columns)s."
    )


class NoColumnFor(Unusable):
    code = "no_column_for_field"
    message = _("%(file)s has no column for “%(field)s”. Columns found: %(columns)s.")
    marked = ("field",)


class UnknownColumn(Unusable):
    code = "mapping_unknown_column"
    message = _("%(file)s has no column “%(column)s” that the mapping names.")


class UnknownField(Unusable):
    code = "mapping_unknown_field"
    message = _("%(file)s: the mapping names “%(field)s”, which a file of %(kind)s does not have.")
    marked = ("kind",)


class Grain(StrEnum):
    """What one row of an order file is."""

    ORDER = "order"
    LINE = "line"


class DayOrder(StrEnum):
    """How 3/4/2026 is meant; dates that begin with the year need no choice."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True)
class Mapping:
    """The agreed reading of a file: field → column name. What no field names is never stored."""

    kind: Kind
    columns: MappingOf[str, str]
    grain: Grain = Grain.ORDER
    day_order: DayOrder = DayOrder.DAY_FIRST

    @property
    def customer_by(self) -> str | None:
        """The field that tells one customer from another: a number if there is one, else a contact."""
        return next((key for key in ("customer", *CONTACTS) if key in self.columns), None)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: MappingOf[str, Any]) -> "Mapping":
        return cls(
            kind=Kind(stored["kind"]),
            columns=dict(stored["columns"]),
            grain=Grain(stored.get("grain", Grain.ORDER)),
            day_order=DayOrder(stored.get("day_order", DayOrder.DAY_FIRST)),
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping to agree to, and how sure each of its choices is (0 … 1)."""

    mapping: Mapping
    confidence: MappingOf[str, float]
    dropped: tuple[str, ...]
    """Columns that no field takes."""


def propose(layout: Layout, *, kind: Kind | None = None) -> Proposal:
    """The likeliest mapping of a file's columns; where `kind` is not given, of the kind that fits best."""
    kinds = (kind,) if kind else tuple(Kind)
    return max((_propose(layout, candidate) for candidate in kinds), key=_fitness)


def validate(mapping: Mapping, layout: Layout, *, file: str) -> Mapping:
    """The mapping, fit for `layout`; NoCustomerKey, NoColumnFor, UnknownColumn or UnknownField if it cannot serve."""
    known = {known.key for known in FIELDS[mapping.kind]}
    for key, column in mapping.columns.items():
        if key not in known:
            raise UnknownField(file=file, field=key, kind=mapping.kind.words)
        if column not in layout.header:
            raise UnknownColumn(file=file, column=column)
    found = ", ".join(layout.header)
    if mapping.customer_by is None:
        raise NoCustomerKey(file=file, columns=found)
    for key in required(mapping):
        if key not in mapping.columns:
            raise NoColumnFor(file=file, field=field(mapping.kind, key).label, columns=found)
    return mapping


def required(mapping: Mapping) -> tuple[str, ...]:
    """The fields whose every cell must be readable."""
    needed = [known.key for known in FIELDS[mapping.kind] if known.need == Need.CELL and known.key != "customer"]
    if mapping.kind == Kind.ORDERS:
        needed += ["quantity", "price"] if mapping.grain == Grain.LINE else ["amount"]
    elif mapping.customer_by:
        needed.append(mapping.customer_by)
    return tuple(needed)


def _propose(layout: Layout, kind: Kind) -> Proposal:
    sure = _best_pairs(layout.header, FIELDS[kind])
    columns = {known.key: sure[known.key][0] for known in FIELDS[kind] if known.key in sure}
    confidence = {key: score for key, (_column, score) in sure.items()}
    mapping = Mapping(kind, columns, _grain(columns) if kind == Kind.ORDERS else Grain.ORDER)
    mapping = replace(mapping, day_order=_day_order(layout))
    dropped = tuple(column for column in layout.header if column not in columns.values())
    return Proposal(mapping, confidence, dropped)


def _best_pairs(header: tuple[str, ...], fields: tuple[Field, ...]) -> dict[str, tuple[str, float]]:
    """Each field with at most one column and each column with at most one field, the surest pairs first."""
    pairs = sorted(
        (
            (-score, rank, place, known.key, column)
            for place, column in enumerate(header)
            for known in fields
            for score, rank in [_likeness(known, column)]
            if score
        ),
    )
    chosen: dict[str, tuple[str, float]] = {}
    taken: set[str] = set()
    for score, _rank, _place, key, column in pairs:
        if key not in chosen and column not in taken:
            chosen[key] = (column, -score)
            taken.add(column)
    return chosen


def _likeness(known: Field, column: str) -> tuple[float, int]:
    """How surely `column` is this field, and the rank of the name that says so."""
    if NEVER.search(column):
        return 0, 0
    plain = plain_name(column)
    if plain in known.names:
        return EXACT, known.names.index(plain)
    for rank, name in enumerate(known.names):
        if len(name) > 3 and name.isascii() and plain.endswith(name):
            return PART, rank
        if len(name) > 2 and not name.isascii() and name in plain:
            return PART, rank
    return 0, 0


def _fitness(proposal: Proposal) -> tuple[bool, float]:
    mapping = proposal.mapping
    complete = mapping.customer_by is not None and all(key in mapping.columns for key in required(mapping))
    telling = [key for key in proposal.confidence if key not in ("customer", "name", "phone", "email", "store")]
    return complete, sum(proposal.confidence[key] for key in telling)


def _grain(columns: MappingOf[str, str]) -> Grain:
    """A row with an article, its number and its price is a line of an order."""
    priced = {"quantity", "price"} <= columns.keys()
    return Grain.LINE if priced and columns.keys() & {"product", "product_name"} else Grain.ORDER


def _day_order(layout: Layout) -> DayOrder:
    """Month first only if a date of the sample says so."""
    dates = [SHORT_DATE.match(clean(cell)) for cells in layout.examples for cell in cells]
    pairs = [(int(date[1]), int(date[2])) for date in dates if date]
    month_first = any(second > 12 for _first, second in pairs) and not any(first > 12 for first, _second in pairs)
    return DayOrder.MONTH_FIRST if month_first else DayOrder.DAY_FIRST
