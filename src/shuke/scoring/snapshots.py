"""Churn from a file that says itself who left: read by the readers of imports, learned, and written back with chances.

    table = read(path, label="Churn")
    learned = learn(table)                   # a named refusal where there is too little to go by
    told = tell(table, learned)              # each row's chance and reasons, and how strong each column is
    write(table, told, target=scored)

Nothing of the file is kept.
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuke.analytics.churn import snapshots
from shuke.analytics.churn.additive import Numbers
from shuke.analytics.churn.parameters import Declined
from shuke.analytics.churn.snapshots import Snapshot
from shuke.core import cells
from shuke.core.errors import Invalid
from shuke.core.words import mark as _
from shuke.intake.parsing import parent
from shuke.intake.parsing.wire import Cells, Question
from shuke.intake.reading import column_names

__all__ = ["REASONS", "Labelled", "Told", "learn", "read", "tell", "write"]

MOST_CELLS = 20_000_000
"""A million customers with twenty columns; more would not fit into the memory of a small machine."""
WRITTEN = ("churn_probability", "churn_reasons")
"""What `write` adds; a file that has them already is not learned from its own chances."""
REASONS = 3
NEGLIGIBLE = 0.05
SHOWN = 8
LEFT = {"yes", "y", "true", "t", "1", "1.0", "left", "lapsed", "lost", "churn", "churned", "是", "真", "流失", "已流失"}
"""How tables say that somebody has left, where they say it with one of two words."""


class TooManyCells(Invalid):
    code = "table_too_large"
    message = _("%(file)s has more than %(most)s million cells. Leave out columns or rows and try again.")


class NoSuchColumn(Invalid):
    code = "no_such_column"
    message = _("%(file)s has no column “%(column)s”. Its columns: %(columns)s.")


class SameInAllRows(Invalid):
    code = "label_says_the_same"
    message = _("The column “%(column)s” says the same in all rows (%(value)s): nothing can be learned from it.")


class NoSuchValue(Invalid):
    code = "no_such_value"
    message = _("No row says “%(value)s” in the column “%(column)s”. It says: %(values)s.")


class WhichValue(Invalid):
    code = "label_ambiguous"
    message = _("The column “%(column)s” says: %(values)s. Name the one that means “left” with --lapsed.")


class TooFewRows(Invalid):
    code = "table_too_few_rows"
    message = _("%(have)s rows say something in the column “%(column)s”; %(need)s are needed.")


class TooFewOutcomes(Invalid):
    code = "table_too_few_outcomes"
    message = _(
        "%(have)s rows say “%(value)s” in the column “%(column)s”, and %(others)s something else; %(need)s of each are "
        "needed."
    )


class NoUsableColumn(Invalid):
    code = "table_without_usable_column"
    message = _(
        "There is nothing to learn “%(column)s” from: every other column is blank, or holds more than %(most)s "
        "different words."
    )


class NoSignal(Invalid):
    code = "table_without_signal"
    message = _(
        "The other columns do not tell who says “%(value)s” in the column “%(column)s”: on rows that it had not seen, "
        "the model was no better than a coin."
    )


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows of which one column says who has left: those that say `lapsed` in the column `label`.

    The columns of `rows` are named by their place, `names` says what the file calls them. `ragged` rows had another
    number of cells than the header and are not among them.
    """

    rows: pa.Table
    names: dict[str, str]
    label: str
    lapsed: str
    values: tuple[str, ...]
    ragged: int

    def learnable(self) -> pa.Table:
        """Without what we have written ourselves, and without blanks around what the cells say."""
        kept = [place for place, name in self.names.items() if name not in WRITTEN]
        return pa.table({place: pc.utf8_trim_whitespace(self.rows[place]) for place in kept})


@dataclass(frozen=True, slots=True)
class Told:
    """The chance of each row, what each column adds to its log-odds, and what that comes to over all rows."""

    chances: Numbers
    steps: dict[str, Numbers]

    def strength(self) -> dict[str, float]:
        """By how much each column moves the log-odds on average, the strongest first."""
        moved = {place: float(np.mean(np.abs(step))) for place, step in self.steps.items()}
        return dict(sorted(moved.items(), key=lambda item: -item[1]))


def read(
    path: Path,
    *,
    label: str,
    lapsed: str = "",
    encoding: str = "",
    sheets: Sequence[str] = (),
    delimiter: str = "",
) -> Labelled:
    """The rows of a text or workbook; its refusal by the readers, or that of the column or of the value.

    Which of two values means that somebody has left is known of the words in LEFT; else `lapsed` must say it.
    """
    look = parent.looked(Question(path, path.name, encoding, tuple(sheets), delimiter))
    header = look.layout.header
    place = _place_of(label, header, path.name)
    chunks = list(_bounded(parent.copied(look), path.name))
    if not chunks:
        raise parent.NoRows(file=path.name)
    rows = pa.concat_tables([chunk.rows for chunk in chunks])
    names = dict(zip(column_names(header), header, strict=True))
    values = _values(rows[place])
    return Labelled(
        rows=rows,
        names=names,
        label=place,
        lapsed=_meant(lapsed, values, names[place]),
        values=values,
        ragged=sum(chunk.ragged for chunk in chunks),
    )


