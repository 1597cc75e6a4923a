"""A small shop: its people, its customers, and a day on which work is planned."""

from datetime import date, datetime, time, timedelta
from itertools import count

import pytest
from django.utils.timezone import make_aware

from shuke.core.models import AuditEntry
from shuke.customers.models import Customer, CustomerOwner, Identity, Source
from shuke.followups import services
from shuke.followups.models import FollowUp
from shuke.segments.models import CustomerListing
from shuke.staff.models import Line, Team, User
from shuke.staff.rights import Role

DAY = date(2026, 6, 15)


def noon(on: date) -> datetime:
    return make_aware(datetime.combine(on, time(12)))


class Shop:
    """Makes what a test needs, and nothing that it does not mention."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.line, self.source = Line.main(), Source.own()

    def colleague(self, name: str = "", role: str = Role.AGENT, **fields) -> User:
        name = name or f"colleague-{next(self.numbers)}"
        return User.objects.create(username=name, name=name, role=role, **fields)

    def team(self, name: str) -> Team:
        return Team.objects.create(name=name)

    def customer(self, *, owner: User | None = None, **listing) -> Customer:
        """A gold, active customer with many orders who was never contacted, unless `listing` says otherwise."""
        number = next(self.numbers)
        customer = Customer.objects.create(name=f"customer-{number}")
        Identity.objects.create(source=self.source, source_key=f"key-{number}", customer=customer)
        usual = {
            "tier": "gold",
            "activity": "active",
            "orders": 5,
            "value_at_risk": 1_000,
            "first_ordered_on": DAY - timedelta(days=300),
        }
        CustomerListing.objects.create(customer=customer, name=customer.name, owner=owner, **{**usual, **listing})
        if owner:
            CustomerOwner.objects.create(customer=customer, line=self.line, owner=owner, since=noon(DAY))
        return customer

    def entries(self) -> list[AuditEntry]:
        """What was written down since the policies were published."""
        return list(AuditEntry.objects.exclude(action="policy.published"))

    def plan(self, on: date = DAY, run_id: int | None = 1):
        return services.plan(on=on, run_id=run_id, at=noon(on))

    def follow_up(self, *, owner: User, customer: Customer | None = None, due_on: date = DAY, **fields) -> FollowUp:
        usual = {
            "cause": FollowUp.Cause.CADENCE,
            "overdue_on": due_on + timedelta(days=7),
            "policy_version": 1,
            "created_at": noon(due_on),
            "reasons": [{"code": "never_contacted"}],
        }
        customer = customer or self.customer(owner=owner)
        return FollowUp.objects.create(customer=customer, owner=owner, due_on=due_on, **{**usual, **fields})


@pytest.fixture
def shop(db) -> Shop:
    return Shop()
