"""Reading what customers do not want."""

from collections.abc import Collection

from django.db.models import QuerySet

from shuke.customers.models import Customer, Exclusion

__all__ = ["of_customer", "standing"]


def of_customer(customer: Customer) -> QuerySet[Exclusion]:
    """What stands now, the newest first."""
    return customer.exclusions.standing().select_related("by").order_by("-at", "-pk")


def standing(customers: Collection[int]) -> QuerySet[Exclusion]:
    """What stands now for any of these customers."""
    return Exclusion.objects.standing().filter(customer__in=customers)
