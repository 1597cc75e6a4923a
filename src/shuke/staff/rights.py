"""What each role may do and whom it may see; what is not listed is denied."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    OPERATIONS = "operations", _("Operations")
    MANAGER = "manager", _("Manager")
    AGENT = "agent", _("Follow-up agent")


class Sight(TextChoices):
    """How far a person sees: their own customers, their team's, or all."""

    OWN = "own", _("own customers")
    TEAM = "team", _("the team's customers")
    ALL = "all", _("all customers")


class Right(TextChoices):
    IMPORT = "import", _("import files")
    EXPORT = "export", _("export lists")
    POLICIES = "policies", _("publish policies")
    PEOPLE = "people", _("manage people")
    OPEN_CONTACTS = "open_contacts", _("open contact details, one at a time")
    ASSIGN = "assign", _("hand follow-ups to others")
    AUDIT = "audit", _("read the audit trail")
    MERGE = "merge", _("merge customers who are one person")
    CONNECT = "connect", _("connect other systems")
    DISPUTES = "disputes", _("decide about disputed entries")


class Scope(TextChoices):
    """What a program may do that brings a token."""

    FACTS_WRITE = "facts:write", _("write customers, orders and interactions of its source")
    CUSTOMERS_READ = "customers:read", _("read customers, contacts masked")
    SCORES_READ = "scores:read", _("read scores with their reasons")
    HOOKS_RECEIVE = "hooks:receive", _("receive signed webhooks of its source")


WRITING = frozenset({Scope.FACTS_WRITE, Scope.HOOKS_RECEIVE})
"""Scopes whose token names the source of the records that it writes."""


SIGHT = {
    Role.ADMINISTRATOR: Sight.ALL,
    Role.OPERATIONS: Sight.ALL,
    Role.MANAGER: Sight.TEAM,
    Role.AGENT: Sight.OWN,
}

RIGHTS = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.OPERATIONS: frozenset(Right) - {Right.PEOPLE, Right.AUDIT, Right.CONNECT},
    Role.MANAGER: frozenset({Right.EXPORT, Right.ASSIGN, Right.OPEN_CONTACTS, Right.DISPUTES}),
    Role.AGENT: frozenset({Right.OPEN_CONTACTS}),
}

SECOND_FACTOR = frozenset({Right.EXPORT, Right.PEOPLE, Right.CONNECT})
"""Whoever holds one of these rights logs in with a second factor."""
