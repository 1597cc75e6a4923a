"""What holds a batch: its size, its form, its number of records."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from pydantic_core import from_json

from shuke.api.problems import TooLarge
from shuke.core.errors import Invalid
from shuke.core.words import mark as _
from shuke.intake.live import LONGEST_BATCH


class NotJson(Invalid):
    code = "body_not_json"
    message = _("The body is no JSON that can be read: UTF-8, not nested deeply, no NaN.")


class NotABatch(Invalid):
    code = "body_not_a_batch"
    message = _("The body must be an object with the list “items” and nothing else.")


class WrongLength(Invalid):
    code = "batch_length"
    message = _("A batch has 1 to %(most)s items; this one has %(items)s.")


def body_of(request: HttpRequest) -> bytes:
    """The body, if it is not too large. TooLarge."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        raise TooLarge(most=round(most / 1_000_000, 1))
    return request.body


def items_of(body: bytes) -> list[Any]:
    """The records of a batch as they were sent. NotJson, NotABatch, WrongLength."""
    try:
        sent = from_json(body, allow_inf_nan=False)
    except ValueError:
        raise NotJson from None
    if not isinstance(sent, dict) or set(sent) != {"items"} or not isinstance(sent["items"], list):
        raise NotABatch
    if not 1 <= len(sent["items"]) <= LONGEST_BATCH:
        raise WrongLength(most=LONGEST_BATCH, items=len(sent["items"]))
    return sent["items"]
