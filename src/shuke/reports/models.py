"""Small read-only tables behind the dashboard, so that it costs the same for a thousand customers and for millions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shuke.scoring.models import Run
from shuke.segments.models import CustomerListing
from shuke.staff.models import User, VisibleByOwner
from shuke.staff.rights import Sight

__all__ = ["CustomerTally", "SalesTally", "Slip", "Study", "TierFlow", "TierMove", "ValueTally"]


class CustomerTally(models.Model):
    """How many customers of one owner share tier, activity and quintiles in the live run, and their value at risk."""

    owner = models.ForeignKey(User, models.PROTECT, null=True, db_index=False)
    tier = models.CharField(max_length=10, blank=True)
    activity = models.CharField(max_length=10, blank=True)
    r_quintile = models.SmallIntegerField()
    f_quintile = models.SmallIntegerField()
    customers = models.IntegerField()
    value_at_risk = models.BigIntegerField()

    objects = VisibleByOwner.as_manager()

    class Meta:
        db_table = "report_customer_tally"
        constraints = [
            models.UniqueConstraint(
                name="customers_are_counted_once",
                fields=["owner", "tier", "activity", "r_quintile", "f_quintile"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.customers} {self.tier} {self.activity}"


class SalesTally(models.Model):
    """Orders and net revenue of one day by the owner of the customer; `named` is false for orders without one."""

    day = models.DateField()
    owner = models.ForeignKey(User, models.PROTECT, null=True, db_index=False)
    named = models.BooleanField()
    orders = models.IntegerField()
    net_revenue = models.BigIntegerField()

    objects = VisibleByOwner.as_manager()

    class Meta:
        db_table = "report_sales_tally"
        constraints = [
            models.UniqueConstraint(
                name="sales_are_counted_once", fields=["day", "owner", "named"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="only_customers_have_owners", condition=Q(named=True) | Q(named=False, owner=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.net_revenue}"


class ValueTally(models.Model):
    """How many customers of one owner are in a quarter of value and loyalty, and their money, in minor units."""

    owner = models.ForeignKey(User, models.PROTECT, null=True, db_index=False)
    quadrant = models.CharField(max_length=10)
    customers = models.IntegerField()
    money = models.BigIntegerField()
    net_money_365 = models.BigIntegerField()
    value_at_risk = models.BigIntegerField()

    objects = VisibleByOwner.as_manager()

    class Meta:
        db_table = "report_value_tally"
        constraints = [
            models.UniqueConstraint(name="value_is_counted_once", fields=["owner", "quadrant"], nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.customers} {self.quadrant}"


class TierFlow(models.Model):
    """How many customers of one owner were in one tier on an earlier day and are in another now, or in the same.

    Blank is no tier: not yet a customer then, or without an order that counts now.
    """

    since = models.DateField()
    owner = models.ForeignKey(User, models.PROTECT, null=True, db_index=False)
    former = models.CharField(max_length=10, blank=True)
    present = models.CharField(max_length=10, blank=True)
    customers = models.IntegerField()
    net_money_365 = models.BigIntegerField()

    objects = VisibleByOwner.as_manager()

    class Meta:
        db_table = "report_tier_flow"
        constraints = [
            models.UniqueConstraint(
                name="tier_flow_is_counted_once", fields=["since", "owner", "former", "present"], nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.customers} {self.former} → {self.present} since {self.since}"


class OfListed(models.QuerySet):
    """Rows about customers who are in the list."""

    def visible_to(self, staff: User):
        """Of the customers whom `staff` may see, as `CustomerListing.objects.visible_to`."""
        if staff.sight == Sight.ALL:
            return self
        return self.filter(listing__in=CustomerListing.objects.visible_to(staff))


class TierMove(models.Model):
    """A customer who was in one tier on an earlier day and was in another when the live run was made."""

    listing = models.ForeignKey(
        CustomerListing, models.CASCADE, db_column="customer_id", db_index=False, db_constraint=False, related_name="+"
    )
    since = models.DateField()
    former = models.CharField(max_length=10)
    present = models.CharField(max_length=10)
    value_at_risk = models.BigIntegerField()

    objects = OfListed.as_manager()

    class Meta:
        db_table = "report_tier_move"
        indexes = [models.Index(fields=["since", "former", "present", "-value_at_risk", "-id"], name="tier_moves")]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.former} → {self.present} since {self.since}"


class SlipQuerySet(OfListed):
    def standing(self):
        """Those who have not ordered since they were found slipping."""
        return self.filter(listing__last_ordered_on=F("last_ordered_on"))

    def because_of(self, cause: str):
        return self.filter(causes__contains=[cause])


class Slip(models.Model):
    """A customer who is worse off in the live run than a few days before, with the numbers of each cause.

    `causes` are codes of `Cause`; what belongs to a cause that is not there is null. Gaps in days.
    """

    class Cause(models.TextChoices):
        TIER = "tier"
        ACTIVITY = "activity"
        RHYTHM = "rhythm"
        CHANCE = "chance"

    listing = models.OneToOneField(
        CustomerListing,
        models.CASCADE,
        primary_key=True,
        db_column="customer_id",
        db_constraint=False,
        related_name="slip",
    )
    causes = ArrayField(models.CharField(max_length=10, choices=Cause))
    value_at_risk = models.BigIntegerField()
    last_ordered_on = models.DateField()
    days_since_last = models.IntegerField()
    tier_before = models.CharField(max_length=10, blank=True)
    tier = models.CharField(max_length=10)
    activity_before = models.CharField(max_length=10, blank=True)
    activity = models.CharField(max_length=10)
    median_gap = models.FloatField(null=True)
    chance_before = models.FloatField(null=True)
    chance = models.FloatField(null=True)
    horizon_days = models.IntegerField(null=True)

    objects = SlipQuerySet.as_manager()

    class Meta:
        db_table = "report_slip"
        indexes = [models.Index(fields=["-value_at_risk", "-listing"], name="slips_by_value_at_risk")]
        constraints = [models.CheckConstraint(name="nobody_slips_without_a_cause", condition=~Q(causes=[]))]

    def __str__(self) -> str:
        return f"{self.listing_id} {', '.join(self.causes)}"


class Study(models.Model):
    """What was found of the shop as a whole after a run, and by which policy.

    `slipping_since` is the day of the run that slipping was told against. `cohorts`, `survival` and `drift` are the
    JSON of `analytics.cohorts`, of `analytics.survival` by what is asked, and of `analytics.drift`; empty while they
    are still computed.
    """

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True)
    policy_version = models.PositiveIntegerField()
    slipping_since = models.DateField(null=True)
    cohorts = models.JSONField(default=dict)
    survival = models.JSONField(default=dict)
    drift = models.JSONField(default=dict)

    class Meta:
        db_table = "report_study"

    def __str__(self) -> str:
        return f"study of run {self.run_id}"
