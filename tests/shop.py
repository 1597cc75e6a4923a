"""A small shop for tests: customers and orders written as the program writes them, marks included."""

from datetime import UTC, date, datetime, time
from itertools import count

from shuke.customers.models import Customer, Identity, Source
from shuke.history.models import MonthMark, Order, OrderEvent
from shuke.staff.models import User
from shuke.staff.rights import Role

_numbers = count(1)


def source(code: str = "till") -> Source:
    return Source.objects.get_or_create(code=code, defaults={"name": code})[0]


def customer(name: str, key: str | None = None) -> Customer:
    """A customer with one identity."""
    person = Customer.objects.create(name=name)
    Identity.objects.create(source=source(), source_key=key or f"key-{next(_numbers)}", customer=person)
    return person


def order(by: Customer | None, on: date, amount: int, *, kind: str = "sale") -> Order:
    """An order of `amount` minor units and the mark of its month."""
    MonthMark.objects.create(month=on.replace(day=1))
    return Order.objects.create(
        source=source(),
        source_key=f"order-{next(_numbers)}",
        identity=by.identities.first() if by else None,
        kind=kind,
        ordered_at=datetime.combine(on, time(4), UTC),
        ordered_on=on,
        amount=amount,
    )


def event(order_: Order, kind: str, on: date, amount: int) -> OrderEvent:
    MonthMark.objects.create(month=on.replace(day=1))
    return OrderEvent.objects.create(order=order_, kind=kind, happened_on=on, amount=amount)


def user(username: str, role: Role = Role.AGENT, **fields) -> User:
    return User.objects.create(username=username, name=username, role=role, **fields)
