"""Reading what other systems are told."""

from django.db.models import Count, F, Q, QuerySet

from shuke.webhooks.models import Delivery, Endpoint


def endpoints() -> QuerySet[Endpoint]:
    """Who is told, with how many messages wait and how many were given up; those that are stopped last."""
    waiting = Count("deliveries", filter=Q(deliveries__taken_at=None, deliveries__given_up_at=None))
    given_up = Count("deliveries", filter=Q(deliveries__given_up_at__isnull=False))
    counted = Endpoint.objects.annotate(waiting=waiting, given_up=given_up)
    return counted.order_by(F("stopped_at").asc(nulls_first=True), "-pk")


def last_deliveries(endpoint: Endpoint, *, limit: int = 50) -> QuerySet[Delivery]:
    return endpoint.deliveries.order_by("-pk")[:limit]
