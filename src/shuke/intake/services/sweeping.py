"""Files that were sent go when nobody can need them any more; what they told stays, and so does its way back."""

from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import Q

from shuke.intake.models import Import
from shuke.intake.services.importing import uploads_folder

KEPT_FOR = timedelta(days=7)
KEPT_FOR_REPAIRS = timedelta(days=90)
"""While rows of a file wait to be repaired, it may have to be read again."""


def sweep(*, at: datetime) -> int:
    """Delete the files of imports that ended long ago, and of those alone that were sent to us; returns how many."""
    uploads = uploads_folder()
    ended = Import.objects.exclude(upload_key=None).exclude(status__in=Import.UNFINISHED)
    done_with = ended.filter(
        Q(finished_at__lte=at - KEPT_FOR, quarantined=None) | Q(finished_at__lte=at - KEPT_FOR_REPAIRS)
    )
    needed = set(Import.objects.exclude(pk__in=done_with).values_list("path", flat=True))
    sent = map(Path, set(done_with.values_list("path", flat=True)) - needed)
    files = [path for path in sent if path.parent == uploads and path.is_file()]
    for path in files:
        path.unlink(missing_ok=True)
    return len(files)
