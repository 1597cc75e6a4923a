"""Reading about the company's people."""

from django.db.models import F, QuerySet

from shuke.staff.models import ApiToken, Team, User
from shuke.staff.rights import Sight


def colleagues(staff: User) -> QuerySet[User]:
    """Whom `staff` can name as the owner of a customer: themselves, their team, or everybody."""
    users = User.objects.filter(is_active=True).order_by("name", "pk")
    if staff.sight == Sight.ALL:
        return users
    if staff.sight == Sight.TEAM and staff.team_id:
        return users.filter(team=staff.team_id)
    return users.filter(pk=staff.pk)


def people() -> QuerySet[User]:
    """Everybody, those who may log in first."""
    return User.objects.select_related("team").order_by("-is_active", "name", "pk")


def teams() -> QuerySet[Team]:
    return Team.objects.order_by("name")


def tokens() -> QuerySet[ApiToken]:
    """The tokens of programs, those that still open something first."""
    return ApiToken.objects.select_related("made_by").order_by(F("revoked_at").asc(nulls_first=True), "-pk")
