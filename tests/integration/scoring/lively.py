"""A lively shop: generated facts of every kind, straight into PostgreSQL, for runs that have something to learn."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import shop
from shuke.customers.models import Customer, Identity
from shuke.history import services as history
from shuke.history.models import (
    AcquisitionCost,
    Behaviour,
    Contract,
    Interaction,
    Order,
    OrderEvent,
    OrderLine,
    Product,
    ProductCost,
)

START = date(2025, 1, 1)
AS_OF = date(2026, 3, 1)
DAYS = (AS_OF - START).days
CATEGORIES = ("茶", "茶具", "点心")


def fill(customers: int = 650, *, seed: int = 7) -> date:
    """People who buy at a pace of their own until they leave; some are known twice, some orders are nobody's.

    Returns a day on which to look back at them.
    """
    chance = Random(seed)
    records = _people(customers)
    orders = Order.objects.bulk_create(_orders(chance, records))
    known = [order for order in orders if order.identity_id]
    OrderEvent.objects.bulk_create(_events(chance, known))
    articles = _articles()
    OrderLine.objects.bulk_create(_lines(chance, known, articles))
    Interaction.objects.bulk_create(_interactions(chance, records))
    _others(chance, records, articles)
    history.mark(days=(START + timedelta(day) for day in range(DAYS)))
    return AS_OF


def _people(customers: int) -> list[Identity]:
    """Every fifteenth is known by two records."""
    made = Customer.objects.bulk_create(Customer(name=f"顾客{number}") for number in range(customers))
    owners = [*made, *made[::15]]
    return Identity.objects.bulk_create(
        Identity(source=shop.source(), source_key=f"P{number}", customer=owner) for number, owner in enumerate(owners)
    )


def _order(number: int, record: Identity | None, on: date, amount: int, *, hour: int = 10, **fields) -> Order:
    at = datetime.combine(on, time(hour), UTC)
    return Order(
        source=shop.source(),
        source_key=f"O{number}",
        identity=record,
        ordered_at=at,
        ordered_on=on,
        amount=amount,
        **fields,
    )


def _orders(chance: Random, records: list[Identity]) -> Iterator[Order]:
    number = 0
    for record in [*records, *[None] * 20]:
        for day in _days(chance):
            number += 1
            amount = round(chance.lognormvariate(9, 0.6)) if chance.random() > 0.02 else 0
            where = {"hour": chance.randint(1, 13), "channel": chance.choice(["", "门店", "微信"])}
            yield _order(number, record, START + timedelta(day), amount, **where)
            if record and chance.random() < 0.03:
                number += 1
                yield _order(number, record, START + timedelta(day), -amount // 2, kind="return")


def _days(chance: Random) -> list[int]:
    """From some day on, until some day; now and then twice on one."""
    born, gap = chance.randint(0, 250), chance.uniform(10, 60)
    gone = born + chance.expovariate(1 / 250)
    days, day = [born], born + chance.expovariate(1 / gap)
    while day < min(gone, DAYS - 1):
        days += [int(day)] * (2 if chance.random() < 0.05 else 1)
        day += chance.expovariate(1 / gap)
    return days


def _events(chance: Random, orders: Iterable[Order]) -> Iterator[OrderEvent]:
    for order in orders:
        if order.kind == "sale" and order.amount and chance.random() < 0.06:
            kind = chance.choice(["refund", "return", "cancellation", "payment"])
            on = order.ordered_on + timedelta(chance.randint(0, 20))
            yield OrderEvent(order=order, kind=kind, happened_on=on, amount=chance.randint(1, order.amount))


def _articles() -> list[Product]:
    return Product.objects.bulk_create(
        Product(source=shop.source(), code=f"A{number}", category=category)
        for number, category in enumerate(CATEGORIES * 4)
    )


def _lines(chance: Random, orders: Iterable[Order], articles: list[Product]) -> Iterator[OrderLine]:
    for order in orders:
        for ordinal in range(1, chance.randint(1, 3)):
            yield OrderLine(
                order=order,
                ordinal=ordinal,
                product=chance.choice(articles),
                quantity=chance.randint(1, 9) / 2,
                unit_price=10_000,
                amount=order.amount // 3,
            )


def _interactions(chance: Random, records: list[Identity]) -> Iterator[Interaction]:
    for number, record in enumerate(chance.choices(records, k=2 * len(records))):
        on = START + timedelta(chance.randint(0, DAYS - 1))
        yield Interaction(
            source=shop.source(),
            source_key=f"I{number}",
            identity=record,
            at=datetime.combine(on, time(chance.randint(1, 13)), UTC),
            happened_on=on,
            channel=chance.choice(["phone", "wechat"]),
            direction=chance.choice(["in", "out"]),
            outcome=chance.choice(["", "reached", "no_answer"]),
            satisfaction=chance.choice([None, 1, 3, 5]),
        )


def _others(chance: Random, records: list[Identity], articles: list[Product]) -> None:
    source, on = shop.source(), START + timedelta(200)
    at = datetime.combine(on, time(4), UTC)
    Behaviour.objects.bulk_create(
        Behaviour(source=source, source_key=f"B{n}", identity=record, at=at, happened_on=on, kind="view")
        for n, record in enumerate(records[::3])
    )
    Contract.objects.bulk_create(
        Contract(source=source, source_key=f"C{n}", identity=record, starts_on=on, ends_on=AS_OF + timedelta(n))
        for n, record in enumerate(records[::20])
    )
    ProductCost.objects.bulk_create(
        ProductCost(source=source, source_key=f"K{n}", product=article, unit_cost=chance.randint(1_000, 9_000))
        for n, article in enumerate(articles)
    )
    AcquisitionCost.objects.bulk_create(
        AcquisitionCost(source=source, source_key=f"W{n}", identity=record, on=START, amount=chance.randint(1, 9_000))
        for n, record in enumerate(records[::7])
    )
