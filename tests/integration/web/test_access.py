"""Who may open what: every address, for every role. An address without a row here fails."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

import shop
from shuke.analytics.policies import TierPolicy
from shuke.analytics.rules import tree
from shuke.core import policies
from shuke.customers import contacts
from shuke.customers.exclusions.services import exclude
from shuke.customers.models import Candidate, ContactPoint, Customer, CustomerOwner, CustomerTag, Tag
from shuke.followups.models import FollowUp
from shuke.history import services as history
from shuke.history.models import Order
from shuke.lab import services as lab
from shuke.scoring.policies import TIER
from shuke.segments import services as segments
from shuke.segments.models import CustomerListing
from shuke.staff.models import Line, Team
from shuke.staff.rights import Role

OK, FOUND, NO, NOT_THERE, STALE, WRONG = 200, 302, 403, 404, 409, 422


@dataclass(frozen=True)
class Row:
    """Statuses for administrator, operations, manager, agent; with `own` the customer is theirs, else a stranger's."""

    statuses: tuple[int, int, int, int]
    method: str = "get"
    args: tuple[str, ...] = ()


EVERYBODY = (OK, OK, OK, OK)

ROWS: dict[str, list[Row]] = {
    "web:dashboard": [Row(EVERYBODY)],
    "web:today": [Row(EVERYBODY)],
    "web:today.more": [Row((FOUND,) * 4, "post")],
    "web:board": [Row(EVERYBODY)],
    "web:board.changes": [Row(EVERYBODY)],
    "web:follow_ups.complete": [
        Row((WRONG,) * 4, "post", ("work",)),
        Row((WRONG, WRONG, NOT_THERE, NOT_THERE), "post", ("their_work",)),
    ],
    "web:follow_ups.phone": [
        Row(EVERYBODY, "post", ("work", "point")),
        Row((NOT_THERE,) * 4, "post", ("work", "their_point")),
        Row((OK, OK, NOT_THERE, NOT_THERE), "post", ("their_work", "their_point")),
    ],
    "web:follow_ups.hand_over": [
        Row((NOT_THERE, NOT_THERE, NOT_THERE, NO), "post", ("work",)),
        Row((NOT_THERE, NOT_THERE, NOT_THERE, NO), "post", ("their_work",)),
    ],
    "web:follow_ups.move": [
        Row((WRONG,) * 4, "post", ("work",)),
        Row((WRONG, WRONG, NOT_THERE, NOT_THERE), "post", ("their_work",)),
    ],
    "web:customers": [Row(EVERYBODY)],
    "web:search": [Row(EVERYBODY)],
    "web:customers.export": [Row((OK, OK, OK, NO))],
    "web:customers.detail": [Row(EVERYBODY, args=("own",)), Row((OK, OK, NOT_THERE, NOT_THERE), args=("other",))],
    "web:customers.timeline": [Row(EVERYBODY, args=("own",)), Row((OK, OK, NOT_THERE, NOT_THERE), args=("other",))],
    "web:customers.edit": [Row(EVERYBODY, args=("own",)), Row((OK, OK, NOT_THERE, NOT_THERE), args=("other",))],
    "web:customers.order": [
        Row(EVERYBODY, args=("own", "order")),
        Row((NOT_THERE,) * 4, args=("own", "their_order")),
        Row((OK, OK, NOT_THERE, NOT_THERE), args=("other", "their_order")),
    ],
    "web:customers.tag": [
        Row((WRONG,) * 4, "post", ("own",)),
        Row((WRONG, WRONG, NOT_THERE, NOT_THERE), "post", ("other",)),
    ],
    "web:customers.untag": [
        Row(EVERYBODY, "post", ("own", "tag")),
        Row((OK, OK, NOT_THERE, NOT_THERE), "post", ("other", "tag")),
    ],
    "web:customers.owner": [
        Row((OK, OK, WRONG, NO), "post", ("own", "line")),
        Row((OK, OK, NOT_THERE, NO), "post", ("other", "line")),
    ],
    "web:customers.contact": [
        Row((WRONG,) * 4, "post", ("own", "point")),
        Row((NOT_THERE,) * 4, "post", ("own", "their_point")),
        Row((WRONG, WRONG, NOT_THERE, NOT_THERE), "post", ("other", "their_point")),
    ],
    "web:customers.account": [Row(EVERYBODY, args=("own",)), Row((OK, OK, NOT_THERE, NOT_THERE), args=("other",))],
    "web:customers.dispute": [
        Row((WRONG,) * 4, "post", ("own",)),
        Row((WRONG, WRONG, NOT_THERE, NOT_THERE), "post", ("other",)),
    ],
    "web:customers.dispute.decide": [
        Row((WRONG, WRONG, WRONG, NO), "post", ("own", "dispute")),
        Row((NOT_THERE, NOT_THERE, NOT_THERE, NO), "post", ("other", "dispute")),
    ],
    "web:disputes": [Row((OK, OK, OK, NO))],
    "web:customers.merge": [
        Row((OK, OK, NO, NO), args=("own",)),
        Row((OK, OK, NO, NO), args=("other",)),
        Row((NOT_THERE, NOT_THERE, NO, NO), args=("nobody",)),
    ],
    "web:customers.buying": [
        Row(EVERYBODY, args=("own",)),
        Row((OK, OK, NOT_THERE, NOT_THERE), args=("other",)),
    ],
    "web:customers.exclude": [
        Row((WRONG,) * 4, "post", ("own",)),
        Row((WRONG, WRONG, NOT_THERE, NOT_THERE), "post", ("other",)),
    ],
    "web:customers.allow": [
        Row(EVERYBODY, "post", ("own", "exclusion")),
        Row((NOT_THERE,) * 4, "post", ("other", "exclusion")),
    ],
    "web:suggestions": [Row((OK, OK, NO, NO))],
    "web:suggestions.judge": [Row((NOT_THERE, NOT_THERE, NO, NO), "post", ("nobody",))],
    "web:segments": [Row(EVERYBODY)],
    "web:segments.clusters": [Row((OK, OK, NO, NO))],
    "web:segments.add": [Row((OK, OK, NO, NO)), Row((WRONG, WRONG, NO, NO), "post")],
    "web:segments.draft": [Row((OK, OK, NO, NO), "post")],
    "web:segments.preview": [Row((OK, OK, NO, NO), "post")],
    "web:segments.detail": [Row(EVERYBODY, args=("segment",)), Row((NOT_THERE,) * 4, args=("nobody",))],
    "web:segments.members": [Row(EVERYBODY, args=("segment",)), Row((NOT_THERE,) * 4, args=("nobody",))],
    "web:segments.edit": [
        Row((OK, OK, NO, NO), args=("segment",)),
        Row((WRONG, WRONG, NO, NO), "post", ("segment",)),
        Row((NOT_THERE, NOT_THERE, NO, NO), args=("nobody",)),
    ],
    "web:segments.archive": [
        Row((FOUND, FOUND, NO, NO), "post", ("segment",)),
        Row((NOT_THERE, NOT_THERE, NO, NO), "post", ("nobody",)),
    ],
    "web:insight": [Row(EVERYBODY)],
    "web:insight.flow": [Row(EVERYBODY)],
    "web:insight.moved": [Row((NOT_THERE,) * 4)],
    "web:insight.cohorts": [Row((OK, OK, NO, NO))],
    "web:insight.survival": [Row((OK, OK, NO, NO))],
    "web:insight.slipping": [Row(EVERYBODY)],
    "web:insight.slipping.export": [Row((OK, OK, OK, NO))],
    "web:duplicates": [Row((OK, OK, NO, NO))],
    "web:duplicates.merged": [Row((OK, OK, NO, NO))],
    "web:duplicates.search": [Row((FOUND, FOUND, NO, NO), "post")],
    "web:duplicates.decide": [
        Row((WRONG, WRONG, NO, NO), "post", ("pair",)),
        Row((NOT_THERE, NOT_THERE, NO, NO), "post", ("nobody",)),
    ],
    "web:duplicates.undo": [Row((NOT_THERE, NOT_THERE, NO, NO), "post", ("nobody",))],
    "web:imports": [Row((OK, OK, NO, NO))],
    "web:imports.sources": [Row((OK, OK, NO, NO))],
    "web:imports.preview": [Row((NOT_THERE, NOT_THERE, NO, NO), args=("word",))],
    "web:imports.detail": [Row((NOT_THERE, NOT_THERE, NO, NO), args=("nobody",))],
    "web:imports.progress": [Row((NOT_THERE, NOT_THERE, NO, NO), args=("nobody",))],
    "web:imports.start": [Row((NOT_THERE, NOT_THERE, NO, NO), "post", ("nobody",))],
    "web:imports.undo": [Row((NOT_THERE, NOT_THERE, NO, NO), "post", ("nobody",))],
    "web:imports.repair": [Row((NOT_THERE, NOT_THERE, NO, NO), "post", ("nobody", "nobody"))],
    "web:imports.again": [Row((NOT_THERE, NOT_THERE, NO, NO), "post", ("nobody",))],
    "web:forecasts": [Row((OK, OK, NO, NO))],
    "web:policies": [Row((OK, OK, NO, NO))],
    "web:policies.edit": [
        Row((OK, OK, NO, NO), args=("policy",)),
        Row((WRONG, WRONG, NO, NO), "post", ("policy",)),
        Row((NOT_THERE, NOT_THERE, NO, NO), args=("word",)),
    ],
    "web:policies.preview": [Row((OK, OK, NO, NO), "post", ("policy",))],
    "web:policies.try": [
        Row((WRONG, WRONG, NO, NO), "post", ("policy",)),
        Row((NOT_THERE, NOT_THERE, NO, NO), "post", ("word",)),
    ],
    "web:policies.draft": [
        Row((OK, OK, NO, NO), args=("draft",)),
        Row((WRONG, WRONG, NO, NO), "post", ("draft",)),
        Row((NOT_THERE, NOT_THERE, NO, NO), args=("nobody",)),
    ],
    "web:policies.found": [Row((OK, OK, NO, NO), args=("draft",))],
    "web:policies.moves": [Row((NOT_THERE, NOT_THERE, NO, NO), args=("draft",))],
    "web:policies.compared": [Row((OK, OK, NO, NO), args=("draft",))],
    "web:policies.publish_draft": [Row((STALE, STALE, NO, NO), "post", ("draft",))],
    "web:policies.begin_pilot": [Row((WRONG, WRONG, NO, NO), "post", ("draft",))],
    "web:policies.end_pilot": [Row((STALE, STALE, NO, NO), "post", ("draft",))],
    "web:policies.hold_draft": [Row((STALE, STALE, NO, NO), "post", ("draft",))],
    "web:policies.discard_draft": [Row((STALE, STALE, NO, NO), "post", ("draft",))],
    "web:people": [Row((OK, NO, NO, NO))],
    "web:people.add": [Row((OK, NO, NO, NO)), Row((WRONG, NO, NO, NO), "post")],
    "web:people.change": [Row((OK, NO, NO, NO), args=("agent",)), Row((NOT_THERE, NO, NO, NO), args=("nobody",))],
    "web:people.password": [Row((OK, NO, NO, NO), args=("agent",)), Row((WRONG, NO, NO, NO), "post", ("agent",))],
    "web:tokens": [Row((OK, NO, NO, NO))],
    "web:tokens.add": [Row((OK, NO, NO, NO)), Row((WRONG, NO, NO, NO), "post")],
    "web:tokens.revoke": [Row((NOT_THERE, NO, NO, NO), "post", ("nobody",))],
    "web:webhooks.add": [Row((OK, NO, NO, NO)), Row((WRONG, NO, NO, NO), "post")],
    "web:webhooks.detail": [Row((NOT_THERE, NO, NO, NO), args=("nobody",))],
    "web:pulls.add": [Row((OK, NO, NO, NO)), Row((WRONG, NO, NO, NO), "post")],
    "web:pulls.detail": [Row((NOT_THERE, NO, NO, NO), args=("nobody",))],
    "web:pulls.runs": [Row((NOT_THERE, NO, NO, NO), args=("nobody",))],
    "web:pulls.change": [Row((NOT_THERE, NO, NO, NO), args=("nobody",))],
    "web:pulls.fetch": [Row((NOT_THERE, NO, NO, NO), "post", ("nobody",))],
    "web:pulls.pause": [Row((NOT_THERE, NO, NO, NO), "post", ("nobody",))],
    "web:pulls.delete": [Row((NOT_THERE, NO, NO, NO), "post", ("nobody",))],
    "web:pulls.trust": [Row((NOT_THERE, NO, NO, NO), "post", ("nobody",))],
    "web:pulls.agree": [Row((NOT_THERE, NO, NO, NO), "post", ("nobody", "nobody"))],
    "web:webhooks.stop": [Row((NOT_THERE, NO, NO, NO), "post", ("nobody",))],
    "web:sites.add": [Row((OK, NO, NO, NO)), Row((WRONG, NO, NO, NO), "post")],
    "web:sites.detail": [Row((NOT_THERE, NO, NO, NO), args=("nobody",))],
    "web:sites.stop": [Row((NOT_THERE, NO, NO, NO), "post", ("nobody",))],
    "api:openapi-json": [Row(EVERYBODY)],
    "api:openapi-view": [Row(EVERYBODY)],
    "api:api-root": [Row((NOT_THERE,) * 4)],
    "account_login": [Row((FOUND,) * 4)],
    "account_logout": [Row(EVERYBODY)],
    "account_inactive": [Row(EVERYBODY)],
    "account_reauthenticate": [Row(EVERYBODY)],
    "account_change_password": [Row(EVERYBODY)],
    "mfa_index": [Row((FOUND,) * 4)],
    "mfa_authenticate": [Row((FOUND,) * 4)],
    "mfa_reauthenticate": [Row((FOUND,) * 4)],
    "mfa_activate_totp": [Row((FOUND,) * 4)],
    "mfa_deactivate_totp": [Row((FOUND,) * 4)],
    "mfa_view_recovery_codes": [Row((NOT_THERE,) * 4)],
    "mfa_generate_recovery_codes": [Row((FOUND,) * 4)],
    "mfa_download_recovery_codes": [Row((NOT_THERE,) * 4)],
    "account_signup": [Row((NOT_THERE,) * 4)],
    "account_email": [Row((NOT_THERE,) * 4)],
    "account_set_password": [Row((NOT_THERE,) * 4)],
    "account_reset_password": [Row((NOT_THERE,) * 4)],
    "set_language": [Row((FOUND,) * 4, "post")],
}

