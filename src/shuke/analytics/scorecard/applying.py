"""The five values of a customer, each with its number, and where they put the customer."""

import ibis
import ibis.expr.types as ir

from shuke.analytics.health.applying import sub_score
from shuke.analytics.health.measures import cycles_silent
from shuke.analytics.policies import Policies
from shuke.analytics.scorecard.policy import ScorecardPolicy
from shuke.analytics.shop import Shop

VALUES = ("economic", "word_of_mouth", "strategic", "emotional", "learning")
QUADRANTS = ("friend", "butterfly", "regular", "passer_by")
COLUMNS = {
    "value_card": "array<float32>",
    "value_numbers": "array<float32>",
    "loyalty": "float64",
    "value_quadrant": "string",
    "is_expert": "boolean",
}


def apply(known: ir.Table, policies: Policies, shop: Shop) -> ir.Table:
    """Add the columns of COLUMNS to features with usage, contacts, `bound_days` and `emotion` beside them.

    `value_card` are the points of VALUES from 0 to 100, `value_numbers` the numbers behind them; null where nothing
    says one. `loyalty` is half the number of orders, half the silence in own cycles. The quadrant: friend (much value,
    loyal), butterfly (much value alone), regular (loyal alone), passer_by.
    """
    numbers, policy = _numbers(known, shop), policies.scorecard
    rated = known.mutate(
        economic=_share_below(known.net_money_365, shop),
        word_of_mouth=_of_full(numbers["word_of_mouth"], policy.shares),
        strategic=_of_full(numbers["strategic"], policy.bound_days),
        emotional=numbers["emotional"].cast("float64"),
        learning=_of_full(numbers["learning"], policy.insights),
        value_numbers=ibis.array([numbers[name].cast("float32") for name in VALUES]),
        loyalty=_loyalty(known, policies, shop),
    )
    return _placed(rated, policy)


def _numbers(known: ir.Table, shop: Shop) -> dict[str, ir.NumericValue]:
    """What a shop never tells is unknown of everybody."""
    nothing = ibis.null("float64")
    feedback = known.in_365.fill_null(0) + known.ratings.fill_null(0)
    return {
        "economic": known.net_money_365,
        "word_of_mouth": known.shares_365 if "share" in shop.told else nothing,
        "strategic": known.bound_days.fill_null(0) if "contract" in shop.told else nothing,
        "emotional": known.emotion,
        "learning": feedback if "feedback" in shop.told else nothing,
    }


def _share_below(money: ir.NumericValue, shop: Shop) -> ir.FloatingValue:
    """Of all customers, in steps of a twentieth, how many brought less; the best twentieth has 100."""
    if not shop.value_cuts:
        return ibis.null("float64")
    below = [(money > cut).cast("float64") for cut in shop.value_cuts]
    return sum(below[1:], start=below[0]) * 100 / len(below)


def _of_full(number: ir.NumericValue, full: int) -> ir.FloatingValue:
    return number.isnull().ifelse(None, ibis.least(number / full, 1.0) * 100)


def _loyalty(known: ir.Table, policies: Policies, shop: Shop) -> ir.FloatingValue:
    again = _of_full((known.orders - 1).cast("float64"), max(policies.scorecard.loyal_orders - 1, 1))
    return (again + sub_score(cycles_silent(known, policies.health, shop), policies.health.recency)) / 2


def _placed(rated: ir.Table, policy: ScorecardPolicy) -> ir.Table:
    valuable, loyal = rated.economic >= policy.high_value, rated.loyalty >= policy.high_loyalty
    quadrant = ibis.cases(
        (rated.economic.isnull(), ibis.null("string")),
        (valuable & loyal, "friend"),
        (valuable, "butterfly"),
        (loyal, "regular"),
        else_="passer_by",
    )
    expert = (rated.learning >= policy.expert_points) & (rated.orders >= policy.expert_orders)
    card = ibis.array([rated[name].cast("float32") for name in VALUES])
    return rated.mutate(value_card=card, value_quadrant=quadrant, is_expert=expert)