def _bounded(chunks: Iterator[Cells], file: str) -> Iterator[Cells]:
    count = 0
    for chunk in chunks:
        count += chunk.rows.num_rows * chunk.rows.num_columns
        if count > MOST_CELLS:
            raise TooManyCells(file=file, most=MOST_CELLS // 1_000_000)
        yield chunk


def _place_of(label: str, header: Sequence[str], file: str) -> str:
    for place, name in zip(column_names(header), header, strict=True):
        if name.casefold() == label.strip().casefold():
            return place
    raise NoSuchColumn(file=file, column=label, columns=_listed(header))


def _values(column: pa.ChunkedArray) -> tuple[str, ...]:
    """What the column says, what most rows say first."""
    counted = pc.value_counts(pc.utf8_trim_whitespace(column)).to_pylist()
    known = [each for each in counted if each["values"]]
    return tuple(each["values"] for each in sorted(known, key=lambda each: (-each["counts"], each["values"])))


def _meant(lapsed: str, values: Sequence[str], column: str) -> str:
    if len(values) < 2:
        raise SameInAllRows(column=column, value=values[0] if values else "–")
    if lapsed:
        alike = [value for value in values if value.casefold() == lapsed.strip().casefold()]
        if not alike:
            raise NoSuchValue(column=column, value=lapsed, values=_listed(values))
        return lapsed.strip() if lapsed.strip() in alike else alike[0]
    known = [value for value in values if value.casefold() in LEFT]
    if len(values) > 2 or len(known) != 1:
        raise WhichValue(column=column, values=_listed(values))
    return known[0]


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:SHOWN]) + (" …" if len(words) > SHOWN else "")


def learn(table: Labelled) -> Snapshot:
    """Learn who has left from all other columns; TooFewRows, TooFewOutcomes, NoUsableColumn or NoSignal."""
    learned = snapshots.fit(table.learnable(), label=table.label, lapsed=table.lapsed)
    if isinstance(learned, Declined):
        raise _refusal(learned, table)
    return learned


def _refusal(declined: Declined, table: Labelled) -> Invalid:
    missing = declined.shortfalls[0]
    about = {"column": table.names[table.label], "value": table.lapsed}
    match missing.code:
        case "customers":
            return TooFewRows(have=f"{missing.have:,.0f}", need=f"{missing.need:,.0f}", **about)
        case "no_usable_column":
            return NoUsableColumn(column=about["column"], most=snapshots.MOST_CATEGORIES)
        case "no_usable_signal":
            return NoSignal(**about)
    said = pc.utf8_trim_whitespace(table.rows[table.label])
    labelled, lapsed = (pc.sum(each).as_py() for each in (pc.not_equal(said, ""), pc.equal(said, table.lapsed)))
    return TooFewOutcomes(have=f"{lapsed:,}", others=f"{labelled - lapsed:,}", need=f"{missing.need:,.0f}", **about)


def tell(table: Labelled, learned: Snapshot) -> Told:
    """What the model says of every row, those without a label too."""
    places = [shape.feature for shape in learned.additive.shapes]
    numbered = table.learnable().append_column("row", pa.array(range(table.rows.num_rows)))
    engine = ibis.duckdb.connect(threads=1)
    with closing(engine.con):
        scored = snapshots.apply(ibis.memtable(numbered), learned)
        told = scored.select("row", "churn_probability", *(f"churn_{place}" for place in places))
        found = engine.to_pyarrow(told.order_by("row"))
    steps = {place: found[f"churn_{place}"].to_numpy() for place in places}
    return Told(found["churn_probability"].to_numpy(), steps)


def write(table: Labelled, told: Told, *, target: Path) -> None:
    """The file with two columns more, whole or not at all; no cell is a formula."""
    draft = target.with_name(f".{target.name}.part")
    kept = [place for place, name in table.names.items() if name not in WRITTEN]
    try:
        with draft.open("w", encoding="utf-8-sig", newline="") as file:
            lines = csv.writer(file)
            lines.writerow([*(cells.safe(table.names[place]) for place in kept), *WRITTEN])
            lines.writerows(_lines(table, told, kept))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _lines(table: Labelled, told: Told, kept: Sequence[str]) -> Iterator[list[str]]:
    columns = [table.rows[place].to_pylist() for place in kept]
    rows = zip(*columns, strict=True)
    for row, chance, because in zip(rows, told.chances, _reasons(table, told), strict=True):
        yield [*map(cells.safe, row), f"{chance:.4f}", cells.safe(because)]


def _reasons(table: Labelled, told: Told) -> Iterator[str]:
    """The columns that move the log-odds of each row most, with what they say and by how much they move it."""
    places = list(told.steps)
    if not places:
        yield from [""] * len(told.chances)
        return
    moved = np.column_stack(list(told.steps.values()))
    strongest = np.argsort(-np.abs(moved), axis=1, kind="stable")[:, :REASONS]
    said = [table.rows[place].to_pylist() for place in places]
    for row, order in enumerate(strongest):
        yield "; ".join(
            f"{table.names[places[place]]}: {said[place][row].strip() or '–'} ({moved[row, place]:+.2f})"
            for place in order
            if abs(moved[row, place]) >= NEGLIGIBLE
        )