FOR_PROGRAMS = {
    "nothing",
    "hooks",
    "beacon",
    "api:customers",
    "api:orders",
    "api:interactions",
    "api:behaviours",
    "api:events",
    "api:profile",
    "api:customer_scores",
    "api:scores",
    "api:runs",
    "api:segments",
    "api:segment_members",
}
"""Opened by tokens, or by signatures; who may do what there is in `integration/api` and `integration/beacon`."""

BEFORE_THE_DOOR = {
    "account_login": OK,
    "account_logout": FOUND,
    "account_inactive": OK,
    "mfa_authenticate": FOUND,
    "account_signup": NOT_THERE,
    "account_email": NOT_THERE,
    "account_set_password": NOT_THERE,
    "account_reset_password": NOT_THERE,
    "set_language": FOUND,
}

CASES = [
    pytest.param(name, row, role, row.statuses[place], id=f"{name}-{row.method}-{'-'.join(row.args)}-{role}")
    for name, rows in ROWS.items()
    for row in rows
    for place, role in enumerate(Role.values)
]


def names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern, f"{pattern.namespace}:" if pattern.namespace else prefix)
        else:
            yield f"{prefix}{pattern.name}"


@pytest.fixture
def things(db) -> dict[str, object]:
    """A customer whom agent and manager see, one whom they do not, and what hangs on both."""
    team, elsewhere = Team.objects.create(name="east"), Team.objects.create(name="west")
    staff = {role: shop.user(role, role, team=team) for role in Role.values}
    stranger = shop.user("stranger", team=elsewhere)
    made: dict[str, object] = {"staff": staff, "line": Line.main().pk, "agent": staff[Role.AGENT].pk}
    for name, prefix, owner in (("own", "", staff[Role.AGENT]), ("other", "their_", stranger)):
        customer = shop.customer("王小明")
        CustomerListing.objects.create(customer=customer, name=customer.name, owner=owner)
        CustomerOwner.objects.create(customer=customer, line=Line.main(), owner=owner, since=timezone.now())
        made |= {name: customer.pk, f"{prefix}order": shop.order(customer, timezone.localdate(), 100).pk}
        made |= {f"{prefix}point": _phone(customer).pk, f"{prefix}work": _work(customer, owner).pk}
    sold = Order.objects.get(pk=made["order"])
    made["dispute"] = history.dispute(about=sold, reason="?", by=staff[Role.AGENT], at=timezone.now()).pk
    pair = {"first_id": made["own"], "second_id": made["other"], "probability": 0.5, "found_at": timezone.now()}
    made["pair"] = Candidate.objects.create(**pair).pk
    rule = tree.Number(field="orders", at_least=1)
    made["segment"] = segments.create(name="熟客", rule=rule, by=staff[Role.ADMINISTRATOR], at=timezone.now()).pk
    asked = {"by": staff[Role.ADMINISTRATOR], "at": timezone.now()}
    gold = {"kind": TIER, "body": TierPolicy(gold_money_share=0.1), "replaces": policies.current(TIER).version}
    made["draft"] = lab.start(**gold, **asked).pk
    unwanted = {"category": "茶", "reason": "unwanted"}
    made["exclusion"] = exclude(customer=Customer.objects.get(pk=made["own"]), **unwanted, **asked).pk
    made["tag"] = Tag.objects.create(name="VIP").pk
    CustomerTag.objects.create(customer_id=made["own"], tag_id=made["tag"], at=timezone.now())
    return made | {"nobody": 999_999, "word": "no-such-thing", "policy": "tier"}


