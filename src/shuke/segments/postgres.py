"""Rules as PostgreSQL asks them: the tables of rules over our own, and a statement whose texts are bound.

The tables are put together here by Ibis and not by views: the list of customers is replaced after each run, and a view
would hold on to the old one.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import ibis
import ibis.expr.types as ir
from django.db.models import Model
from django.db.models.expressions import RawSQL
from ibis.backends.sql import compilers
from sqlglot import exp

from shuke.analytics.rules.compiling import fitting
from shuke.analytics.rules.tables import LINES, ORDERS, PEOPLE, TAGS, RuleTables
from shuke.analytics.rules.tree import Rule
from shuke.customers.models import Customer, CustomerTag, Identity
from shuke.history.models import Order, OrderEvent, OrderLine, Product
from shuke.segments.models import CustomerListing

__all__ = ["Query", "query"]

TYPES = {
    "BigAutoField": "int64",
    "BigIntegerField": "int64",
    "IntegerField": "int32",
    "SmallIntegerField": "int16",
    "FloatField": "float64",
    "ForeignKey": "int64",
    "OneToOneField": "int64",
    "CharField": "string",
    "DateField": "date",
    "BooleanField": "boolean",
}
FEW = ibis.table({"customer_id": "int64"}, name="few")
"""Those who are asked about, where it is not everybody; whoever runs the statement puts it in front."""

BOUND = re.compile(r"%\((\w+)\)s")
UNKNOWN = {"days_since_last": -1, "r_quintile": 0, "f_quintile": 0, "m_quintile": 0}
"""What the list of customers has where nothing is known; for texts it is the empty one."""


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT of customer_id, and the texts that it binds by name."""

    sql: str
    values: dict[str, str] = field(default_factory=dict)

    def in_order(self) -> RawSQL:
        """The same as an expression of Django, which takes values by their places; it is worked out once and alone."""
        names = BOUND.findall(self.sql)
        alone = f"WITH fits AS MATERIALIZED ({BOUND.sub('%s', self.sql)}) SELECT customer_id FROM fits"
        return RawSQL(alone, [self.values[name] for name in names])  # noqa: S611  texts are bound


@lru_cache(256)
def query(rule: Rule, *, day: date, among_few: bool = False) -> Query:
    """Who fits `rule` on `day`; with `among_few` among the customers of a table `few`.

    No text of a rule is ever part of the statement: the compiler's literals are taken out and bound.
    """
    tree = compilers.postgres.compiler.to_sqlglot(fitting(rule, _tables(day, among_few=among_few), day=day))
    texts = [literal for literal in tree.find_all(exp.Literal) if literal.is_string]
    values = {f"text_{place}": literal.this for place, literal in enumerate(texts)}
    for name, literal in zip(values, texts, strict=True):
        literal.replace(exp.Placeholder(this=name))
    return Query(tree.sql("postgres"), values)


def _tables(day: date, *, among_few: bool) -> RuleTables:
    orders = _orders(day, among_few=among_few)
    return RuleTables(
        people=_people(among_few=among_few),
        orders=orders.select(*ORDERS),
        lines=_lines(orders),
        tags=_few(_table(CustomerTag), among_few=among_few).select(*TAGS),
    )


def _table(model: type[Model]) -> ir.Table:
    columns = {column.column: TYPES.get(column.get_internal_type()) for column in model._meta.concrete_fields}
    known = {name: dtype for name, dtype in columns.items() if dtype}
    return ibis.table(known, name=model._meta.db_table)


def _few(table: ir.Table, *, among_few: bool) -> ir.Table:
    return table.semi_join(FEW, "customer_id") if among_few else table


def _people(*, among_few: bool) -> ir.Table:
    customer = _table(Customer)
    solar = customer.birth_calendar == Customer.Calendar.SOLAR.value
    profiles = customer.select(
        "registered_on",
        customer_id=customer.id,
        birth_month=solar.ifelse(customer.birth_month.cast("string"), None),
        has_birthday=customer.birth_month.notnull(),
    )
    listed = _few(_table(CustomerListing), among_few=among_few)
    people = listed.left_join(profiles, "customer_id").mutate(has_owner=ibis._.owner_id.notnull())
    return people.select(**{name: _known(people[name]) for name in PEOPLE})


def _known(column: ir.Column) -> ir.Value:
    if column.type().is_string():
        return column.nullif("")
    name = column.get_name()
    return column.nullif(UNKNOWN[name]) if name in UNKNOWN else column


def _orders(day: date, *, among_few: bool) -> ir.Table:
    """The orders that count, each with whose it is now; a cancellation counts from its day on."""
    orders, events = _table(Order), _table(OrderEvent)
    whose = _few(_table(Identity), among_few=among_few).select("customer_id", identity_id="id")
    sales = orders.filter(orders.kind == Order.Kind.SALE.value, orders.amount > 0).select(
        "identity_id", "ordered_on", "amount", "store_id", "channel", order_id=orders.id
    )
    cancelled = events.filter(events.kind == OrderEvent.Kind.CANCELLATION.value, events.happened_on <= day)
    return sales.inner_join(whose, "identity_id").anti_join(cancelled, "order_id")


def _lines(orders: ir.Table) -> ir.Table:
    lines, products = _table(OrderLine), _table(Product)
    articles = products.select("category", product_id=products.id)
    sold = lines.select("order_id", "product_id", line_amount=lines.amount).inner_join(articles, "product_id")
    told = orders.inner_join(sold, "order_id").mutate(amount=ibis._.line_amount)
    return told.select(*LINES)
