"""Reading what a search found, and what was merged."""

from datetime import datetime

from django.db.models import F, Q, QuerySet

from shuke.core.models import AuditEntry
from shuke.customers.models import Candidate, Customer, Distinct, Merge
from shuke.staff.models import User

SEARCHED = "duplicates.searched"


def candidates(staff: User) -> QuerySet[Candidate]:
    """The pairs that `staff` may decide: the surest first, those put off last."""
    seen = Customer.objects.visible_to(staff)
    rows = Candidate.objects.filter(first__in=seen, second__in=seen).select_related(
        "first__home_store", "second__home_store"
    )
    return rows.order_by(F("later_at").asc(nulls_first=True), "-probability", "pk")


def merges(staff: User) -> QuerySet[Merge]:
    """All merges into customers whom `staff` may see, the newest first, those undone included."""
    rows = Merge.objects.filter(Q(kept__in=Customer.objects.visible_to(staff)) | Q(undone_at__isnull=False))
    return rows.select_related("kept", "absorbed", "by", "undone_by")


def absorbed_into(customer: Customer) -> QuerySet[Merge]:
    """The merges that made this customer one, over several steps too, the newest first."""
    found: set[int] = set()
    further = {customer.pk}
    while further:
        rows = Merge.objects.standing().filter(kept__in=further)
        further = set()
        for key, absorbed in rows.values_list("pk", "absorbed"):
            found.add(key)
            further.add(absorbed)
    return Merge.objects.filter(pk__in=found).select_related("kept", "absorbed", "by")


def apart() -> set[tuple[int, int]]:
    """The pairs of customers of whom somebody said that they are two people, as the map stands now."""
    pairs = Distinct.objects.values_list("first__customer", "second__customer")
    return {(min(pair), max(pair)) for pair in pairs}


def last_search() -> AuditEntry | None:
    """The entry of the last search, with its counts."""
    return AuditEntry.objects.filter(action=SEARCHED).first()


def searched_since(moment: datetime) -> bool:
    last = last_search()
    return last is not None and last.at >= moment