def _phone(customer) -> ContactPoint:
    value = f"+861421234{customer.pk:04}"
    return ContactPoint.objects.create(
        identity=customer.identities.get(),
        kind="phone",
        value=contacts.seal(value),
        blind_index=contacts.fingerprint(value),
    )


def _work(customer, owner) -> FollowUp:
    today = timezone.localdate()
    return FollowUp.objects.create(
        customer=customer, owner=owner, cause="cadence", due_on=today, overdue_on=today,
        policy_version=1, created_at=timezone.now(), reasons=[{"code": "never_contacted"}],
    )  # fmt: skip


def test_every_address_has_its_row():
    assert set(names(get_resolver())) == ROWS.keys() | FOR_PROGRAMS


@pytest.mark.parametrize(("name", "row", "role", "status"), CASES)
def test_each_role_gets_what_the_table_says(name, row, role, status, things, as_):
    address = reverse(name, args=[things[arg] for arg in row.args])
    answer = getattr(as_(things["staff"][role]), row.method)(address)
    assert answer.status_code == status


@pytest.mark.parametrize("name", ROWS)
def test_without_a_log_in_there_is_only_the_entrance(name, things):
    for row in ROWS[name]:
        address = reverse(name, args=[things[arg] for arg in row.args])
        answer = getattr(Client(), row.method)(address)
        if name in BEFORE_THE_DOOR:
            assert answer.status_code == BEFORE_THE_DOOR[name]
        else:
            assert answer.status_code == FOUND
            assert answer.headers["Location"].startswith(reverse("account_login"))
