"""Undoing an import: asked for by a person, done by the worker in one transaction."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.timezone import now

from shuke.core import audit
from shuke.core.errors import Conflict
from shuke.core.jobs import enqueue
from shuke.core.words import mark as _
from shuke.intake import undo as undoing
from shuke.intake.models import Import
from shuke.staff.models import User


class NotUndoable(Conflict):
    code = "import_not_undoable"
    message = _("%(file)s cannot be undone: nothing of it was kept, or it is undone already.")


@transaction.atomic
def ask_undo(*, this: Import, by: User | None, at: datetime) -> Import:
    """Have the worker take back what an import wrote. NotUndoable if there is nothing of it, or not any more."""
    this = Import.objects.select_for_update(of=("self",)).select_related("source").get(pk=this.pk)
    if not this.can_be_undone:
        raise NotUndoable(file=this.file_name)
    this.status, this.undone_by = Import.Status.UNDOING, by
    this.save(update_fields=["status", "undone_by"])
    audit.record(by, "import.undo_asked", this, at=at)
    enqueue("intake.undo", key=f"intake.undo:{this.pk}", import_id=this.pk)
    return this


@transaction.atomic
def undo(*, import_id: int, at: datetime | None = None) -> Import:
    """Take back what an import wrote and nobody has changed since; one that is undone already is left as it is."""
    this = Import.objects.select_for_update(of=("self",)).select_related("source").get(pk=import_id)
    if this.status != Import.Status.UNDOING:
        return this
    this.undo_report, this.undone_at = _added(this.undo_report, undoing.undo(this)), at or now()
    this.status = Import.Status.UNDONE
    this.save(update_fields=["status", "undo_report", "undone_at"])
    audit.record(this.undone_by, "import.undone", this, at=this.undone_at, **this.undo_report)
    enqueue("scoring.run", key="scoring.run")
    enqueue("intake.measure", key=f"intake.measure:{this.source_id}", source_id=this.source_id)
    return this


def _added(before: Mapping[str, int], now_done: Mapping[str, int]) -> dict[str, int]:
    """What several undoings of one import have done; what stays is what the last has left."""
    return {what: count if what.endswith("_kept") else before.get(what, 0) + count for what, count in now_done.items()}
