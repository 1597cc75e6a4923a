"""Contracts and costs: records that a source tells by key, each corrected by the next that has the same key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shuke.intake.apply import people
from shuke.intake.apply.work import Work
from shuke.intake.fields import Kind
from shuke.intake.meanings import is_called_off

TOLD = """
CREATE TEMP TABLE told ON COMMIT DROP AS
SELECT *, row_number() OVER (PARTITION BY source_key ORDER BY line) AS place FROM ({told}) AS each
"""
# A blank cell says nothing, so it takes nothing away.
RECORD = """
CREATE TEMP TABLE record ON COMMIT DROP AS
SELECT told.line, told.source_key, present.id AS present_id, {values},
    CASE WHEN present.id IS NULL THEN 'inserted' ELSE 'unchanged' END AS outcome
FROM told LEFT JOIN {table} AS present ON present.source_id = %(source)s AND present.source_key = told.source_key
WHERE told.place = 1
"""
CORRECTED = """
UPDATE record SET outcome = 'updated' FROM {table} AS present
WHERE present.id = record.present_id AND ({present}) IS DISTINCT FROM ({record})
"""
BEFORE = """
INSERT INTO import_before_image (of_import_id, "table", record_id, body)
SELECT %(import)s, '{table}', present.id, to_jsonb(present)
FROM {table} AS present JOIN record ON record.present_id = present.id WHERE record.outcome = 'updated'
ON CONFLICT (of_import_id, "table", record_id) DO UPDATE SET last_at = clock_timestamp()
"""
UPDATE = """
UPDATE {table} AS present SET {changes}
FROM record WHERE record.present_id = present.id AND record.outcome = 'updated'
"""
INSERT = """
INSERT INTO {table} (source_id, source_key, {columns}, import_id)
SELECT %(source)s, source_key, {columns}, %(import)s FROM record WHERE outcome = 'inserted' ORDER BY line
"""
COUNTS = """
SELECT count(*) FILTER (WHERE outcome = 'inserted') AS inserted, count(*) FILTER (WHERE outcome = 'updated') AS updated,
    (SELECT count(*) FROM told WHERE place > 1) AS further_rows
FROM record
"""

CONTRACTS = """
SELECT staged.line, person.identity_id, staged.subject, staged.starts AS starts_on, staged.ends AS ends_on,
    staged.amount, staged.status, status_meaning.is_cancelled,
    coalesce(staged.contract, 'row:' || md5(jsonb_build_array(staged.customer_key, staged.subject, staged.starts,
        CASE WHEN staged.starts IS NULL THEN staged.ends END)::text)) AS source_key
FROM {staged} AS staged
JOIN person USING (customer_key)
LEFT JOIN status_meaning ON status_meaning.status = staged.status
"""
PRODUCTS = """
INSERT INTO product (source_id, code, name, category)
SELECT DISTINCT ON (1, 2) %(source)s, coalesce(product, left(product_name, 100)), coalesce(product_name, ''), ''
FROM {staged} ORDER BY 1, 2, line
ON CONFLICT (source_id, code) DO NOTHING
"""
COSTS = """
SELECT staged.line, product.id AS product_id, staged.since, staged.cost AS unit_cost, staged.margin,
    md5(jsonb_build_array(product.code, staged.since)::text) AS source_key
FROM {staged} AS staged
JOIN product ON product.source_id = %(source)s
    AND product.code = coalesce(staged.product, left(staged.product_name, 100))
"""
ACQUISITION = """
SELECT staged.line, person.identity_id, staged.channel, staged."on", staged.amount,
    md5(jsonb_build_array(staged.customer_key, staged.channel, staged."on")::text) AS source_key
FROM {staged} AS staged LEFT JOIN person USING (customer_key)
"""
# Several lines of one day, channel and campaign are several amounts, told in the same order by the next file.
SPEND = """
SELECT staged.line, staged."on", staged.channel, staged.campaign, staged.amount,
    md5(jsonb_build_array(staged."on", staged.channel, staged.campaign)::text) || ':'
        || row_number() OVER (PARTITION BY staged."on", staged.channel, staged.campaign ORDER BY staged.line)
    AS source_key
FROM {staged} AS staged
"""


@dataclass(frozen=True, slots=True)
class Records:
    """A table of such records: the query over the staged rows that tells them, and each column with what blank is."""

    table: str
    told: str
    columns: Mapping[str, str]
    prepare: Callable[[Work], None]

    def written(self, statement: str) -> str:
        """A statement about any such table for this one."""
        quoted = [f'"{name}"' for name in self.columns]
        return statement.format(
            table=self.table,
            told=self.told,
            columns=", ".join(quoted),
            values=", ".join(
                f"coalesce(told.{name}, present.{name}, {blank}) AS {name}"
                for name, blank in zip(quoted, self.columns.values(), strict=True)
            ),
            present=", ".join(f"present.{name}" for name in quoted),
            record=", ".join(f"record.{name}" for name in quoted),
            changes=", ".join(f"{name} = record.{name}" for name in quoted),
            restored=", ".join(f"{name} = old.{name}" for name in quoted),
        )


def _with_people(work: Work) -> None:
    people.identify(work)
    people.admit(work)
    people.reach(work)


def _with_standings(work: Work) -> None:
    _with_people(work)
    statuses = work.column("SELECT DISTINCT status FROM {staged} WHERE status IS NOT NULL")
    work.words(
        "status_meaning", "status text, is_cancelled boolean", [(text, is_called_off(text)) for text in statuses]
    )


def _with_products(work: Work) -> None:
    work.run(PRODUCTS)


def _with_nothing(_work: Work) -> None:
    """What is spent belongs to nobody."""


RECORDS = {
    Kind.CONTRACTS: Records(
        "contract",
        CONTRACTS,
        {
            "identity_id": "NULL",
            "subject": "''",
            "starts_on": "NULL",
            "ends_on": "NULL",
            "amount": "NULL",
            "status": "''",
            "is_cancelled": "false",
        },
        _with_standings,
    ),
    Kind.COSTS: Records(
        "product_cost",
        COSTS,
        {"product_id": "NULL", "since": "NULL", "unit_cost": "NULL", "margin": "NULL"},
        _with_products,
    ),
    Kind.ACQUISITION: Records(
        "acquisition_cost",
        ACQUISITION,
        {"identity_id": "NULL", "channel": "''", "on": "NULL", "amount": "NULL"},
        _with_people,
    ),
    Kind.SPEND: Records(
        "marketing_spend", SPEND, {"on": "NULL", "channel": "''", "campaign": "''", "amount": "NULL"}, _with_nothing
    ),
}


def apply(work: Work) -> dict[str, Any]:
    """Bring the staged records in; returns counts of rows."""
    records = RECORDS[work.mapping.kind]
    records.prepare(work)
    for statement in (TOLD, RECORD, CORRECTED, BEFORE, UPDATE, INSERT):
        work.run(records.written(statement))
    counts = work.one(COUNTS)
    further = counts.pop("further_rows")
    return {**counts, "warnings": [{"code": "record_repeated", "column": "", "count": further}] if further else []}
