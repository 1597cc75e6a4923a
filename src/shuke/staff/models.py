"""The company and its people: business lines, stores, teams, users, and the tokens of programs."""

import hashlib
from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from shuke.staff.rights import RIGHTS, SECOND_FACTOR, SIGHT, Right, Role, Scope, Sight

__all__ = ["ApiToken", "Line", "Store", "Team", "User", "VisibleByOwner"]


class Line(models.Model):
    """A business line 业务线; a customer has one owner in each."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        db_table = "line"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def main(cls) -> "Line":
        """The line of a shop that has only one."""
        return cls.objects.get_or_create(code="main", defaults={"name": "主营业务"})[0]


class Store(models.Model):
    """A store 门店, with the time zone in which its business day runs."""

    code = models.CharField(max_length=60, unique=True, db_collation="C")
    name = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=60)

    class Meta:
        db_table = "store"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """Colleagues whose customers their manager sees."""

    name = models.CharField(max_length=100, unique=True)

    class Meta:
        db_table = "team"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A colleague who logs in."""

    name = models.CharField(_("name"), max_length=100)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.AGENT)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("team")
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    session_epoch = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "staff_user"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="staff_role_is_known", condition=models.Q(role__in=Role.values)),
            models.UniqueConstraint(Lower("username"), name="log_in_name_is_one_persons"),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_session_auth_hash(self) -> str:
        """Sessions of an earlier password or epoch end at their next request."""
        return salted_hmac("staff.session", f"{self.password}:{self.session_epoch}", algorithm="sha256").hexdigest()

    @property
    def sight(self) -> Sight:
        return SIGHT[Role(self.role)]

    def may(self, right: Right | str) -> bool:
        return self.is_active and Right(right) in RIGHTS[Role(self.role)]

    @property
    def needs_second_factor(self) -> bool:
        return not SECOND_FACTOR.isdisjoint(RIGHTS[Role(self.role)])


class VisibleByOwner(models.QuerySet):
    """Of what has an owner."""

    def visible_to(self, staff: User):
        """What `staff` may see: their own, their team's or all, by `staff.rights`; what is nobody's, who sees all."""
        if staff.sight == Sight.ALL:
            return self
        if staff.sight == Sight.TEAM and staff.team_id:
            return self.filter(owner__team=staff.team_id)
        return self.filter(owner=staff)


class ApiToken(models.Model):
    """What a program shows instead of a log-in. Of its secret only the digest is kept; `prefix` tells tokens apart.

    A token that receives webhooks is part of an address; `signing_secret` (encrypted) proves who posts there.
    `source` is the code of the source whose records the token writes.
    """

    FIELD = "api_token.signing_secret"

    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope))
    source = models.SlugField(_("source"), blank=True, allow_unicode=True, db_index=False)
    signing_secret = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="api_tokens")
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_token"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    def is_valid(self, *, at: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    def may(self, scope: Scope | str) -> bool:
        return str(scope) in self.scopes

    @property
    def scope_words(self) -> list[str]:
        """What it may do, in the reader's language."""
        return [str(Scope(scope).label) for scope in self.scopes]
