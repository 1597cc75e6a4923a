"""Who asks: the token in the header Authorization, and whether it has the scope."""

from django.http import HttpRequest
from django.utils.timezone import now
from ninja.security import HttpBearer

from shuke.api.problems import ScopeMissing
from shuke.staff.models import ApiToken
from shuke.staff.rights import Scope
from shuke.staff.services import tokens


class Token(HttpBearer):
    """Opens an operation for tokens with a scope. ScopeMissing."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        known = tokens.recognise(secret=token, at=now())
        if known and not known.may(self.scope):
            raise ScopeMissing(scope=self.scope.value)
        return known
