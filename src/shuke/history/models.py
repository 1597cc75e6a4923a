"""What the customers did: dated facts, and the marks that tell the mirror and the scores what has changed."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from shuke.customers.models import Identity, Source
from shuke.staff.models import Line, Store, User

__all__ = [
    "AcquisitionCost",
    "Behaviour",
    "Contract",
    "CustomerMark",
    "Dispute",
    "DisputeDecision",
    "Interaction",
    "MarketingSpend",
    "MonthMark",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Product",
    "ProductCost",
]


class Product(models.Model):
    """An article as a source names it."""

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    code = models.CharField(max_length=100, db_collation="C")
    name = models.CharField(max_length=300, blank=True)
    category = models.CharField(max_length=100, blank=True)

    class Meta:
        db_table = "product"
        constraints = [models.UniqueConstraint(name="product_is_one_article_of_a_source", fields=["source", "code"])]

    def __str__(self) -> str:
        return self.name or self.code


class Order(models.Model):
    """A sale, or a return document of its own (negative amount); without an identity it is revenue of nobody."""

    class Kind(models.TextChoices):
        SALE = "sale", _("order")
        RETURN = "return", _("return")

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    source_key = models.CharField(max_length=200, db_collation="C")
    identity = models.ForeignKey(Identity, models.PROTECT, null=True, blank=True, related_name="orders", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SALE)
    ordered_at = models.DateTimeField()
    ordered_on = models.DateField()
    amount = models.BigIntegerField()
    status = models.CharField(max_length=60, blank=True)
    store = models.ForeignKey(Store, models.PROTECT, null=True, blank=True, db_index=False)
    line = models.ForeignKey(Line, models.PROTECT, null=True, blank=True, db_index=False)
    channel = models.CharField(max_length=40, blank=True)
    salesperson = models.ForeignKey(User, models.PROTECT, null=True, blank=True, db_index=False)
    original_currency = models.CharField(max_length=3, blank=True)
    original_amount = models.BigIntegerField(null=True, blank=True)
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "customer_order"
        constraints = [models.UniqueConstraint(name="order_is_one_record_of_a_source", fields=["source", "source_key"])]
        indexes = [
            models.Index(fields=["identity", "-ordered_on"], name="order_by_identity"),
            models.Index(fields=["ordered_on"], name="order_by_day"),
            BrinIndex(fields=["import_id"], name="order_by_import"),
        ]

    def __str__(self) -> str:
        return self.source_key


class OrderLine(models.Model):
    """One article of an order. Quantity in units or weight, unit price in 1/10,000, amount in minor units."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", db_index=False, db_constraint=False)
    ordinal = models.PositiveIntegerField()
    product = models.ForeignKey(Product, models.PROTECT, db_index=False, db_constraint=False)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit_price = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        db_table = "order_line"
        constraints = [models.UniqueConstraint(name="order_line_has_its_place", fields=["order", "ordinal"])]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.ordinal}"


