"""Who is in which tier, activity and segment, since when; and the one row per customer that lists read."""

from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Greatest, Lower, Replace
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from shuke.customers.models import Customer
from shuke.staff.models import Store, User
from shuke.staff.rights import Sight

__all__ = [
    "Activity",
    "CustomerListing",
    "Journey",
    "Membership",
    "Quadrant",
    "Segment",
    "SegmentMembership",
    "Stage",
    "Tier",
]


class Tier(models.TextChoices):
    GOLD = "gold", _("Gold")
    SILVER = "silver", _("Silver")
    BRONZE = "bronze", _("Bronze")


class Activity(models.TextChoices):
    NEW = "new", _("New")
    ACTIVE = "active", _("Active")
    DORMANT = "dormant", _("Dormant")
    LOST = "lost", _("Lost")


class Stage(models.TextChoices):
    ACQUIRE = "acquire", _("Acquire")
    GROW = "grow", _("Grow")
    MATURE = "mature", _("Mature")
    DECLINE = "decline", _("Decline")


class Journey(models.TextChoices):
    AWARE = "aware", _("Aware")
    CONSIDER = "consider", _("Considers")
    DECIDE = "decide", _("Decides")
    LOYAL = "loyal", _("Loyal")


class Quadrant(models.TextChoices):
    FRIEND = "friend", _("Friend: much value, loyal")
    BUTTERFLY = "butterfly", _("Butterfly: much value, not loyal")
    REGULAR = "regular", _("Regular: little value, loyal")
    PASSER_BY = "passer_by", _("Passer-by: little value, not loyal")


class Membership(models.Model):
    """A customer's tier, activity or stage from one day to another; the open one is the present one."""

    class Kind(models.TextChoices):
        TIER = "tier", _("Tier")
        ACTIVITY = "activity", _("Activity")
        STAGE = "stage", _("Life-cycle stage")
        JOURNEY = "journey", _("Journey stage")

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="memberships", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=10)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "membership"
        constraints = [
            models.UniqueConstraint(
                name="one_present_membership_of_a_kind", fields=["customer", "kind"], condition=Q(until=None)
            )
        ]
        indexes = [models.Index(fields=["customer", "kind", "-since"], name="membership_by_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.value} since {self.since}"


class SegmentQuerySet(models.QuerySet):
    def standing(self):
        """The segments that are kept up to date: not the archived ones."""
        return self.filter(archived_at=None)


class Segment(models.Model):
    """A named rule, and by it those who fit, kept up to date. `rule` is the JSON of `analytics.rules.tree`.

    `filled_at` is when everybody was last held against the rule: not yet, after the rule has changed.
    """

    name = models.CharField(max_length=100)
    rule = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    filled_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        db_table = "segment"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="segment_name_is_its_own", condition=Q(archived_at=None))
        ]

    def __str__(self) -> str:
        return self.name


class SegmentMembershipQuerySet(models.QuerySet):
    def present(self):
        """The memberships of now."""
        return self.filter(until=None)

    def end(self, *, at: datetime) -> int:
        """End them on the day of `at`; returns how many there were."""
        return self.update(until=Greatest("since", Value(localdate(at))))


