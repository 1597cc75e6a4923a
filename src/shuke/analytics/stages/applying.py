"""Both stages of everybody who has an order, by the rules of the policy. Who has none is being acquired."""

import ibis
import ibis.expr.types as ir

from shuke.analytics.stages.policy import StagePolicy

ACQUIRE = "acquire"
STAGES = (ACQUIRE, "grow", "mature", "decline")
JOURNEY = ("aware", "consider", "decide", "loyal")
COLUMNS = {"stage": "string", "journey": "string"}


def apply(known: ir.Table, policy: StagePolicy) -> ir.Table:
    """Add `stage` and `journey` to features with activity and usage.

    The first rule that fits decides. Stage: decline, who is not active any more, or is mature and falls; mature; grow.
    Journey: loyal, who is active and has ordered often enough; decide, who is active, or has put something into the
    cart or gone to the checkout within 30 days; consider, who has looked or searched within them; aware.
    """
    active = known.activity.isin(("new", "active"))
    mature = known.orders >= policy.mature_orders
    return known.mutate(
        stage=ibis.cases((~active | (mature & _falls(known, policy)), "decline"), (mature, "mature"), else_="grow"),
        journey=ibis.cases(
            (active & (known.orders >= policy.loyal_orders), "loyal"),
            (active | known.chose_30.fill_null(False), "decide"),
            (known.looked_30.fill_null(False), "consider"),
            else_="aware",
        ),
    )


def _falls(known: ir.Table, policy: StagePolicy) -> ir.BooleanValue:
    compared = known.orders_180 - known.orders_90 >= policy.decline_orders
    return (compared & (known.trend <= policy.decline_trend)).fill_null(False)
