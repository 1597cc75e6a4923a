"""Goods for tests: articles and lines of orders, and a live run that has learned given rules."""

from collections.abc import Mapping
from datetime import date

from django.utils.timezone import now

import shop
from shuke.analytics.parameters import Parameters
from shuke.analytics.potential.parameters import Goods, Kind, Pattern, Potential, Rule
from shuke.customers.models import Customer
from shuke.history.models import Order, OrderLine, Product
from shuke.scoring.models import LiveRun, Run


def product(name: str, category: str = "") -> Product:
    return Product.objects.get_or_create(
        source=shop.source(), code=name, defaults={"name": name, "category": category}
    )[0]


def basket(by: Customer, on: date, items: Mapping[str, int], *, categories: bool = True) -> Order:
    """An order of articles for so much money each, every article a category of its own unless told otherwise."""
    order = shop.order(by, on, sum(items.values()))
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            ordinal=ordinal,
            product=product(name, name if categories else ""),
            quantity=1,
            unit_price=amount * 100,
            amount=amount,
        )
        for ordinal, (name, amount) in enumerate(items.items(), 1)
    )
    return order


def rule(left: str, right: str, *, of: int = 400, came: int = 148, usual: float = 0.09, amount: int = 8_600) -> Rule:
    return Rule(left=left, right=right, of=of, came=came, usual=usual, amount=amount)


def live_run(as_of: date, rules: Mapping[Kind, list[Rule]], *, goods: Goods = "category") -> Run:
    """A run that is live and has learned these rules, and nothing else."""
    patterns = tuple(Pattern(kind=kind, rules=tuple(each), pairs=len(each)) for kind, each in rules.items())
    learned = Potential(as_of=as_of, goods=goods, window_days=90, patterns=patterns)
    parameters = Parameters(
        customers=1, shop_median_gap=30, r_cuts=(), f_cuts=(), m_cuts=(),
        gold_recency=None, silver_recency=None, gold_money=None, silver_money=None, models={"potential": learned},
    )  # fmt: skip
    run = Run.objects.create(
        kind=Run.Kind.ASKED,
        as_of=as_of,
        status=Run.Status.DONE,
        parameters=parameters.model_dump(mode="json"),
        counts={"customers": 0},
        started_at=now(),
    )
    LiveRun.objects.update_or_create(id=1, defaults={"run": run})
    return run
