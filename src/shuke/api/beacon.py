"""Where the beacon's browsers send to: always the same quick answer, whatever becomes of what they send."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shuke.beacon import queries
from shuke.beacon.services import taking
from shuke.beacon.services.taking import LARGEST, Message


@csrf_exempt
@require_POST
def receive(request: HttpRequest, site: str) -> HttpResponse:
    """Take what a page of a site tells: a visitor can do nothing about a refusal, and a forger learns nothing of it."""
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    response.headers["Vary"] = "Origin"
    known = queries.site(site)
    if known:
        message = _message(request)
        taking.take(site=known, message=message, at=now())
        if message.origin in known.origins:
            response.headers["Access-Control-Allow-Origin"] = message.origin
    return response


def _message(request: HttpRequest) -> Message:
    is_small = int(request.META.get("CONTENT_LENGTH") or 0) <= LARGEST
    objects = "1" in (request.headers.get("Sec-GPC"), request.headers.get("DNT"))
    return Message(request.headers.get("Origin", ""), objects, request.body if is_small else None)
