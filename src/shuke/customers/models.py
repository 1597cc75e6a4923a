"""Who the customers are: profiles, the identities of each source, contact points, tags and owners."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from shuke.staff.models import Line, Store, User
from shuke.staff.rights import Sight

__all__ = ["ContactPoint", "Customer", "CustomerOwner", "CustomerTag", "Identity", "Source", "Tag"]


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
    def visible_to(self, staff: User):
        """The customers that `staff` may see; whoever is not listed in `staff.rights` sees none."""
        if staff.sight == Sight.ALL:
            return self
        owned = CustomerOwner.objects.filter(customer=OuterRef("pk"))
        if staff.sight == Sight.TEAM and staff.team_id:
            return self.filter(Exists(owned.filter(owner__team=staff.team_id)))
        return self.filter(Exists(owned.filter(owner=staff)))


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
