"""Operations that read: who a customer is, and what their scores say."""

from django.http import HttpRequest
from ninja import Router

from shuke.api import queries
from shuke.api.auth import Token
from shuke.api.keys import CUSTOMER
from shuke.api.schemas import ProblemDocument, Profile
from shuke.staff.rights import Scope

router = Router(auth=Token(Scope.CUSTOMERS_READ), tags=["Customers"])
RESPONSES = {200: Profile} | dict.fromkeys((401, 403, 404), ProblemDocument)


@router.get(CUSTOMER, response=RESPONSES, summary="A customer")
def profile(request: HttpRequest, source: str, key: str) -> Profile:
    """Who a source's record is to us: tier, activity, the last contact, and the scores with their reasons."""
    return queries.profile(source, key, with_scores=request.auth.may(Scope.SCORES_READ))
