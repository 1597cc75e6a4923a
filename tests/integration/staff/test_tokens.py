"""Tokens of programs: shown once, kept as a digest, shut when revoked or expired."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

import shop
from shuke.core.models import AuditEntry
from shuke.staff.models import ApiToken
from shuke.staff.rights import Role, Scope
from shuke.staff.services import tokens

pytestmark = pytest.mark.django_db
AT = timezone.now()


def add(**changes):
    told = {"name": "Till", "scopes": [Scope.FACTS_WRITE], "source": "till", "by": None, "at": AT}
    return tokens.add(**(told | changes))


def recognised(made, *, at=AT):
    return tokens.recognise(secret=made.secret, at=at)


def test_a_token_is_recognised_by_its_secret_and_by_nothing_else():
    made = add()
    assert recognised(made) == made.token
    assert tokens.recognise(secret=made.secret[:-1], at=AT) is None
    assert tokens.recognise(secret="", at=AT) is None


def test_of_the_secret_only_the_digest_is_kept():
    made = add(scopes=[Scope.HOOKS_RECEIVE])
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_token::text FROM api_token UNION ALL SELECT audit_entry::text FROM audit_entry")
        kept = " ".join(row for (row,) in cursor.fetchall())
    assert made.secret not in kept
    assert made.signing_secret not in kept
    assert tokens.signing_secret_of(made.token) == made.signing_secret
    assert len(made.secret) >= 43


def test_a_revoked_or_expired_token_opens_nothing():
    revoked, expiring = add(), add(expires_at=AT + timedelta(hours=1))
    tokens.revoke(token=revoked.token, by=None, at=AT)
    tokens.revoke(token=revoked.token, by=None, at=AT)
    assert recognised(revoked) is None
    assert recognised(expiring, at=AT + timedelta(minutes=59)) == expiring.token
    assert recognised(expiring, at=AT + timedelta(hours=1)) is None
    assert AuditEntry.objects.filter(action="token.revoked").count() == 1


def test_the_last_use_is_noted_once_a_minute():
    made = add()
    for seconds in (0, 30, 59, 60, 61):
        recognised(made, at=AT + timedelta(seconds=seconds))
        noted = ApiToken.objects.get().last_used_at
        assert noted == AT + timedelta(seconds=60 if seconds >= 60 else 0)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"scopes": []}, tokens.NoScope, id="no-scope"),
        pytest.param({"source": ""}, tokens.NoSource, id="no-source"),
        pytest.param({"source": "Shuke"}, tokens.NoSource, id="our-own-source"),
        pytest.param({"scopes": [Scope.HOOKS_RECEIVE, Scope.SCORES_READ]}, tokens.HookAlone, id="hook-and-more"),
        pytest.param(
            {"scopes": [Scope.HOOKS_RECEIVE], "signing_secret": "whsec_c2hvcnQ="},
            tokens.WeakSigningSecret,
            id="short-signing-secret",
        ),
        pytest.param(
            {"scopes": [Scope.HOOKS_RECEIVE], "signing_secret": "whsec_!"}, tokens.WeakSigningSecret, id="no-base64"
        ),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(changes, refusal):
    with pytest.raises(refusal):
        add(**changes)
    assert not ApiToken.objects.exists()


def test_a_token_that_only_reads_has_no_source():
    assert add(scopes=[Scope.SCORES_READ]).token.source == ""


def test_who_made_it_is_in_the_trail():
    boss = shop.user("boss", Role.ADMINISTRATOR)
    made = add(by=boss, scopes=[Scope.CUSTOMERS_READ, Scope.FACTS_WRITE])
    entry = AuditEntry.objects.get(action="token.added")
    assert (entry.action, entry.actor_id, entry.subject_id) == ("token.added", boss.pk, made.token.pk)
    assert entry.details["scopes"] == ["customers:read", "facts:write"]
