"""One chunk of text rows in, typed rows and set-aside rows out; every row that goes in comes out once."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from shuke.intake.checks import forms
from shuke.intake.checks.outcome import RAW_TEXT, Checked, Problem, Refused
from shuke.intake.checks.phones import in_e164
from shuke.intake.fields import Field, Form, field
from shuke.intake.mapping import Mapping, required
from shuke.intake.reading import Chunk, Layout, column_names, raw_text

# Thousandths of a unit times 1/10,000 of the currency's unit, in minor units.
LINE_AMOUNT = "sign(v_quantity::HUGEINT * v_price) * ((abs(v_quantity::HUGEINT * v_price) + 50000) // 100000)"

LARGEST_LINE = 10**14
"""In minor units: sums over many such lines still are numbers that the database holds."""
LINE_FITS = f"coalesce(abs({LINE_AMOUNT}) < {LARGEST_LINE}, true)"

MEASURED = (Form.TEXT, Form.KEY, Form.EMAIL)


class _Present:
    """The chunk at hand, where the statement finds it.

    To plan a statement over many columns takes as long as to run it over a chunk: so it is planned once, over this.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self._cells = schema.empty_table()

    def show(self, cells: pa.Table) -> None:
        self._cells = cells.cast(self._cells.schema)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._cells.__arrow_c_stream__(requested_schema)


