import pytest
from pydantic import ValidationError

from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.policies import ActivityPolicy, Policies, RfmPolicy, TierPolicy

BODIES = [RfmPolicy, TierPolicy, ActivityPolicy]


@pytest.mark.parametrize(
    ("policy", "fields"),
    [
        pytest.param(RfmPolicy, {"recency_a_days": 90}, id="recency-a-as-long-as-b"),
        pytest.param(RfmPolicy, {"frequency_a": 0.5}, id="frequency-a-as-low-as-b"),
        pytest.param(RfmPolicy, {"average_order_b": 300_000}, id="average-b-above-a"),
        pytest.param(RfmPolicy, {"trend_a": 0.8}, id="trend-a-as-low-as-b"),
        pytest.param(RfmPolicy, {"recency_a_days": 0}, id="no-days"),
        pytest.param(RfmPolicy, {"frequency_a": float("inf")}, id="endless"),
        pytest.param(TierPolicy, {"gold_recency_share": 0.5}, id="gold-wider-than-silver"),
        pytest.param(TierPolicy, {"gold_spend": 10_000_000}, id="gold-as-cheap-as-silver"),
        pytest.param(TierPolicy, {"silver_share": 1.01}, id="more-than-everybody"),
        pytest.param(TierPolicy, {"mode": "by_luck"}, id="unknown-mode"),
        pytest.param(ActivityPolicy, {"dormant_days": 90}, id="dormant-as-short-as-active"),
        pytest.param(ActivityPolicy, {"actve_days": 60}, id="misspelt"),
        pytest.param(ChurnPolicy, {"horizon_days": 7}, id="a-model-for-each-of-twelve-weeks"),
    ],
)
def test_a_body_that_contradicts_itself_is_refused(policy, fields):
    with pytest.raises(ValidationError):
        policy(**fields)


@pytest.mark.parametrize("policy", BODIES)
def test_every_field_says_what_it_is(policy):
    assert [name for name, field in policy.model_fields.items() if not (field.title and field.description)] == []


def test_a_body_survives_storage():
    policies = Policies(tier=TierPolicy(mode="by_spend"))
    assert Policies.model_validate_json(policies.model_dump_json()) == policies