class SegmentMembership(models.Model):
    """A customer in a segment from one day to another; the open one is the present one."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="memberships", db_index=False)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="segment_memberships", db_index=False, db_constraint=False
    )
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = SegmentMembershipQuerySet.as_manager()

    class Meta:
        db_table = "segment_membership"
        constraints = [
            models.UniqueConstraint(
                name="one_present_membership_of_a_segment", fields=["segment", "customer"], condition=Q(until=None)
            ),
            models.CheckConstraint(
                name="segment_membership_ends_after_it_begins", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["segment", "-since", "-id"], name="segment_membership_newest", condition=Q(until=None)
            ),
            models.Index(fields=["customer", "segment", "-since"], name="segment_membership_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.segment_id} since {self.since}"


class CustomerListingQuerySet(models.QuerySet):
    def visible_to(self, staff: User):
        """The rows that `staff` may see: as `Customer.objects.visible_to`, by the denormalised owner."""
        if staff.sight == Sight.ALL:
            return self
        if staff.sight == Sight.TEAM and staff.team_id:
            return self.filter(owner__in=list(User.objects.filter(team=staff.team_id).values_list("pk", flat=True)))
        return self.filter(owner=staff)


FILTERS = ["owner", "tier", "activity", "r", "f", "m", "t", "r_quintile", "f_quintile", "m_quintile"]
SORTED = ["pinyin", "days_since_last", "orders", "money", "value_at_risk", "last_contact_on"]


def last_contact() -> Coalesce:
    """The last contact as a value that sorts; those who were never contacted come first."""
    return Coalesce("last_contact_on", Value(date.min))


def compact_pinyin() -> Replace:
    """Pinyin without its blanks: what people type."""
    return Replace("pinyin", Value(" "), Value(""))


def sort_index(name: str, *keys: str | Coalesce) -> models.Index:
    """The order of one sort within each tier and activity, equal values in the order of their customers.

    Tier and activity go together with every number (nobody lost is worth much next year), so one order of all would
    be walked for long before it met the first of them. The list walks each by itself and merges.
    """
    carried = [name for name in FILTERS if name not in {"tier", "activity"}]
    if all(isinstance(key, str) for key in keys):
        return models.Index(fields=["tier", "activity", *keys], include=carried, name=name)
    return models.Index("tier", "activity", *keys, include=[*carried, "last_contact_on"], name=name)


def filter_index(name: str, *columns: str) -> models.Index:
    """Those who fit a filter, with all that they may be filtered further and sorted by: no row is read for it."""
    carried = [column for column in (*FILTERS, *SORTED) if column not in columns]
    return models.Index(fields=columns, include=carried, name=name)


class CustomerListing(models.Model):
    """One denormalised row per customer, maintained by set statements; money in minor units.

    It is derived from the tables that it names, so it carries no foreign keys: checking them row by row took longer
    than writing the rows.
    """

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="listing", db_constraint=False
    )
    name = models.CharField(max_length=200, blank=True, db_collation="C")
    pinyin = models.CharField(max_length=600, blank=True, db_collation="C")
    initials = models.CharField(max_length=200, blank=True, db_collation="C")
    bigrams = ArrayField(models.CharField(max_length=2), default=list)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, db_index=False, db_constraint=False)
    store = models.ForeignKey(Store, models.PROTECT, null=True, blank=True, db_index=False, db_constraint=False)
    tier = models.CharField(max_length=10, blank=True, choices=Tier)
    activity = models.CharField(max_length=10, blank=True, choices=Activity)
    r = models.CharField(max_length=1, blank=True)
    f = models.CharField(max_length=1, blank=True)
    m = models.CharField(max_length=1, blank=True)
    t = models.CharField(max_length=1, blank=True)
    r_quintile = models.SmallIntegerField(default=0)
    f_quintile = models.SmallIntegerField(default=0)
    m_quintile = models.SmallIntegerField(default=0)
    days_since_last = models.IntegerField(default=-1)
    orders = models.IntegerField(default=0)
    money = models.BigIntegerField(default=0)
    net_money_365 = models.BigIntegerField(default=0)
    value_at_risk = models.BigIntegerField(default=0)
    churn_probability = models.FloatField(null=True, blank=True)
    at_risk = models.BooleanField(default=False)
    lifetime_value = models.BigIntegerField(default=0)
    cluster = models.SmallIntegerField(null=True, blank=True)
    emotion = models.SmallIntegerField(null=True, blank=True)
    relationship = models.SmallIntegerField(null=True, blank=True)
    health = models.SmallIntegerField(null=True, blank=True)
    # Null and not empty: the row of a customer who was absorbed before there were stages comes back without them.
    stage = models.CharField(max_length=10, null=True, blank=True, choices=Stage)  # noqa: DJ001
    journey = models.CharField(max_length=10, null=True, blank=True, choices=Journey)  # noqa: DJ001
    value_quadrant = models.CharField(max_length=10, null=True, blank=True, choices=Quadrant)  # noqa: DJ001
    first_ordered_on = models.DateField(null=True, blank=True)
    last_ordered_on = models.DateField(null=True, blank=True)
    last_contact_on = models.DateField(null=True, blank=True)

    objects = CustomerListingQuerySet.as_manager()

    class Meta:
        db_table = "customer_list"
        indexes = [
            sort_index("list_by_value_at_risk", "-value_at_risk", "-customer"),
            sort_index("list_by_money", "-money", "-customer"),
            sort_index("list_by_lifetime_value", "-lifetime_value", "-customer"),
            sort_index("list_by_orders", "-orders", "-customer"),
            sort_index("list_by_days", "days_since_last", "customer"),
            sort_index("list_by_pinyin", "pinyin", "customer"),
            sort_index("list_by_contact", last_contact(), "customer"),
            filter_index("list_by_owner", "owner", "customer"),
            filter_index("list_by_letters", "r", "f", "m", "t", "customer"),
            filter_index("list_by_quintiles", "r_quintile", "f_quintile", "m_quintile", "customer"),
            filter_index("list_by_cluster", "cluster", "customer"),
            filter_index("list_by_stage", "stage", "value_quadrant", "customer"),
            models.Index(fields=["-value_at_risk", "-customer"], name="list_at_risk", condition=Q(at_risk=True)),
            models.Index(fields=["initials", "customer"], name="list_by_initials"),
            models.Index(compact_pinyin(), name="list_by_compact_pinyin"),
            GinIndex(fields=["bigrams"], name="list_by_bigrams"),
            GinIndex(OpClass(compact_pinyin(), name="gin_trgm_ops"), name="list_by_likeness"),
        ]

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"
