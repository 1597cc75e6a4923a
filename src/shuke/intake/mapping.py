"""Which column says what: proposed from the names that people give their columns, then checked."""

import re
from collections.abc import Mapping as MappingOf
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

from shuke.core.words import mark as _
from shuke.intake.fields import FIELDS, LIVE_ONLY, Field, Form, Kind, Need, field, plain_name
from shuke.intake.reading import Layout, Unusable
from shuke.intake.reading.layout import clean

EXACT, PART = 1.0, 0.6
UNLIKELY = 0.4
"""Times as sure of a field whose cells do not look like it."""
DIGIT = re.compile(r"[0-9０-９]")
LOOKS_LIKE = {
    "customer": re.compile(r"^(?![\u4e00-\u9fff·]{2,4}$|[A-Za-z]+ [A-Za-z .'-]+$)"),
    "name": re.compile(r"[^\W\d_]"),
    "order": DIGIT,
    Form.TIME: DIGIT,
    Form.DAY: DIGIT,
    Form.PERIOD: DIGIT,
    Form.BIRTHDAY: DIGIT,
    Form.MONEY: DIGIT,
    Form.PRICE: DIGIT,
    Form.QUANTITY: DIGIT,
    Form.SHARE: DIGIT,
    Form.PHONE: re.compile(r"[0-9０-９*＊xX](?:[\s().\-–—+]*[0-9０-９*＊xX]){4}"),
    Form.EMAIL: re.compile("@|邮箱|无"),
}
"""What the cells look like, of one field or of all of a form: a number is no name, and a name no number."""
NEVER = re.compile(r"勿导入|忽略|do not import|ignore", re.IGNORECASE)
SHORT_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}")
KEYS = ("customer", "phone", "email")
"""What can tell one customer from another by itself, the surest first."""
KEY_CHOICES = (("customer",), ("phone",), ("email",), ("phone", "name"), ("email", "name"))
"""What people may choose; with the name, a family that shares a phone is as many customers as it has names."""
EITHER: MappingOf[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.COSTS: (("product", "product_name"), ("cost", "margin")),
}
"""Fields of which one is enough."""
CUSTOMER = field(Kind.ORDERS, "customer")
ORDERED_AT = field(Kind.ORDERS, "at")
"""A file that says when somebody ordered is of orders; if it does not say who, that is what is wrong with it."""
PERSON = ("customer", "name", "surname", "phone", "email")
SAID = {"channel", "direction", "outcome", "note", "rating", "seconds"}
"""What makes a contact of a row about somebody at some time."""


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
    keyed_by: tuple[str, ...] = ()
    """The fields that tell one customer from another, where somebody has chosen them."""
    continued: tuple[str, ...] = ()
    """Fields that say the same as in the row above where all of them are blank."""
    sheets: tuple[str, ...] = ()
    """The sheets of a workbook that are read as one table."""
    delimiter: str = ""

    @property
    def by_line(self) -> bool:
        """Whether a row is a line of an order, with quantity and price."""
        return self.kind == Kind.LINES or (self.kind == Kind.ORDERS and self.grain == Grain.LINE)

    @property
    def customer_by(self) -> tuple[str, ...]:
        """The fields that tell one customer from another: as chosen, else a number if there is one, else a contact."""
        return self.keyed_by or next(((key,) for key in KEYS if key in self.columns), ())

    def as_json(self) -> dict[str, Any]:
        return {name: list(told) if isinstance(told, tuple) else told for name, told in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: MappingOf[str, Any]) -> "Mapping":
        return cls(
            kind=Kind(stored["kind"]),
            columns=dict(stored["columns"]),
            grain=Grain(stored.get("grain", Grain.ORDER)),
            day_order=DayOrder(stored.get("day_order", DayOrder.DAY_FIRST)),
            **{name: tuple(stored.get(name, ())) for name in ("keyed_by", "continued", "sheets")},
            delimiter=stored.get("delimiter", ""),
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping to agree to, and how sure each of its choices is (0 … 1)."""

    mapping: Mapping
    confidence: MappingOf[str, float]
    dropped: tuple[str, ...]
    """Columns that no field takes."""
    is_recalled: bool = False
    """Whether it is what was agreed for a file that looked the same."""


def propose(layout: Layout, *, kind: Kind | None = None) -> Proposal:
    """The likeliest mapping of a file's columns; where `kind` is not given, of the kind that fits best."""
    kinds = (kind,) if kind else tuple(each for each in Kind if each not in LIVE_ONLY)
    return max((_propose(layout, candidate) for candidate in kinds), key=_fitness)


def recalled(mapping: Mapping, layout: Layout) -> Proposal:
    """The mapping of an earlier file with the same columns, sure of everything."""
    dropped = tuple(column for column in layout.header if column not in mapping.columns.values())
    sheets = tuple(part.sheet for part in layout.parts)
    again = replace(mapping, sheets=sheets, delimiter="" if sheets else layout.delimiter)
    return Proposal(again, dict.fromkeys(mapping.columns, EXACT), dropped, is_recalled=True)


def validate(mapping: Mapping, layout: Layout, *, file: str) -> Mapping:
    """The mapping, fit for `layout`; NoCustomerKey, NoColumnFor, UnknownColumn or UnknownField if it cannot serve."""
    known = {known.key for known in FIELDS[mapping.kind]}
    for key, column in mapping.columns.items():
        if key not in known:
            raise UnknownField(file=file, field=key, kind=mapping.kind.words)
        if column not in layout.header:
            raise UnknownColumn(file=file, column=column)
    found = ", ".join(layout.header)
    is_nobody = mapping.kind.names_customers and not mapping.customer_by
    if is_nobody or not set(mapping.customer_by) <= mapping.columns.keys():
        raise NoCustomerKey(file=file, columns=found)
    for key in required(mapping):
        if key not in mapping.columns:
            raise NoColumnFor(file=file, field=field(mapping.kind, key).label, columns=found)
    return mapping


def required(mapping: Mapping) -> tuple[str, ...]:
    """The fields whose every cell must be readable."""
    if mapping.kind == Kind.ORDERS:
        return _required_of_orders(mapping)
    needed = [known.key for known in FIELDS[mapping.kind] if known.need == Need.CELL and known.key != "customer"]
    needed += [_first_mapped(mapping, choice) for choice in EITHER.get(mapping.kind, ())]
    if mapping.kind.names_customers:
        return (*needed, *mapping.customer_by[:1])
    return (*needed, *(mapping.customer_by[:1] or ("channel",))) if mapping.kind == Kind.ACQUISITION else tuple(needed)


def _required_of_orders(mapping: Mapping) -> tuple[str, ...]:
    """A row without an order number is an order by its customer and time."""
    numbered = ("order",) if "order" in mapping.columns or mapping.grain == Grain.LINE else ()
    return (*numbered, "at", *(("quantity", "price") if mapping.grain == Grain.LINE else ("amount",)))


def _first_mapped(mapping: Mapping, choice: tuple[str, ...]) -> str:
    """Which of several fields, of which one is enough, the file has; the last of them if none."""
    return next((key for key in choice if key in mapping.columns), choice[-1])


def _propose(layout: Layout, kind: Kind) -> Proposal:
    sure = _with_a_key(_best_pairs(layout, FIELDS[kind]))
    columns = {known.key: sure[known.key][0] for known in FIELDS[kind] if known.key in sure}
    confidence = {key: score for key, (_column, score) in sure.items()}
    mapping = Mapping(
        kind,
        columns,
        grain=_grain(columns) if kind == Kind.ORDERS else Grain.ORDER,
        day_order=_day_order(layout),
        continued=_continued(columns, layout) if kind in (Kind.ORDERS, Kind.INTERACTIONS) else (),
        sheets=tuple(part.sheet for part in layout.parts),
        delimiter="" if layout.parts else layout.delimiter,
    )
    dropped = tuple(column for column in layout.header if column not in columns.values())
    return Proposal(mapping, confidence, dropped)


def _best_pairs(layout: Layout, fields: tuple[Field, ...]) -> dict[str, tuple[str, float]]:
    """Each field with at most one column and each column with at most one field, the surest pairs first."""
    samples = {column: _samples(layout, place) for place, column in enumerate(layout.header)}
    pairs = sorted(
        (
            (-score, not samples[column], rank, place, known.key, column)
            for place, column in enumerate(layout.header)
            for known in fields
            for likeness, rank in [_likeness(known, column)]
            if (score := likeness * _fit(known, samples[column]))
        ),
    )
    chosen: dict[str, tuple[str, float]] = {}
    taken: set[str] = set()
    for score, _is_blank, _rank, _place, key, column in pairs:
        if key not in chosen and column not in taken:
            chosen[key] = (column, -score)
            taken.add(column)
    return chosen


def _samples(layout: Layout, place: int) -> list[str]:
    """What stands in the first cells of a column that are not blank."""
    return [text for cells in layout.examples if place < len(cells) and (text := clean(cells[place]))]


def _fit(known: Field, samples: list[str]) -> float:
    """1 where most of what stands in a column looks like the field; nothing speaks against a blank one."""
    looks = LOOKS_LIKE.get(known.key) or LOOKS_LIKE.get(known.form)
    fitting = sum(bool(looks.search(text)) for text in samples) if looks else len(samples)
    return 1.0 if fitting * 2 >= len(samples) else UNLIKELY


def _with_a_key(sure: dict[str, tuple[str, float]]) -> dict[str, tuple[str, float]]:
    """Where nothing else tells the customers apart, the column that names them has to."""
    if sure.keys() & set(KEYS) or "name" not in sure:
        return sure
    column, _score = sure["name"]
    likeness, _rank = _likeness(CUSTOMER, column)
    if not likeness:
        return sure
    return {key: found for key, found in sure.items() if key != "name"} | {"customer": (column, likeness * UNLIKELY)}


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


def _continued(columns: MappingOf[str, str], layout: Layout) -> tuple[str, ...]:
    """The fields of the person, if blank seems to mean the same person as above: two rows in a row never say the same.

    Where every row tells its customer and some are blank, nobody is meant, and customers do follow on themselves.
    """
    told = tuple(key for key in PERSON if key in columns)
    places = [layout.header.index(columns[key]) for key in told]
    people = [tuple(clean(cells[place]) for place in places if place < len(cells)) for cells in layout.examples]
    blank = sum(not any(person) for person in people)
    if not blank or not any(people[0]):
        return ()
    follow_on = any(above == below and any(above) for above, below in pairwise(people))
    return () if follow_on else told


def _fitness(proposal: Proposal) -> tuple[bool, float]:
    mapping = proposal.mapping
    complete = bool(mapping.customer_by) or not mapping.kind.names_customers
    complete = complete and all(key in mapping.columns for key in required(mapping))
    if mapping.kind == Kind.INTERACTIONS:
        complete = complete and bool(mapping.columns.keys() & SAID)
    if mapping.kind == Kind.LINES:
        complete = complete and not any(_likeness(ORDERED_AT, column)[0] == EXACT for column in proposal.dropped)
    telling = [key for key in proposal.confidence if key not in (*PERSON, "store")]
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
