"""The audit trail: complete, chained, and honest about every kind of tampering."""

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils.timezone import now

import settings as test_settings
from shuke.core import audit
from shuke.core.models import AuditEntry, UnsealedEntry
from shuke.core.registries import invariants

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_trail(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_entry, audit_seal, audit_unsealed")


def entries(count: int) -> None:
    for number in range(count):
        audit.record(None, "test.act", at=now(), number=number, words="改动")


def as_superuser(statement: str) -> None:
    with psycopg.connect(test_settings.superuser(test_settings.DATABASE), autocommit=True) as database:
        database.execute("SET session_replication_role = replica")
        database.execute(statement)


def test_sealing_chains_what_is_committed_and_leaves_the_rest():
    entries(3)
    assert audit.verify() == audit.Verdict(sealed=0, unsealed=3, broken=())
    assert audit.seal() == 3
    assert audit.verify() == audit.Verdict(sealed=3, unsealed=0, broken=())


def test_an_entry_of_a_rolled_back_act_does_not_exist():
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012  both lines are the act
        entries(1)
        raise RuntimeError
    assert AuditEntry.objects.count() == UnsealedEntry.objects.count() == 0


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"])
def test_the_program_itself_cannot_change_the_trail(statement):
    entries(1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "tampering",
    [
        pytest.param("UPDATE audit_entry SET details = '{\"number\": 9}' WHERE details->>'number' = '1'", id="edited"),
        pytest.param("DELETE FROM audit_entry WHERE details->>'number' = '1'", id="deleted"),
        pytest.param(
            "DELETE FROM audit_seal WHERE position = 2; DELETE FROM audit_entry WHERE details->>'number' = '1'",
            id="deleted-with-its-seal",
        ),
        pytest.param(
            "UPDATE audit_entry a SET actor_id = 9 - coalesce(a.actor_id, 0) WHERE details->>'number' = '2'",
            id="other-actor",
        ),
        pytest.param(
            "INSERT INTO audit_entry (at, actor, action, subject, details) VALUES (now(), 'x', 'y', '', '{}')",
            id="smuggled",
        ),
    ],
)
def test_tampering_shows(tampering):
    entries(3)
    audit.seal()
    as_superuser(tampering)
    assert not audit.verify().holds


def test_a_sealed_trail_and_a_fresh_tail_are_no_fault():
    entries(2)
    audit.seal()
    entries(1)
    assert list(audit.faults()) == []


def test_a_broken_link_is_a_fault_with_its_entry():
    entries(1)
    audit.seal()
    as_superuser("UPDATE audit_entry SET actor = 'x'")
    assert list(audit.faults()) == [f"entry {AuditEntry.objects.get().pk} is not as it was written"]


def test_a_tail_that_nobody_seals_is_a_fault():
    audit.record(None, "test.act", at=now() - 2 * audit.SEALED_WITHIN)
    assert list(audit.faults()) == ["1 entries have waited for their seal for more than a minute"]


def test_verify_checks_every_part():
    assert [name for name, _check in invariants.items()] == [
        "audit",
        "customers",
        "imports",
        "scores",
        "customer_list",
        "segments",
        "follow_ups",
    ]
