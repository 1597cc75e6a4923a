"""A shop's site, and a page of it that sends."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shuke.beacon import signing
from shuke.beacon.models import Tally
from shuke.beacon.services import sites, writing

ORIGIN = "https://www.shop.example"


class Page:
    """A page of a shop: what its script sends for the customer whom its server has signed."""

    def __init__(self, *, source: str = "shop", customer: str = "V17") -> None:
        self.site, self.secret = sites.add(name="Shop", source=source, origins=[ORIGIN], by=None, at=timezone.now())
        self.customer = customer

    def signature(self, customer: str | None = None, *, at: datetime | None = None) -> str:
        return signing.sign(customer or self.customer, secret=self.secret, on=(at or timezone.now()).date())

    def body(self, *events: Any, **changes: Any) -> dict[str, Any]:
        told = {"customer": self.customer, "signature": self.signature(), "consent": "yes", "events": list(events)}
        return {**told, **changes}

    def send(self, *events: Any, origin: str = ORIGIN, headers: dict[str, str] | None = None, **changes: Any):
        return self.post(json.dumps(self.body(*events, **changes)), origin=origin, headers=headers)

    def post(self, body: str | bytes, *, origin: str = ORIGIN, headers: dict[str, str] | None = None):
        told = {"origin": origin, **(headers or {})}
        answer = Client().post(f"/beacon/{self.site.key}", body, content_type="text/plain", headers=told)
        assert (answer.status_code, answer.content) == (204, b"")
        return answer

    def write(self) -> int:
        return writing.write(at=timezone.now())

    @property
    def endings(self) -> dict[str, int]:
        return dict(Tally.objects.filter(site=self.site).values_list("ending", "events"))


@pytest.fixture
def page(db) -> Page:
    return Page()


def event(key: str = "event-001", **more: Any) -> dict[str, Any]:
    return {"key": key, "ago": 0, "kind": "cart", "subject": "T-250", **more}
