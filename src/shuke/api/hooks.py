"""Webhooks that other systems send: signed as Standard Webhooks says, taken once, meant as events of the API."""

import binascii

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from shuke.api import problems
from shuke.api.envelope import body_of
from shuke.api.problems import Unknown
from shuke.api.records import answer_once
from shuke.core.errors import NotFound, ShukeError
from shuke.core.words import mark as _
from shuke.staff.models import ApiToken
from shuke.staff.rights import Scope
from shuke.staff.services import tokens

LONGEST_ID = 240


class WrongSignature(Unknown):
    code = "signature_wrong"
    message = _("The signature does not fit: check the signing secret, the clock, and that the body is sent as signed.")


@csrf_exempt
@require_POST
def receive(request: HttpRequest, secret: str) -> HttpResponse:
    """Write what a signed message tells. Its `webhook-id` is its idempotency key."""
    try:
        token = tokens.recognise(secret=secret, at=now())
        if token is None or not token.may(Scope.HOOKS_RECEIVE):
            raise NotFound
        body = body_of(request)
        message = _verified(request, body, token)
        return answer_once(request, token=token, key=message, body=body, kind=None)
    except ShukeError as failure:
        return problems.answer(failure)
    except Exception as error:
        return problems.surprise(error)


def _verified(request: HttpRequest, body: bytes, token: ApiToken) -> str:
    """The id of the message, if its signature and its time are right. WrongSignature."""
    message = request.headers.get("webhook-id", "")
    try:
        Webhook(tokens.signing_secret_of(token)).verify(body, dict(request.headers), json_parse=False)
    except (WebhookVerificationError, binascii.Error, ValueError):
        raise WrongSignature from None
    if len(message) > LONGEST_ID:
        raise WrongSignature
    return message
