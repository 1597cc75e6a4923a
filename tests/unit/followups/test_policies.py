"""The cadence policy: its defaults, its bounds, and what it derives."""

import pytest
from pydantic import BaseModel, ValidationError

from shuke.core import policies
from shuke.followups.policies import CADENCE, CadencePolicy, TierCadence


def test_the_defaults_are_those_of_the_product():
    body = CadencePolicy()
    assert body.new.model_dump() == {"first_contact_day": 3, "every_days": 30, "within_days": 90}
    assert [rule["every_days"] for rule in body.activities()] == [30, 30, 90, 365]
    assert [tier.every_days for tier in (body.gold, body.silver, body.bronze)] == [10, 45, 365]
    assert body.tiers_of_people() == [{"tier": "gold", "contacts": 3, "per": "month", "every_days": 10}]
    assert (body.days_ahead, body.overdue_after_days, body.open_per_agent, body.attempts) == (2, 7, 30, 3)
    assert body.retry_after_days.model_dump() == {"no_answer": 1, "busy": 1}


def test_the_days_between_contacts_are_rounded_so_that_the_least_number_is_reached():
    assert TierCadence(contacts=4, per="month", carried_by="person").every_days == 7
    assert TierCadence(contacts=30, per="month", carried_by="person").every_days == 1


def test_the_kind_is_registered():
    assert policies.kinds["cadence"] is CADENCE


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"open_per_agent": 0}, id="nobody-would-get-work"),
        pytest.param({"days_ahead": -1}, id="the-past"),
        pytest.param({"attempts": 0}, id="no-attempt"),
        pytest.param({"retry_after_days": {"busy": 0}}, id="twice-on-one-day"),
        pytest.param({"gold": {"per": "week"}}, id="unknown-period"),
        pytest.param({"golden": {}}, id="unknown-field"),
    ],
)
def test_an_unusable_body_is_refused(body):
    with pytest.raises(ValidationError):
        CadencePolicy.model_validate(body)


def test_a_body_survives_being_stored():
    body = CadencePolicy(open_per_agent=7)
    assert CadencePolicy.model_validate(body.model_dump(mode="json")) == body


def fields_of(body: type[BaseModel]):
    for name, field in body.model_fields.items():
        yield f"{body.__name__}.{name}", field
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from fields_of(field.annotation)


@pytest.mark.parametrize(("name", "field"), list(fields_of(CadencePolicy)))
def test_every_field_can_be_shown_in_a_form(name, field):
    assert field.title, name
    assert field.description, name
