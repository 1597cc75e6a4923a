"""Programs that ask with a token."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shuke.staff.rights import Scope
from shuke.staff.services import tokens

AT = "2026-11-03T14:20:00+08:00"


class Program:
    """Another system: a client with a token."""

    def __init__(self, *scopes: Scope, source: str = "till", **options: Any) -> None:
        made = tokens.add(name="Till", scopes=scopes, source=source, by=None, at=timezone.now(), **options)
        self.token, self.secret = made.token, made.secret
        self.client = Client(raise_request_exception=False)

    def ask(self, method: str, path: str, body: Any = None, *, language: str = "en", **headers: str):
        told = {"authorization": f"Bearer {self.secret}", "accept-language": language, **headers}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        address = f"/api/v1/{path}"
        if method == "get":
            return self.client.get(address, headers=told)
        return self.client.post(address, content, content_type="application/json", headers=told)

    def send(self, path: str, *items: Any, **headers: str):
        """The answers to a batch."""
        response = self.ask("post", path, {"items": list(items)}, **headers)
        assert response.status_code == 200, response.content
        return response.json()["items"]


@pytest.fixture
def till(db) -> Program:
    return Program(Scope.FACTS_WRITE)


@pytest.fixture
def program(db) -> Callable[..., Program]:
    return Program


def order(key: str = "A1", **more: Any) -> dict[str, Any]:
    told = {"key": key, "customer": "7", "at": AT, "amount": "10.50", **more}
    return {name: value for name, value in told.items() if value is not None}


def results(answers: list[dict[str, Any]]) -> list[str]:
    return [answer["result"] for answer in answers]


def problems(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem["code"], problem["field"]) for problem in answer["problems"]]
