"""Who the customers are: profiles, the identities of each source, contact points, tags and owners."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from shuke.staff.models import Line, Store, User
from shuke.staff.rights import Sight

__all__ = [
    "Candidate",
    "ContactPoint",
    "Customer",
    "CustomerOwner",
    "CustomerTag",
    "Distinct",
    "Exclusion",
    "Identity",
    "Merge",
    "MergeTrace",
    "MergedIdentity",
    "Source",
    "Tag",
]


class Source(models.Model):
    """A system from which records come: a shop, a till, a CRM, or Shuke itself."""

    code = models.SlugField(unique=True, allow_unicode=True)
    name = models.CharField(max_length=100)

    class Meta:
        db_table = "source"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def own(cls) -> "Source":
        """Shuke itself: the source of what people write down in it."""
        return cls.objects.get_or_create(code="shuke", defaults={"name": "Shuke"})[0]


class CustomerQuerySet(models.QuerySet):
    def standing(self):
        """Those who stand for a person: not whoever was merged into another, and waits for its undoing."""
        return self.filter(~Exists(Merge.objects.standing().filter(absorbed=OuterRef("pk"))))

    def visible_to(self, staff: User):
        """The customers that `staff` may see; whoever is not listed in `staff.rights` sees none."""
        seen = self.standing()
        if staff.sight == Sight.ALL:
            return seen
        owned = CustomerOwner.objects.filter(customer=OuterRef("pk"))
        if staff.sight == Sight.TEAM and staff.team_id:
            return seen.filter(Exists(owned.filter(owner__team=staff.team_id)))
        return seen.filter(Exists(owned.filter(owner=staff)))


class Customer(models.Model):
    """A person or company we sell to."""

    class Calendar(models.TextChoices):
        SOLAR = "solar", _("solar calendar")
        LUNAR = "lunar", _("lunar calendar")

    name = models.CharField(max_length=200, blank=True)
    pinyin = models.CharField(max_length=600, blank=True, db_collation="C")
    initials = models.CharField(max_length=200, blank=True, db_collation="C")
    birth_year = models.SmallIntegerField(null=True, blank=True)
    birth_month = models.SmallIntegerField(null=True, blank=True)
    birth_day = models.SmallIntegerField(null=True, blank=True)
    birth_calendar = models.CharField(max_length=5, choices=Calendar, default=Calendar.SOLAR)
    birth_leap_month = models.BooleanField(default=False)
    registered_on = models.DateField(null=True, blank=True)
    home_store = models.ForeignKey(Store, models.PROTECT, null=True, blank=True, db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        db_table = "customer"
        constraints = [
            models.CheckConstraint(
                name="customer_birthday_is_whole",
                condition=Q(birth_month=None, birth_day=None) | Q(birth_month__range=(1, 12), birth_day__range=(1, 31)),
            )
        ]

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


class Identity(models.Model):
    """One record of one source. Only `customer` may ever change: that is what merging and its undo do."""

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    source_key = models.CharField(max_length=200, db_collation="C")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="identities")
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "identity"
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(name="identity_is_one_record_of_a_source", fields=["source", "source_key"])
        ]
        indexes = [BrinIndex(fields=["import_id"], name="identity_by_import")]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.source_key}"


class ContactPoint(models.Model):
    """One phone, e-mail or WeChat id, as an identity's source gave it; encrypted, found by its blind index."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("phone")
        EMAIL = "email", _("e-mail")
        WECHAT = "wechat", _("WeChat")

    FIELD = "contact_point.value"

    identity = models.ForeignKey(Identity, models.CASCADE, related_name="contact_points", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.BinaryField()
    blind_index = models.BinaryField()
    invalid_since = models.DateTimeField(null=True, blank=True)
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "contact_point"
        constraints = [
            models.UniqueConstraint(name="contact_point_once_per_identity", fields=["identity", "kind", "blind_index"])
        ]
        indexes = [
            models.Index(fields=["blind_index"], name="contact_point_by_value"),
            BrinIndex(fields=["import_id"], name="contact_point_by_import"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Tag(models.Model):
    """A word that people put on customers."""

    name = models.CharField(max_length=60, unique=True)

    class Meta:
        db_table = "tag"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CustomerTag(models.Model):
    """A tag on a customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="tagged", db_index=False)
    tag = models.ForeignKey(Tag, models.CASCADE)
    by = models.ForeignKey(User, models.PROTECT, null=True)
    at = models.DateTimeField()
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "customer_tag"
        constraints = [
            models.UniqueConstraint(name="customer_has_a_tag_once", fields=["customer", "tag"]),
        ]
        indexes = [BrinIndex(fields=["import_id"], name="customer_tag_by_import")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.tag_id}"


class CustomerOwner(models.Model):
    """The named colleague who keeps a customer in one business line."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="owners", db_index=False)
    line = models.ForeignKey(Line, models.PROTECT)
    owner = models.ForeignKey(User, models.PROTECT, related_name="owned")
    since = models.DateTimeField()

    class Meta:
        db_table = "customer_owner"
        constraints = [
            models.UniqueConstraint(name="customer_has_one_owner_a_line", fields=["customer", "line"]),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.owner_id}"


class ExclusionQuerySet(models.QuerySet):
    def standing(self):
        """Those that nobody has lifted."""
        return self.filter(lifted_at=None)


class Exclusion(models.Model):
    """What is never suggested to a customer: a category, or one article by its id. Lifting keeps the row."""

    class Reason(models.TextChoices):
        UNWANTED = "unwanted", _("does not want it")
        NEGATIVE_REVIEW = "negative_review", _("was not content with it")
        NOT_RELEVANT = "not_relevant", _("not relevant")
        FOR_SOMEBODY_ELSE = "for_somebody_else", _("bought for somebody else")

    class Source(models.TextChoices):
        PROFILE = "profile", _("written on the customer's page")
        CHECK = "check", _("from the weekly check")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="exclusions", db_index=False)
    category = models.CharField(max_length=100, blank=True)
    product_id = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=20, choices=Reason)
    source = models.CharField(max_length=10, choices=Source)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        db_table = "exclusion"
        constraints = [
            models.UniqueConstraint(
                name="exclusion_stands_once",
                fields=["customer", "category", "product_id"],
                condition=Q(lifted_at=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="exclusion_names_one_thing",
                condition=(Q(product_id=None) & ~Q(category="")) | Q(product_id__isnull=False, category=""),
            ),
        ]
        indexes = [models.Index(fields=["customer"], name="exclusion_by_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.category or self.product_id}"


class MergeQuerySet(models.QuerySet):
    def standing(self):
        """The merges that have not been undone."""
        return self.filter(undone_at=None)


class Merge(models.Model):
    """Two customers found to be one person: what was the absorbed one's belongs to the kept one, until it is undone."""

    kept = models.ForeignKey(Customer, models.PROTECT, related_name="merges")
    absorbed = models.ForeignKey(Customer, models.PROTECT, related_name="absorptions", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    evidence = models.JSONField(default=list)
    probability = models.FloatField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    objects = MergeQuerySet.as_manager()

    class Meta:
        db_table = "customer_merge"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(name="customer_is_absorbed_once", fields=["absorbed"], condition=Q(undone_at=None)),
            models.CheckConstraint(name="merge_is_of_two_customers", condition=~Q(kept=F("absorbed"))),
        ]

    def __str__(self) -> str:
        return f"{self.absorbed_id} into {self.kept_id}"

    @property
    def is_automatic(self) -> bool:
        return self.by_id is None


class MergedIdentity(models.Model):
    """An identity that a merge gave to the kept customer; undoing gives it back to the absorbed one."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="identities", db_index=False)
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="merged")

    class Meta:
        db_table = "merged_identity"
        constraints = [models.UniqueConstraint(name="merge_moves_an_identity_once", fields=["merge", "identity"])]

    def __str__(self) -> str:
        return f"{self.merge_id}: {self.identity_id}"


class MergeTrace(models.Model):
    """What a merge changed beside the map: a row it added (no body), or one it changed, as it was before."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="traces", db_index=False)
    table = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    body = models.JSONField(null=True)

    class Meta:
        db_table = "merge_trace"
        constraints = [models.UniqueConstraint(name="merge_traces_a_row_once", fields=["merge", "table", "record_id"])]
        indexes = [models.Index(fields=["table", "record_id"], name="merge_trace_by_row")]

    def __str__(self) -> str:
        return f"{self.merge_id}: {self.table} {self.record_id}"


class Distinct(models.Model):
    """Somebody said that these are two people; kept by identity, so that it holds whatever else is merged."""

    first = models.ForeignKey(Identity, models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey(Identity, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        db_table = "distinct_people"
        constraints = [
            models.UniqueConstraint(name="two_people_are_told_apart_once", fields=["first", "second"]),
            models.CheckConstraint(name="two_people_are_in_order", condition=Q(first__lt=F("second"))),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"


class Candidate(models.Model):
    """Two customers who may be one person, waiting for somebody to say so; every search writes them anew."""

    first = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    probability = models.FloatField()
    evidence = models.JSONField(default=list)
    found_at = models.DateTimeField()
    later_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "duplicate_candidate"
        constraints = [
            models.UniqueConstraint(name="two_customers_are_proposed_once", fields=["first", "second"]),
            models.CheckConstraint(name="candidates_are_in_order", condition=Q(first__lt=F("second"))),
        ]
        indexes = [models.Index(fields=["-probability", "id"], name="candidate_by_probability")]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"
