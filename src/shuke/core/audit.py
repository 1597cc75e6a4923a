"""The audit trail: written with the act, chained within a second, checked link by link.

The chain is not built inside the acting transaction: that would put all writers in one line. A trigger notes every
new entry as unsealed, the sealer takes the committed ones, and `verify` recomputes the whole chain.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Model
from django.utils.timezone import now

from shuke.core.models import AuditEntry, AuditSeal, UnsealedEntry

SYSTEM = "Shuke"
SEALER_LOCK = 7_301_001
GENESIS = bytes(32)
SEALED_WITHIN = timedelta(minutes=1)
"""An entry that waits longer has no sealer; it is due within a second, and a busy machine may take some."""


def record(
    by: Model | None, action: str, subject: Model | None = None, *, at: datetime, **details: object
) -> AuditEntry:
    """Write the entry of an act; call it inside the act's own transaction. `by` is None for the program itself."""
    return AuditEntry.objects.create(
        at=at,
        actor_id=by.pk if by else None,
        actor=str(by) if by else SYSTEM,
        action=action,
        subject=subject._meta.label_lower if subject else "",
        subject_id=subject.pk if subject else None,
        details=details,
    )


@transaction.atomic
def seal(*, limit: int = 10_000) -> int:
    """Chain the committed entries that have no seal yet; returns how many. Two sealers never run at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    waiting = list(UnsealedEntry.objects.order_by("entry_id").values_list("entry_id", flat=True)[:limit])
    entries = AuditEntry.objects.filter(pk__in=waiting).order_by("pk")
    last = AuditSeal.objects.order_by("-position").first()
    position, digest = (last.position, bytes(last.digest)) if last else (0, GENESIS)
    seals = []
    for entry in entries:
        position, digest = position + 1, link(digest, entry)
        seals.append(AuditSeal(position=position, entry=entry, digest=digest))
    AuditSeal.objects.bulk_create(seals, batch_size=2_000)
    UnsealedEntry.objects.filter(pk__in=waiting).delete()
    return len(seals)


def link(previous: bytes, entry: AuditEntry) -> bytes:
    """The digest of `entry` behind `previous`: any later change of either gives another one."""
    content = [
        entry.pk,
        entry.at.isoformat(),
        entry.actor_id,
        entry.actor,
        entry.action,
        entry.subject,
        entry.subject_id,
        entry.details,
    ]
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
    return hashlib.sha256(previous + canonical.encode()).digest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the trail found: how many links hold, the tail not yet sealed, and what is broken."""

    sealed: int
    unsealed: int
    broken: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.broken


@transaction.atomic
def verify() -> Verdict:
    """Recompute the chain from its first link. Edited, deleted, swapped and smuggled entries all show."""
    broken = tuple(_broken_links())
    sealed = AuditSeal.objects.count()
    unsealed = UnsealedEntry.objects.count()
    loose = AuditEntry.objects.filter(auditseal=None, unsealedentry=None).count()
    if loose:
        broken += (f"{loose} entries stand outside the chain",)
    return Verdict(sealed, unsealed, broken)


def faults() -> Iterator[str]:
    """What does not hold: broken links, and entries that no sealer has taken for longer than SEALED_WITHIN."""
    yield from verify().broken
    waiting = UnsealedEntry.objects.filter(entry__at__lt=now() - SEALED_WITHIN).count()
    if waiting:
        yield f"{waiting} entries have waited for their seal for more than a minute"


def _broken_links() -> Iterator[str]:
    digest, expected = GENESIS, 1
    for seal_ in AuditSeal.objects.select_related("entry").order_by("position").iterator(chunk_size=5_000):
        if seal_.position != expected:
            yield f"link {expected} is missing"
        digest = link(digest, seal_.entry)
        if digest != bytes(seal_.digest):
            yield f"entry {seal_.entry.pk} is not as it was written"
            digest = bytes(seal_.digest)
        expected = seal_.position + 1
