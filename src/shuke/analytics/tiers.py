"""Gold, silver, bronze: recent and valuable at once, against all customers of the shop."""

import ibis
import ibis.expr.types as ir

from shuke.analytics.parameters import MoneyLine, Parameters, RecencyLine
from shuke.analytics.policies import TierPolicy

GOLD, SILVER, BRONZE = "gold", "silver", "bronze"
RECENCY_COLUMNS = tuple(RecencyLine.model_fields)
MONEY_COLUMNS = tuple(MoneyLine.model_fields)


def fit_lines(features: ir.Table, policy: TierPolicy) -> ir.Table:
    """One row: the last customer within each share, as columns such as gold_recency_days_since_last."""
    by_recency = (features.days_since_last.asc(), features.net_money_365.desc(), features.customer_id.asc())
    by_money = (features.net_money_365.desc(), features.customer_id.asc())
    ranked = features.select(
        *RECENCY_COLUMNS,
        recency_rank=ibis.row_number().over(order_by=by_recency) + 1,
        money_rank=ibis.row_number().over(order_by=by_money) + 1,
        customers=features.customer_id.count().over(ibis.window()),
    )
    recency, money, everybody = ranked.recency_rank, ranked.money_rank, ranked.customers
    recency_line = [ranked[name] for name in RECENCY_COLUMNS]
    money_line = [ranked[name] for name in MONEY_COLUMNS]
    silver = _last(policy.silver_share, everybody)
    return ranked.agg(
        **_at(recency == _last(policy.gold_recency_share, everybody), recency_line, name="gold_recency"),
        **_at(recency == silver, recency_line, name="silver_recency"),
        **_at(money == _last(policy.gold_money_share, everybody), money_line, name="gold_money"),
        **_at(money == silver, money_line, name="silver_money"),
    )


def _last(share: float, customers: ir.IntegerValue) -> ir.IntegerValue:
    """The last rank within `share`, by whole hundredths of a percent: as a float, 0.29 x 100 is below 29."""
    return (customers * round(share * 10_000)) // 10_000


def _at(is_last: ir.BooleanValue, columns: list[ir.Column], *, name: str) -> dict[str, ir.Scalar]:
    return {f"{name}_{column.get_name()}": column.max(where=is_last) for column in columns}


def tiers(features: ir.Table, policy: TierPolicy, parameters: Parameters) -> ir.Table:
    """Add `tier`, and for its reasons `recency_line` and `money_line`: the best line that is reached.

    By spend there is no line of recency, and the tier is the line of money. Who has spent nothing within the year
    reaches no line of money, however few have spent more.
    """
    if policy.mode == "by_spend":
        spend = features.net_money_365
        line = _best(spend >= policy.gold_spend, spend >= policy.silver_spend)
        return features.mutate(tier=line, recency_line=ibis.null("string"), money_line=line)
    gold_recency = _within_recency(features, parameters.gold_recency)
    silver_recency = _within_recency(features, parameters.silver_recency)
    has_spent = features.net_money_365 > 0
    gold_money = has_spent & _within_money(features, parameters.gold_money)
    silver_money = has_spent & _within_money(features, parameters.silver_money)
    return features.mutate(
        tier=_best(gold_recency & gold_money, silver_recency & silver_money),
        recency_line=_best(gold_recency, silver_recency),
        money_line=_best(gold_money, silver_money),
    )


def _best(is_gold: ir.BooleanValue, is_silver: ir.BooleanValue) -> ir.StringValue:
    return ibis.cases((is_gold, GOLD), (is_silver, SILVER), else_=BRONZE)


def _within_recency(features: ir.Table, line: RecencyLine | None) -> ir.BooleanValue:
    if line is None:
        return ibis.literal(False)
    days = features.days_since_last
    return (days < line.days_since_last) | ((days == line.days_since_last) & _within_money(features, line))


def _within_money(features: ir.Table, line: RecencyLine | MoneyLine | None) -> ir.BooleanValue:
    if line is None:
        return ibis.literal(False)
    money = features.net_money_365
    tied = (money == line.net_money_365) & (features.customer_id <= line.customer_id)
    return (money > line.net_money_365) | tied
