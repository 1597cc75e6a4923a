"""Small read-only tables behind the dashboard, so that it costs the same for a thousand customers and for millions."""

from django.db import models
from django.db.models import Q

from shuke.staff.models import User
from shuke.staff.rights import Sight

__all__ = ["CustomerTally", "SalesTally"]


class TallyQuerySet(models.QuerySet):
    def visible_to(self, staff: User):
        """What is counted of the customers that `staff` may see; what belongs to nobody is for those who see all."""
        if staff.sight == Sight.ALL:
            return self
        if staff.sight == Sight.TEAM and staff.team_id:
            return self.filter(owner__team=staff.team_id)
        return self.filter(owner=staff)


class CustomerTally(models.Model):
    """How many customers of one owner share tier, activity and quintiles in the live run, and their value at risk."""

    owner = models.ForeignKey(User, models.PROTECT, null=True, db_index=False)
    tier = models.CharField(max_length=10, blank=True)
    activity = models.CharField(max_length=10, blank=True)
    r_quintile = models.SmallIntegerField()
    f_quintile = models.SmallIntegerField()
    customers = models.IntegerField()
    value_at_risk = models.BigIntegerField()

    objects = TallyQuerySet.as_manager()

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

    objects = TallyQuerySet.as_manager()

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
