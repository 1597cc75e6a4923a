"""What happened to the bond with a customer: one entry for each contact and each order that says something.

An entry is tied to what caused it, so that whoever doubts it can look, and dispute it.
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from shuke.analytics.bonds.policy import EmotionPolicy
from shuke.analytics.contacts import MOST_IDS, UNANSWERED
from shuke.analytics.rfm import by_first_identity, days_until
from shuke.analytics.tables import Tables

OF_ORDERS = ("identity_id", "happened_on", "order_id", "back")
OF_CONTACTS = ("interaction_id", "direction", "outcome", "satisfaction")
CODES = ("reached", "refused", "unanswered", "came", "satisfied", "dissatisfied", "returned", "refunded")
"""What an entry can be: the fields of the policy that say what each is worth."""


def experiences(tables: Tables, *, seen_until: date) -> ir.Table:
    """One row per contact, and per order that went back, dated before `seen_until`; with a customer's first identity.

    One of `interaction_id` and `order_id` says which it is; `back` is "returned" or "refunded". `place` rises by day,
    and within a day orders come before contacts, each by id: it is unique for a customer. What was disputed with
    success before `seen_until` is left out: on an earlier day it still counts.
    """
    accepted = tables.disputes.filter(tables.disputes.accepted_on < seen_until)
    told = tables.interactions.filter(tables.interactions.happened_on < seen_until)
    contacts = told.anti_join(accepted, "interaction_id")
    contacts = contacts.mutate(order_id=ibis.null("int64"), back=ibis.null("string")).select(*OF_ORDERS, *OF_CONTACTS)
    backs = _gone_back(tables, seen_until).anti_join(accepted, "order_id")
    nothing = {name: ibis.null(contacts[name].type()) for name in OF_CONTACTS}
    happened = contacts.union(backs.select(*OF_ORDERS, **nothing))
    facts = by_first_identity(happened, tables.identities)
    return facts.mutate(place=_place(facts, seen_until))


def _gone_back(tables: Tables, seen_until: date) -> ir.Table:
    """Each order that went back, on the first day on which it did; a cancelled one was never lived with."""
    events = tables.order_events.filter(tables.order_events.happened_on < seen_until)
    backs = events.filter(events.kind.isin(("refund", "return")), events.identity_id.notnull())
    orders = backs.group_by("order_id", "identity_id").agg(
        happened_on=backs.happened_on.min(), goods_on=backs.happened_on.min(where=backs.kind == "return")
    )
    lived_with = orders.anti_join(events.filter(events.kind == "cancellation"), "order_id")
    with_goods = (lived_with.goods_on == lived_with.happened_on).fill_null(False)
    paid_back = lived_with.mutate(back=with_goods.ifelse("returned", "refunded"))
    return paid_back.select(OF_ORDERS).union(_return_documents(tables, seen_until))


def _return_documents(tables: Tables, seen_until: date) -> ir.Table:
    orders = tables.orders
    documents = orders.filter(orders.kind == "return", orders.ordered_on < seen_until, orders.identity_id.notnull())
    return documents.mutate(happened_on=documents.ordered_on, back=ibis.literal("returned")).select(OF_ORDERS)


def _place(facts: ir.Table, seen_until: date) -> ir.IntegerValue:
    ago = days_until(seen_until, facts.happened_on).cast("int64")
    return (facts.interaction_id + MOST_IDS).coalesce(facts.order_id) - ago * (2 * MOST_IDS)


def entries(experiences: ir.Table, policy: EmotionPolicy) -> ir.Table:
    """The experiences that count, with their `code` of CODES and the `points` that they add or take, never 0."""
    coded = experiences.mutate(code=_code(experiences, policy))
    worth = ibis.cases(*((coded.code == code, getattr(policy, code)) for code in CODES), else_=0)
    return coded.mutate(points=worth.cast("int64")).filter(ibis._.points != 0)


def _code(told: ir.Table, policy: EmotionPolicy) -> ir.StringValue:
    """What a contact was: by its rating if there is one, else by how it ended, or by who began it."""
    rating, outcome = told.satisfaction, told.outcome
    return ibis.cases(
        (told.back.notnull(), told.back),
        (rating >= policy.satisfied_from, "satisfied"),
        (rating <= policy.dissatisfied_to, "dissatisfied"),
        (rating.notnull(), ""),
        (outcome == "refused", "refused"),
        (told.direction == "in", "came"),
        (outcome.isin(("reached", "promised")), "reached"),
        (outcome.isin(UNANSWERED), "unanswered"),
        else_="",
    )