class Checker:
    """Reads the cells of one file as its mapping says."""

    def __init__(self, mapping: Mapping, layout: Layout, *, zone: str, region: str = "CN") -> None:
        self._mapping, self._layout = mapping, layout
        self._fields = [field(mapping.kind, key) for key in mapping.columns]
        self._must = {*required(mapping), *mapping.customer_by[:1]}
        self._readings = forms.readings(zone=zone, day_order=mapping.day_order, region=region)
        self._duckdb = duckdb.connect(config={"threads": 1, "memory_limit": "256MB"})
        self._duckdb.execute("SET TimeZone = 'UTC'; SET enable_external_access = false")
        self._duckdb.create_function(
            "odd_phone",
            lambda texts: in_e164(texts, region=region),
            ["VARCHAR"],
            "VARCHAR",
            type="arrow",
            null_handling="special",
        )
        columns = [pa.field(name, pa.string()) for name in column_names(layout.header)]
        self._present = _Present(pa.schema([*columns, ("line", pa.int64())]))
        self._duckdb.register("chunk", self._present)
        self._duckdb.execute(f"PREPARE reading AS {self._sql(zone)}")

    def check(self, chunk: Chunk) -> Checked:
        """The chunk's rows as values, and those that cannot be taken."""
        self._present.show(pa.Table.from_batches([chunk.cells]).append_column("line", chunk.lines))
        read = self._duckdb.sql("EXECUTE reading").to_arrow_table().combine_chunks()
        refused = self._lost(read)
        kept = self._as_it_came(read, chunk).filter(pc.invert(refused))
        set_aside = [*self._refused(read, refused, chunk), *self._ragged(chunk)]
        values = kept.select([name for name in kept.column_names if not name.startswith("problem_")])
        warnings = self._warnings(kept)
        if chunk.filled:
            warnings[Problem("filled_down")] = chunk.filled
        return Checked(chunk.number, values, tuple(sorted(set_aside, key=_line)), warnings, chunk.share)

    def _lost(self, read: pa.Table) -> pa.Array:
        """Which rows lack, through a problem, a value that they cannot do without."""
        grave = pa.array([False] * read.num_rows, pa.bool_())
        for known in self._fields:
            if known.key in self._must:
                lost = pc.and_(pc.is_valid(read[f"problem_{known.key}"]), pc.is_null(read[known.key]))
                grave = pc.or_(grave, lost)
        return grave

    def _as_it_came(self, read: pa.Table, chunk: Chunk) -> pa.Table:
        """With the row's own text, where it may have to be set aside when it is applied."""
        if not self._mapping.kind.builds_on_orders:
            return read
        texts = [raw_text(chunk, row, self._layout.delimiter) for row in range(read.num_rows)]
        return read.append_column(RAW_TEXT, pa.array(texts, pa.string()))

    def _refused(self, read: pa.Table, refused: pa.Array, chunk: Chunk) -> Iterator[Refused]:
        problems = read.append_column("row", pa.array(range(read.num_rows))).filter(refused)
        for row in problems.to_pylist():
            found = [(key, row[f"problem_{key}"]) for key in self._mapping.columns if key in self._must]
            named = tuple(Problem(code, self._mapping.columns[key]) for key, code in found if code)
            yield Refused(row["line"], named, raw_text(chunk, row["row"], self._layout.delimiter))

    def _ragged(self, chunk: Chunk) -> Iterator[Refused]:
        for row in chunk.ragged:
            yield Refused(row.line, (Problem("cells"),), row.text)

    def _warnings(self, kept: pa.Table) -> Counter[Problem]:
        warnings: Counter[Problem] = Counter()
        for known in self._fields:
            column = kept[f"problem_{known.key}"]
            if column.null_count < len(column):
                for entry in pc.value_counts(column.drop_null()).to_pylist():
                    warnings[Problem(entry["values"], self._mapping.columns[known.key])] += entry["counts"]
        return warnings

    def _sql(self, zone: str) -> str:
        """Three steps, so that no text is worked on twice: clean the cells, tidy what is odd, take the values."""
        place = {column: f"c{number}" for number, column in enumerate(self._layout.header)}
        clean, tidy, values, judged = ["line"], ["*"], ["*"], ["line"]
        for known in self._fields:
            reading, key = self._readings[known.form], known.key
            column = place[self._mapping.columns[key]]
            clean.append(f"{forms.cleaned(column, reading)} AS t_{key}")
            tidy.append(f"CASE WHEN t_{key} <> '' THEN {_of(reading.tidy, key)} END AS n_{key}")
            values.append(f"CASE WHEN t_{key} <> '' THEN {_of(reading.value, key)} END AS v_{key}")
            judged.append(f"{self._kept(known)} AS {key}")
            judged.append(f"{self._problem(known)} AS problem_{key}")
        if "at" in self._mapping.columns:
            at = _of(self._readings[Form.TIME].within, "at")
            judged.append(f"(({at}) AT TIME ZONE {forms.literal(zone)})::DATE AS at_on")
        if self._mapping.by_line:
            judged.append(f"CASE WHEN {LINE_FITS} THEN ({LINE_AMOUNT})::BIGINT END AS line_amount")
        steps = [f"SELECT {', '.join(step)} FROM " for step in (judged, values, tidy, clean)]
        return f"{steps[0]}({steps[1]}({steps[2]}({steps[3]} chunk)))"

    def _kept(self, known: Field) -> str:
        if known.form == Form.PRICE and self._mapping.by_line:
            return f"CASE WHEN {LINE_FITS} THEN v_{known.key} END"
        if known.form in MEASURED:
            return f"CASE WHEN length(v_{known.key}) <= {known.longest} THEN v_{known.key} END"
        return _of(self._readings[known.form].within, known.key)

    def _problem(self, known: Field) -> str:
        reading, key = self._readings[known.form], known.key
        cases = []
        if known.key in required(self._mapping):
            cases.append(f"WHEN t_{key} = '' THEN 'missing'")
        if known.form == Form.PRICE and self._mapping.by_line:
            cases.append(f"WHEN NOT ({LINE_FITS}) THEN 'number_too_large'")
        if reading.trouble != "NULL":
            unread = f"t_{key} <> '' AND ({self._kept(known)}) IS NULL"
            cases.append(f"WHEN {unread} THEN {_of(reading.trouble, key)}")
        if known.form in MEASURED:
            cases.insert(0, f"WHEN length(v_{key}) > {known.longest} THEN 'too_long'")
        if known.form == Form.PHONE:
            cases.append(f"WHEN {_of(forms.UNASSIGNED_PHONE, key)} THEN 'phone_unassigned'")
        return f"CASE {' '.join(cases)} END" if cases else "NULL::VARCHAR"


def _of(sql: str, key: str) -> str:
    """A form's expression, its `t`, `n` and `v` bound to the columns of field `key`."""
    return forms.VARIABLE.sub(lambda found: f"{found[0][1:]}_{key}", sql)


def _line(row: Refused) -> int:
    return row.line
