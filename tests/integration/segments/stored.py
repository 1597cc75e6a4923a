"""A crowd in PostgreSQL, and whom a rule finds there."""

from django.db import connection
from django.utils.timezone import now

import shop
from shuke.analytics.rules import tree
from shuke.customers.models import Customer, CustomerTag, Identity, Tag
from shuke.history.models import Order, OrderEvent, OrderLine, Product
from shuke.segments.models import CustomerListing
from shuke.segments.postgres import query
from shuke.staff.models import Store, User
from unit.analytics.crowd import TODAY, Crowd

NEVER_EMPTY = ("orders", "money", "net_money_365", "value_at_risk", "lifetime_value")
FIFTHS = ("r_quintile", "f_quintile", "m_quintile")


def _storable(of: Crowd) -> Crowd:
    """The crowd as our tables can have it: counts are never unknown, and a fifth is 1 to 5."""
    for row in of.people:
        row |= {name: row[name] or 0 for name in NEVER_EMPTY}
        row |= {name: row[name] if row[name] in range(1, 6) else None for name in FIFTHS}
        row["has_birthday"] = row["birth_month"] is not None
    return of


def store(of: Crowd) -> Crowd:
    """Put a crowd into our tables, among orders that do not count: returned, free, cancelled, and nobody's."""
    of = _storable(of)
    Store.objects.bulk_create(Store(id=n, code=f"s{n}", name=f"s{n}", time_zone="Asia/Shanghai") for n in (1, 2))
    User.objects.bulk_create(User(id=n, username=f"owner{n}", name=f"owner{n}") for n in (1, 2))
    Tag.objects.bulk_create(Tag(id=n, name=f"tag{n}") for n in (1, 2))
    source = shop.source()
    Customer.objects.bulk_create(_customer(row) for row in of.people)
    Identity.objects.bulk_create(
        Identity(
            id=row["customer_id"], source=source, source_key=str(row["customer_id"]), customer_id=row["customer_id"]
        )
        for row in of.people
    )
    CustomerListing.objects.bulk_create(_listing(row) for row in of.people)
    CustomerTag.objects.bulk_create(CustomerTag(**row, at=now()) for row in of.tags)
    Order.objects.bulk_create(_order(row, source) for row in of.orders)
    _lines(of, source)
    _orders_that_do_not_count(source)
    return of


def _customer(row) -> Customer:
    month = row["birth_month"]
    born = {"birth_month": int(month), "birth_day": 1} if month else {}
    return Customer(id=row["customer_id"], name="王", registered_on=row["registered_on"], **born)


def _listing(row) -> CustomerListing:
    unknown = {"days_since_last": -1} | dict.fromkeys(FIFTHS, 0) | dict.fromkeys(("tier", "activity", *"rfmt"), "")
    columns = {field.column for field in CustomerListing._meta.concrete_fields} & row.keys()
    return CustomerListing(**{name: unknown.get(name) if row[name] is None else row[name] for name in columns})


def _order(row, source, **fields) -> Order:
    told = {"store_id": row["store_id"], "channel": row["channel"], "ordered_on": row["ordered_on"]} | fields
    return Order(
        id=row["order_id"], source=source, source_key=str(row["order_id"]), identity_id=row["customer_id"],
        ordered_at=now(), **{"amount": row["amount"]} | told,
    )  # fmt: skip


def _lines(of: Crowd, source) -> None:
    categories = sorted({row["category"] for row in of.lines})
    for category in categories:
        Product.objects.create(source=source, code=category[:50], category=category)
    products = dict(Product.objects.values_list("category", "pk"))
    OrderLine.objects.bulk_create(
        OrderLine(
            order_id=row["order_id"], ordinal=ordinal, product_id=products[row["category"]],
            quantity=1, unit_price=0, amount=row["amount"],
        )
        for ordinal, row in enumerate(of.lines)
    )  # fmt: skip


def _orders_that_do_not_count(source) -> None:
    row = {"customer_id": 1, "store_id": 1, "channel": "store", "ordered_on": TODAY, "amount": 50_000}
    noise = [{"kind": "return", "amount": -1}, {"amount": 0}, {"identity_id": None}, {}]
    for number, fields in enumerate(noise, 5_000):
        order = _order(row | {"order_id": number, "customer_id": fields.pop("identity_id", 1)}, source, **fields)
        order.save()
    OrderEvent.objects.create(order=order, kind="cancellation", happened_on=TODAY, amount=0)


def in_postgres(rule: tree.Rule) -> set[int]:
    asked = query(rule, day=TODAY)
    with connection.cursor() as cursor:
        cursor.execute(asked.sql, asked.values)
        return {customer for (customer,) in cursor.fetchall()}
