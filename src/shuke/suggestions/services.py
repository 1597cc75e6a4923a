"""Drawing the sample of a week, and judging it."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import MD5, Cast, Concat

from shuke.analytics.potential.parameters import Potential
from shuke.core import audit
from shuke.customers.exclusions import services as exclusions
from shuke.customers.models import Exclusion
from shuke.scoring import buying, queries
from shuke.scoring.models import Run, Score
from shuke.staff.models import User
from shuke.suggestions.models import Suggestion

__all__ = ["draw", "forget", "judge"]

SIZE = 30
LOOKED_AT = 4
"""So many times the size are asked for a suggestion, for not everybody has one."""


def draw(*, week: date, as_of: date, size: int = SIZE) -> int:
    """Take the sample of a week: `size` customers who bought lately, the best suggestion of each kind for them.

    Who is taken depends on the week alone. Returns how many suggestions; none where a run has no pattern to use.
    """
    run = queries.live_run()
    learned = queries.parameters_of(run).models.potential if run else None
    if run is None or learned is None or not any(pattern.rules for pattern in learned.patterns):
        return 0
    asked = _customers(week, learned, most=size * LOOKED_AT)
    made = buying.suggested_to(asked, learned, as_of=as_of, at_most=1)
    of_each = {customer: list(some) for customer, some in groupby(made, key=lambda one: one.customer_id)}
    chosen = [one for customer in [each for each in asked if each in of_each][:size] for one in of_each[customer]]
    return _write(week, run, learned, chosen)


@transaction.atomic
def judge(*, suggestion: Suggestion, verdict: Suggestion.Verdict | str, by: User, at: datetime) -> Suggestion:
    """Say whether a suggestion fits; saying it again, or otherwise, replaces what was said.

    What is not relevant goes to the customer's exclusions, and off them again when the verdict changes.
    """
    row = Suggestion.objects.select_for_update(of=("self",)).select_related("customer").get(pk=suggestion.pk)
    was, verdict = row.verdict, Suggestion.Verdict(verdict)
    if was == verdict:
        return row
    row.judge(verdict, by=by, at=at)
    named = buying.excludable(row.item, row.goods)
    if verdict == Suggestion.Verdict.NOT_RELEVANT:
        reason, source = Exclusion.Reason.NOT_RELEVANT, Exclusion.Source.CHECK
        exclusions.exclude(customer=row.customer, **named, reason=reason, source=source, by=by, at=at)
    elif was == Suggestion.Verdict.NOT_RELEVANT:
        _lift(row, named, by=by, at=at)
    audit.record(by, "suggestion.judged", row, at=at, verdict=str(verdict), was=was)
    return row


def forget(customers: Sequence[int]) -> None:
    """Customers go, and what was suggested to them goes with them."""
    Suggestion.objects.filter(customer__in=customers).delete()


def _customers(week: date, learned: Potential, *, most: int) -> list[int]:
    """Customers who bought within the window, in an order of the week's own."""
    lately = Score.objects.live().filter(days_since_last__lte=learned.window_days)
    drawn = MD5(Concat(Value(f"{week}:"), Cast("customer_id", CharField())))
    return list(lately.order_by(drawn, "customer_id").values_list("customer_id", flat=True)[:most])


def _write(week: date, run: Run, learned: Potential, chosen: Sequence[buying.Suggested]) -> int:
    rows = [
        Suggestion(
            week=week,
            run_id=run.pk,
            goods=learned.goods,
            window_days=learned.window_days,
            **{name: getattr(one, name) for name in buying.Suggested.__dataclass_fields__},
        )
        for one in chosen
    ]
    return len(Suggestion.objects.bulk_create(rows, ignore_conflicts=True))


def _lift(row: Suggestion, named: buying.Named, *, by: User, at: datetime) -> None:
    for exclusion in row.customer.exclusions.standing().filter(**named, source=Exclusion.Source.CHECK):
        exclusions.lift(exclusion=exclusion, by=by, at=at)