class OrderEvent(models.Model):
    """What happened to an order later, on its own day, so that any past day can be replayed."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("payment")
        CANCELLATION = "cancellation", _("cancellation")
        REFUND = "refund", _("refund")
        RETURN = "return", _("return")

    order = models.ForeignKey(Order, models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    source_key = models.CharField(max_length=200, blank=True, db_collation="C")
    happened_on = models.DateField()
    dated_by_import = models.BooleanField(default=False)
    amount = models.BigIntegerField()
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "order_event"
        constraints = [models.UniqueConstraint(name="order_event_is_told_once", fields=["order", "kind", "source_key"])]
        indexes = [models.Index(fields=["happened_on"], name="order_event_by_day")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"


class Interaction(models.Model):
    """Any contact, either way, by any channel. Never changed: a correction is a new row that names the old one."""

    class Direction(models.TextChoices):
        OUT = "out", _("to the customer")
        IN = "in", _("from the customer")

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    source_key = models.CharField(max_length=200, null=True, blank=True, db_collation="C")  # noqa: DJ001  NULLs do not collide
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="interactions", db_index=False)
    at = models.DateTimeField()
    happened_on = models.DateField()
    channel = models.CharField(max_length=20)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.OUT)
    outcome = models.CharField(max_length=20, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, db_index=False)
    by_name = models.CharField(max_length=100, blank=True)
    note = models.TextField(blank=True)
    satisfaction = models.SmallIntegerField(null=True, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    promised_on = models.DateField(null=True, blank=True)
    follow_up_id = models.BigIntegerField(null=True, blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, db_index=False)
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "interaction"
        constraints = [
            models.UniqueConstraint(name="interaction_is_one_record_of_a_source", fields=["source", "source_key"]),
            models.CheckConstraint(
                name="interaction_satisfaction_is_1_to_5",
                condition=Q(satisfaction=None) | Q(satisfaction__range=(1, 5)),
            ),
        ]
        indexes = [
            models.Index(fields=["identity", "-at"], name="interaction_by_identity"),
            models.Index(fields=["happened_on"], name="interaction_by_day"),
            models.Index(fields=["corrects"], name="interaction_by_corrected", condition=Q(corrects__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.channel}"


class Dispute(models.Model):
    """Somebody says that a contact or an order should not count for the emotional account, and why; never changed.

    What it names may be taken back with its import, and the dispute stays.
    """

    identity = models.ForeignKey(Identity, models.PROTECT, related_name="disputes")
    interaction_id = models.BigIntegerField(null=True, blank=True, unique=True)
    order_id = models.BigIntegerField(null=True, blank=True, unique=True)
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "dispute"
        constraints = [
            models.CheckConstraint(
                name="dispute_names_one_thing",
                condition=Q(interaction_id=None, order_id__isnull=False)
                | Q(interaction_id__isnull=False, order_id=None),
            )
        ]

    def __str__(self) -> str:
        return self.reason


class DisputeDecision(models.Model):
    """What was decided about a dispute: once it is accepted, the thing counts no more from `decided_on` on."""

    dispute = models.OneToOneField(Dispute, models.PROTECT, related_name="decision")
    accepted = models.BooleanField()
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    decided_on = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "dispute_decision"

    def __str__(self) -> str:
        return f"{self.dispute_id}: {'accepted' if self.accepted else 'rejected'}"


class Behaviour(models.Model):
    """What a customer did in a shop without anybody of ours: looked, put into the cart. Written once, never changed."""

    class Kind(models.TextChoices):
        VIEW = "view", _("looked at pages")
        SEARCH = "search", _("searched")
        CART = "cart", _("put something into the cart")
        CHECKOUT = "checkout", _("went to the checkout")
        LOGIN = "login", _("logged in")
        JOIN = "join", _("took part")
        SHARE = "share", _("shared something")
        OTHER = "other", _("did something else")

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    source_key = models.CharField(max_length=200, db_collation="C")
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="behaviours", db_index=False)
    at = models.DateTimeField()
    happened_on = models.DateField()
    kind = models.CharField(max_length=12, choices=Kind)
    subject = models.CharField(max_length=300, blank=True)
    value = models.BigIntegerField(null=True, blank=True)
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "behaviour"
        constraints = [
            models.UniqueConstraint(name="behaviour_is_one_record_of_a_source", fields=["source", "source_key"]),
            models.CheckConstraint(
                name="behaviour_kind_is_known",
                condition=Q(kind__in=("view", "search", "cart", "checkout", "login", "join", "share", "other")),
            ),
        ]
        indexes = [
            models.Index(fields=["identity", "-happened_on"], name="behaviour_by_identity"),
            BrinIndex(fields=["import_id"], name="behaviour_by_import"),
            BrinIndex(fields=["happened_on"], name="behaviour_by_day", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.kind}"


class Contract(models.Model):
    """What a customer has until a day: a contract, a subscription, a paid membership. A renewal moves its end."""

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    source_key = models.CharField(max_length=200, db_collation="C")
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="contracts", db_index=False)
    subject = models.CharField(max_length=300, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField()
    amount = models.BigIntegerField(null=True, blank=True)
    status = models.CharField(max_length=60, blank=True)
    is_cancelled = models.BooleanField(default=False)
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "contract"
        constraints = [
            models.UniqueConstraint(name="contract_is_one_record_of_a_source", fields=["source", "source_key"])
        ]
        indexes = [
            models.Index(fields=["identity"], name="contract_by_identity"),
            models.Index(fields=["ends_on"], name="contract_by_end"),
        ]

    def __str__(self) -> str:
        return self.subject or self.source_key

    @property
    def days_left(self) -> int:
        """Days until it ends; negative once it has."""
        return (self.ends_on - localdate()).days


class ProductCost(models.Model):
    """What an article costs us from a day on, or always: by the unit in 1/10,000, or as a margin in basis points."""

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    source_key = models.CharField(max_length=200, db_collation="C")
    product = models.ForeignKey(Product, models.PROTECT, related_name="costs")
    since = models.DateField(null=True, blank=True)
    unit_cost = models.BigIntegerField(null=True, blank=True)
    margin = models.IntegerField(null=True, blank=True)
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "product_cost"
        constraints = [
            models.UniqueConstraint(name="product_cost_is_one_record_of_a_source", fields=["source", "source_key"]),
            models.CheckConstraint(
                name="product_cost_says_a_cost", condition=Q(unit_cost__isnull=False) | Q(margin__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.source_key


class AcquisitionCost(models.Model):
    """What it cost to win a customer: one that is named, or each who came by a channel; in minor units."""

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    source_key = models.CharField(max_length=200, db_collation="C")
    identity = models.ForeignKey(Identity, models.PROTECT, null=True, blank=True, related_name="acquisition_costs")
    channel = models.CharField(max_length=40, blank=True)
    on = models.DateField(null=True, blank=True)
    amount = models.BigIntegerField()
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "acquisition_cost"
        constraints = [
            models.UniqueConstraint(name="acquisition_cost_is_one_record_of_a_source", fields=["source", "source_key"]),
            models.CheckConstraint(
                name="acquisition_cost_names_whom", condition=Q(identity__isnull=False) | ~Q(channel="")
            ),
        ]

    def __str__(self) -> str:
        return self.source_key


class MarketingSpend(models.Model):
    """What was spent on a channel or a campaign, on a day or in the month that begins on it; in minor units."""

    source = models.ForeignKey(Source, models.PROTECT, db_index=False)
    source_key = models.CharField(max_length=200, db_collation="C")
    on = models.DateField()
    channel = models.CharField(max_length=40, blank=True)
    campaign = models.CharField(max_length=200, blank=True)
    amount = models.BigIntegerField()
    import_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "marketing_spend"
        constraints = [
            models.UniqueConstraint(name="marketing_spend_is_one_record_of_a_source", fields=["source", "source_key"])
        ]
        indexes = [models.Index(fields=["on"], name="marketing_spend_by_day")]

    def __str__(self) -> str:
        return self.source_key


class MonthMark(models.Model):
    """A month whose facts have changed; inserted by the writing transaction, deleted by the mirror that saw it."""

    month = models.DateField()

    class Meta:
        db_table = "month_mark"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class CustomerMark(models.Model):
    """Somebody whose facts have changed since they were last scored; deleted by the run that saw it.

    A fact names its identity, whosever that is when it is scored; a move of identities names the customers. What they
    did by themselves has marks `of_behaviour`; doing it once more that day hardly moves a score, and `can_wait`.
    """

    identity_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)
    of_behaviour = models.BooleanField(default=False, db_default=False)
    can_wait = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "customer_mark"
        constraints = [
            models.CheckConstraint(
                name="customer_mark_names_somebody",
                condition=Q(identity_id__isnull=False) | Q(customer_id__isnull=False),
            ),
            models.CheckConstraint(
                name="customer_mark_waits_for_behaviour_alone", condition=Q(of_behaviour=True) | Q(can_wait=False)
            ),
        ]

    def __str__(self) -> str:
        return f"identity {self.identity_id}" if self.identity_id else f"customer {self.customer_id}"
