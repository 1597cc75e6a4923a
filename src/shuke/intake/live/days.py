"""What a source sends in a day counts as one import of each kind: before-images hang on it, and its report adds up."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db import connection
from django.utils.timezone import localdate

from shuke.customers.models import Source
from shuke.intake.fields import Kind
from shuke.intake.models import Import

REPORT = {"rows_in": 0, "inserted": 0, "updated": 0, "unchanged": 0, "quarantined": 0, "warnings": []}
CLOSE = """
UPDATE import SET report = told.report, rows_read = (told.report ->> 'rows_in')::bigint, finished_at = %s
FROM unnest(%s::bigint[], %s::text[]::jsonb[]) AS told (id, report) WHERE told.id = import.id
"""


class Day:
    """The imports of a source's day, one of each kind. Use it under the lock of the source."""

    def __init__(self, source: Source, *, at: datetime) -> None:
        self._at = at
        self._same = {
            "source": source,
            "path": "",
            "file_name": f"API {localdate(at).isoformat()}",
            "status": Import.Status.DONE,
        }
        self._imports = {Kind(this.kind): this for this in Import.objects.filter(**self._same).order_by("-pk")}
        self._counts: dict[Kind, Counter[str]] = defaultdict(Counter)

    def of(self, kind: Kind) -> Import:
        """The import of the day, a new one after the last was undone."""
        if kind not in self._imports:
            self._imports[kind] = Import.objects.create(
                **self._same,
                kind=kind,
                sha256="",
                size=0,
                mapping={"kind": kind, "columns": {}},
                progress=1,
                report=REPORT,
                begun_at=self._at,
                finished_at=self._at,
            )
        return self._imports[kind]

    def count(self, kind: Kind, results: Mapping[str, int]) -> None:
        """Note what became of some records."""
        self._counts[kind].update({**results, "rows_in": sum(results.values())})

    def close(self) -> None:
        """Add what was noted to the day's reports."""
        day = localdate(self._at).isoformat()
        reports = {
            self._imports[kind].pk: json.dumps(_added(self._imports[kind].report, counts) | {"newest_on": day})
            for kind, counts in self._counts.items()
        }
        with connection.cursor() as cursor:
            cursor.execute(CLOSE, [self._at, list(reports), list(reports.values())])


def _added(report: Mapping[str, int], counts: Mapping[str, int]) -> dict[str, int]:
    return {**report, **{result: report[result] + number for result, number in counts.items()}}
