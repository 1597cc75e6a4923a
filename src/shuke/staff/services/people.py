"""Writing about the company's people."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from shuke.core import audit
from shuke.core.errors import Conflict, Invalid, Refused
from shuke.core.words import mark as _
from shuke.staff.models import Team, User
from shuke.staff.rights import Role


class NameTaken(Conflict):
    code = "username_taken"
    message = _("There is already somebody with the log-in name %(username)s.")


class WrongName(Invalid):
    code = "username_wrong"
    message = _("A log-in name has 1 to 150 letters, figures and @ . + - _, and no blanks.")


class WeakPassword(Invalid):
    code = "weak_password"
    message = _("This password will not do: %(reason)s")


class LastAdministrator(Refused):
    code = "last_administrator"
    message = _("Somebody has to stay administrator: give another person that role first.")


class NoLongerAdministrator(Conflict):
    code = "no_longer_administrator"
    message = _("Somebody has just changed your own role, so nothing was changed here.")


@transaction.atomic
def add_user(
    *,
    username: str,
    name: str,
    role: Role | str,
    password: str,
    by: User | None,
    at: datetime,
    team: Team | None = None,
) -> User:
    """Let a colleague in. WrongName, NameTaken, WeakPassword."""
    username = User.normalize_username(username).strip()
    user = User(username=username, name=name, role=role, team=team)
    _check_name(user)
    _check_password(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise NameTaken(username=username) from None
    audit.record(by, "user.added", user, at=at, username=username, role=str(role))
    return user


@transaction.atomic
def change_user(
    *, user: User, name: str, role: Role | str, team: Team | None, is_active: bool, by: User, at: datetime
) -> User:
    """Change what a colleague may do; a changed role or a lock ends their sessions.

    LastAdministrator, NoLongerAdministrator.
    """
    known = _with_administrators(user)
    if not (by.pk in known and _administers(known[by.pk])):
        raise NoLongerAdministrator
    user = known[user.pk]
    administered = _administers(user)
    before = {"name": user.name, "role": user.role, "team": user.team_id, "is_active": user.is_active}
    user.name, user.role, user.team, user.is_active = name, role, team, is_active
    if administered and not any(map(_administers, known.values())):
        raise LastAdministrator
    if before["role"] != user.role or not user.is_active:
        user.session_epoch += 1
    user.save()
    after = {"name": name, "role": str(role), "team": user.team_id, "is_active": is_active}
    audit.record(by, "user.changed", user, at=at, before=before, after=after)
    return user


@transaction.atomic
def set_password(*, user: User, password: str, by: User | None, at: datetime) -> None:
    """Give a colleague a new password; it ends their sessions. WeakPassword."""
    _check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(by, "user.password_set", user, at=at)


def team_named(name: str) -> Team | None:
    """The team of that name, made if it is new; None for an empty one."""
    name = " ".join(name.split())
    return Team.objects.get_or_create(name=name)[0] if name else None


def choose_language(*, user: User, language: str) -> None:
    """Keep the language in which a colleague reads; their own choice, so that no trail is left."""
    User.objects.filter(pk=user.pk).update(language=language)


def _check_name(user: User) -> None:
    try:
        User._meta.get_field("username").clean(user.username, user)
    except ValidationError:
        raise WrongName from None


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(reason=" ".join(error.messages)) from None


def _with_administrators(user: User) -> dict[int, User]:
    """A colleague and all administrators by number, locked in one order: two who demote each other take turns."""
    meant = Q(pk=user.pk) | Q(role=Role.ADMINISTRATOR, is_active=True)
    return {known.pk: known for known in User.objects.select_for_update().filter(meant).order_by("pk")}


def _administers(user: User) -> bool:
    return user.role == Role.ADMINISTRATOR and user.is_active
