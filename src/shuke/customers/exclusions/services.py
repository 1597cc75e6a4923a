"""Writing down what a customer does not want, and lifting it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from shuke.core import audit
from shuke.core.errors import Invalid
from shuke.core.words import mark as _
from shuke.customers.models import Customer, Exclusion
from shuke.staff.models import User

__all__ = ["NothingNamed", "exclude", "forget", "lift"]

Reason, Source = Exclusion.Reason, Exclusion.Source


class NothingNamed(Invalid):
    code = "nothing_excluded"
    message = _("Name a category or an article that the shop has.")


@transaction.atomic
def exclude(
    *,
    customer: Customer,
    category: str = "",
    product_id: int | None = None,
    reason: Reason | str,
    by: User,
    at: datetime,
    source: Source | str = Source.PROFILE,
) -> Exclusion:
    """Never suggest a category, or an article, to `customer` again; twice is the same as once. NothingNamed."""
    if bool(category) == (product_id is not None):
        raise NothingNamed
    exclusion, is_new = Exclusion.objects.standing().get_or_create(
        customer=customer,
        category=category,
        product_id=product_id,
        lifted_at=None,
        defaults={"reason": reason, "source": source, "by": by, "at": at},
    )
    if is_new:
        audit.record(by, "customer.exclusion_added", customer, at=at, **_told(exclusion), reason=str(reason))
    return exclusion


@transaction.atomic
def lift(*, exclusion: Exclusion, by: User, at: datetime) -> None:
    """Allow it again; twice is the same as once."""
    lifted = Exclusion.objects.standing().filter(pk=exclusion.pk).update(lifted_at=at, lifted_by=by)
    if lifted:
        audit.record(by, "customer.exclusion_lifted", exclusion.customer, at=at, **_told(exclusion))


def forget(customers: Sequence[int]) -> None:
    """Customers go, and what they did not want goes with them."""
    Exclusion.objects.filter(customer__in=customers).delete()


def _told(exclusion: Exclusion) -> dict[str, object]:
    return {"category": exclusion.category} if exclusion.category else {"product": exclusion.product_id}
