"""The pages of policies: any registered body becomes a form, a valid draft the next version."""

from typing import Annotated, Literal, Self

import pytest
from django.urls import reverse
from django.utils import timezone
from pydantic import BaseModel, Field, model_validator

from shuke.core import policies
from shuke.core.models import Policy
from shuke.core.words import mark as _
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db


class Inner(BaseModel):
    days: int = Field(3, ge=1, le=30, title="Days")


class Body(BaseModel):
    """One field of each form."""

    inner: Inner = Field(Inner(), title="Inner")
    share: Annotated[float, Field(gt=0, le=1, json_schema_extra={"unit": "share"})] = Field(0.15, title="Share")
    amount: Annotated[int, Field(ge=1, json_schema_extra={"unit": "money"})] = Field(200_000, title="Amount")
    mode: Literal["month", "year"] = Field("month", title="Mode")
    is_strict: bool = Field(False, title="Strict")
    words: list[str] = Field(["a", "b"], title="Words")
    limit: int | None = Field(None, title="Limit")
    least: int = Field(1, title="Least")
    most: int = Field(9, title="Most")

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.least >= self.most:
            raise ValueError(_("Recency A must be fewer days than B."))
        return self


FORM = {
    "replaces": 0,
    "inner__days": 3,
    "share": 15,
    "amount": "2000.00",
    "mode": "month",
    "words": "a, b",
    "limit": "",
    "least": 1,
    "most": 9,
}


@pytest.fixture
def kind():
    known = policies.register("test", "Test rules", Body)
    yield known
    policies.kinds._items.pop("test")


@pytest.fixture
def client_(as_, shop):
    return as_(shop.colleague("Ops", Role.OPERATIONS))


def send(client, **changes):
    return client.post(reverse("web:policies.edit", args=["test"]), {**FORM, **changes})


def body_now(kind) -> Body:
    return policies.current(kind).body


def test_every_registered_kind_is_listed(client_, kind):
    shown = client_.get(reverse("web:policies")).content.decode()
    assert "Test rules" in shown
    assert "9 values" in shown


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"inner__days": 5}, "inner", Inner(days=5)),
        ({"share": "12.5"}, "share", 0.125),
        ({"amount": "1234.56"}, "amount", 123_456),
        ({"mode": "year"}, "mode", "year"),
        ({"is_strict": "on"}, "is_strict", True),
        ({"words": "x，y , z"}, "words", ["x", "y", "z"]),
        ({"limit": 7}, "limit", 7),
    ],
)
def test_each_form_of_value_is_published_as_it_was_meant(client_, kind, changes, field, expected):
    assert send(client_, **changes).status_code == 302
    assert body_now(kind) == Body(**{field: expected})


def test_the_form_says_what_is_in_force(client_, kind):
    send(client_, amount="1234.50", share="7.25")
    shown = client_.get(reverse("web:policies.edit", args=["test"])).content.decode()
    assert 'value="1234.50"' in shown
    assert 'value="7.25"' in shown
    assert "version 1 in force" in shown


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"inner__days": 0}, "greater than or equal to 1", id="too-little"),
        pytest.param({"inner__days": "x"}, "whole number", id="no-number"),
        pytest.param({"share": 0}, "More than 0", id="a-bound-that-excludes"),
        pytest.param({"share": 101}, "less than or equal to 100", id="a-share-above-one"),
        pytest.param({"most": 1}, "Recency A must be fewer days than B.", id="two-that-do-not-fit"),
        pytest.param({"mode": "week"}, "week", id="no-such-choice"),
        pytest.param({"least": ""}, "required", id="missing"),
    ],
)
def test_what_cannot_be_is_said_and_not_published(client_, kind, changes, words):
    answer = send(client_, **changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Policy.objects.filter(kind="test").exists()


def test_faults_are_told_in_the_readers_language(as_, shop, kind):
    reader = shop.colleague("周敏", Role.OPERATIONS, language="zh-hans")
    shown = send(as_(reader), most=1).content.decode()
    assert "Recency A" not in shown
    assert "最近购买 A 档的天数必须少于 B 档。" in shown


def test_a_draft_that_changes_nothing_is_no_version(client_, kind):
    assert send(client_).status_code == 422
    assert not Policy.objects.filter(kind="test").exists()


def test_a_preview_says_what_would_change_and_changes_nothing(client_, kind):
    address = reverse("web:policies.preview", args=["test"])
    shown = client_.post(address, {**FORM, "amount": "3000", "inner__days": 4}).content.decode()
    assert "¥2,000.00" in shown
    assert "¥3,000.00" in shown
    assert "Inner · Days" in shown
    assert not Policy.objects.filter(kind="test").exists()


def test_whoever_was_slower_keeps_the_draft_and_decides_again(client_, kind):
    policies.publish(kind=kind, body=Body(limit=1), replaces=0, by=None, at=timezone.now())
    answer = send(client_, share=20)
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "A colleague has published version 1" in shown
    assert 'name="share" value="20"' in shown
    assert body_now(kind).share == 0.15
    assert send(client_, share=20, replaces=1).status_code == 302
    assert body_now(kind) == Body(share=0.2)


def test_history_says_who_changed_what(client_, kind):
    send(client_, share=20)
    send(client_, share=20, limit=5, replaces=1)
    shown = client_.get(reverse("web:policies.edit", args=["test"])).content.decode()
    assert shown.count("Ops") >= 2
    assert "Version 2" in shown
    assert "Limit" in shown
