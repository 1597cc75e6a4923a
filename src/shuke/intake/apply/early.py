"""Rows that come too early: about orders that their source has not told yet."""

import json
from dataclasses import asdict

from shuke.intake.apply.work import Work
from shuke.intake.checks import Problem

SET_ASIDE = """
WITH unknown AS (
    DELETE FROM {staged} AS staged
    WHERE NOT EXISTS (SELECT FROM customer_order WHERE source_id = %(source)s AND source_key = staged."order")
    RETURNING line, raw
)
INSERT INTO quarantined_row (of_import_id, line, problems, text)
SELECT %(import)s, line, %(problems)s::jsonb, raw FROM unknown
"""


def set_aside(work: Work) -> None:
    """Move them to quarantine; there they can be read again later."""
    work.run(SET_ASIDE, problems=json.dumps([asdict(Problem("order_unknown", work.mapping.columns["order"]))]))
