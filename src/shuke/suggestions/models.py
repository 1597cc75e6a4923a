"""Suggestions as they were made in a week's sample, and what somebody said of each."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from shuke.customers.models import Customer
from shuke.staff.models import User

__all__ = ["Suggestion"]


class SuggestionQuerySet(models.QuerySet):
    def by_week(self) -> Self:
        """One row per week, the newest first: how many were made, how many judged, and how many of each verdict."""
        told = {verdict.value: Count("pk", filter=Q(verdict=verdict)) for verdict in Suggestion.Verdict}
        judged = Count("pk", filter=~Q(verdict=""))
        return self.values("week").annotate(made=Count("pk"), judged=judged, **told).order_by("-week")


class Suggestion(models.Model):
    """One suggestion with the numbers of its rule; money in minor units. `week` is a Monday."""

    class Verdict(models.TextChoices):
        FITS = "fits", _("fits")
        DOES_NOT_FIT = "does_not_fit", _("does not fit")
        NOT_RELEVANT = "not_relevant", _("not relevant")

    week = models.DateField()
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    run_id = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    goods = models.CharField(max_length=10)
    item = models.CharField(max_length=110)
    because = models.CharField(max_length=110)
    of = models.IntegerField()
    came = models.IntegerField()
    usual = models.FloatField()
    amount = models.BigIntegerField()
    expected = models.BigIntegerField()
    window_days = models.IntegerField()
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    at = models.DateTimeField(null=True, blank=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        db_table = "suggestion"
        constraints = [
            models.UniqueConstraint(
                name="suggestion_is_checked_once_a_week", fields=["week", "customer", "kind", "item"]
            ),
            models.CheckConstraint(
                name="verdict_says_who_and_when",
                condition=Q(verdict="", by=None, at=None) | (~Q(verdict="") & Q(by__isnull=False, at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.week} {self.customer_id}: {self.item}"

    @property
    def rate(self) -> float:
        """The share of the rule's cases that came to it."""
        return self.came / self.of

    def judge(self, verdict: Verdict, *, by: User, at: datetime) -> None:
        self.verdict, self.by, self.at = verdict, by, at
        self.save(update_fields=["verdict", "by", "at"])
