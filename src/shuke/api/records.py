"""Operations that write: customers, orders, interactions, behaviour, and events of any of these kinds."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from ninja import Router

from shuke.api import services
from shuke.api.auth import Token
from shuke.api.envelope import body_of, items_of
from shuke.api.schemas import (
    BatchAnswer,
    Behaviours,
    Customers,
    Events,
    Interactions,
    ItemAnswer,
    Orders,
    ProblemDocument,
    ProblemOfField,
    taking,
)
from shuke.core.errors import Invalid
from shuke.core.words import mark
from shuke.intake import live
from shuke.intake.fields import Kind
from shuke.staff.models import ApiToken
from shuke.staff.rights import Scope

LONGEST_KEY = 255
router = Router(auth=Token(Scope.FACTS_WRITE), tags=["Records"])
RESPONSES = {200: BatchAnswer} | dict.fromkeys((401, 403, 409, 413, 422), ProblemDocument)


class KeyTooLong(Invalid):
    code = "idempotency_key_too_long"
    message = mark("An Idempotency-Key has at most %(most)s characters.")


@router.post("/customers", response=RESPONSES, openapi_extra=taking(Customers), summary="Customers")
def customers(request: HttpRequest) -> HttpResponse:
    """Add customers of your source, or correct them. What an item does not tell stays as it is."""
    return _receive(request, Kind.CUSTOMERS)


@router.post("/orders", response=RESPONSES, openapi_extra=taking(Orders), summary="Orders")
def orders(request: HttpRequest) -> HttpResponse:
    """Add orders of your source, or correct them. Refunds and cancellations are dated facts of their own."""
    return _receive(request, Kind.ORDERS)


@router.post("/interactions", response=RESPONSES, openapi_extra=taking(Interactions), summary="Interactions")
def interactions(request: HttpRequest) -> HttpResponse:
    """Add contacts with customers. One that is told otherwise later is kept beside what it corrects."""
    return _receive(request, Kind.INTERACTIONS)


@router.post("/behaviours", response=RESPONSES, openapi_extra=taking(Behaviours), summary="Behaviour")
def behaviours(request: HttpRequest) -> HttpResponse:
    """Add what customers did in the shop by themselves. An event is written once, however often it is sent."""
    return _receive(request, Kind.BEHAVIOURS)


@router.post("/events", response=RESPONSES, openapi_extra=taking(Events), summary="Events")
def events(request: HttpRequest) -> HttpResponse:
    """Records of any kind in one batch; the type of each says what it is."""
    return _receive(request, None)


def _receive(request: HttpRequest, kind: Kind | None) -> HttpResponse:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY:
        raise KeyTooLong(most=LONGEST_KEY)
    return answer_once(request, token=request.auth, key=key, body=body_of(request), kind=kind)


def answer_once(request: HttpRequest, *, token: ApiToken, key: str, body: bytes, kind: Kind | None) -> HttpResponse:
    """Write the batch that `body` holds, or say again what was answered to it before."""
    at = now()
    asked = services.fingerprint(request.method, request.path, body)
    reply = services.once(token=token, key=key, request=asked, act=lambda: _written(token, body, kind, at), at=at)
    response = HttpResponse(reply.body, content_type="application/json")
    if reply.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _written(token: ApiToken, body: bytes, kind: Kind | None, at: Any) -> str:
    records = [live.read(sent, index=index, kind=kind) for index, sent in enumerate(items_of(body))]
    answers = live.receive(source=token.source, records=records, token=token.prefix, at=at)
    return BatchAnswer(items=[_told(answer) for answer in answers]).model_dump_json()


def _told(answer: live.Answer) -> ItemAnswer:
    problems = [
        ProblemOfField(code=each.code, field=each.field, message=_(live.PROBLEMS[each.code]))
        for each in answer.problems
    ]
    return ItemAnswer(index=answer.index, key=answer.key, result=answer.result.value, problems=problems)
