"""The parser's own process: a plan on standard input, checked chunks on standard output."""

import gc
import resource
import sys
import traceback
from dataclasses import replace
from types import TracebackType
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from shuke.core.errors import ShukeError
from shuke.customers import names
from shuke.intake.checks import Checked
from shuke.intake.fields import Kind
from shuke.intake.parsing.wire import (
    Copy,
    Look,
    Plan,
    Question,
    Trial,
    asked,
    send_cells,
    send_chunk,
    send_failure,
    send_look,
)
from shuke.intake.reading import chunk_of, lay_out, read_chunks, survey

CHINESE = r"[\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}]"
MEMORY_BYTES = 2 << 30
"""Reserved memory, of which a parser really uses a tenth; a file that needs more is not one that we understand."""
LOOK_SECONDS, READ_SECONDS = 120, 4 * 3600
"""Of the processor: for what somebody waits for, and for a file of a hundred million rows."""


def main() -> None:
    """Parse until the file ends or nobody listens any more."""
    wanted = asked(sys.stdin.read())
    _limit(resource.RLIMIT_DATA, MEMORY_BYTES)
    _limit(resource.RLIMIT_CPU, READ_SECONDS if isinstance(wanted, Plan | Copy) else LOOK_SECONDS)
    gc.disable()  # a chunk's objects die by reference count; scanning for cycles would only cost time
    out = sys.stdout.buffer
    try:
        match wanted:
            case Question():
                send_look(out, _looked(wanted))
            case Plan():
                _read(wanted, out)
            case Trial():
                _try(wanted, out)
            case Copy():
                for chunk in read_chunks(wanted.look.survey, wanted.look.layout):
                    send_cells(out, chunk)
    except ShukeError as failure:
        send_failure(out, failure)


def _limit(what: int, most: int) -> None:
    """What goes beyond kills the process; whoever listens takes that for an unusable file."""
    resource.setrlimit(what, (most, most))


def _looked(question: Question) -> Look:
    found = survey(question.path, name=question.name, encoding=question.encoding or None, key=question.key)
    return Look(found, lay_out(found, sheets=question.sheets, delimiter=question.delimiter))


def _read(plan: Plan, out: BinaryIO) -> None:
    from shuke.intake.checks.checker import Checker  # noqa: PLC0415  an engine that who only looks need not load

    found, layout, mapping = plan.look.survey, plan.look.layout, plan.mapping
    checker = Checker(mapping, layout, zone=plan.zone, region=plan.region)
    continued = [mapping.columns[key] for key in mapping.continued]
    for chunk in read_chunks(found, layout, continued=continued, repairs=plan.repairs):
        if chunk.number >= plan.first_chunk:
            checked = _whole_names(checker.check(chunk))
            send_chunk(out, _sounded(checked if mapping.kind == Kind.CUSTOMERS else _named(checked)))


def _try(trial: Trial, out: BinaryIO) -> None:
    from shuke.intake.checks.checker import Checker  # noqa: PLC0415  as above

    checker = Checker(trial.mapping, trial.layout, zone=trial.zone, region=trial.region)
    send_chunk(out, checker.check(chunk_of(trial.rows, trial.layout.header)))


def _whole_names(checked: Checked) -> Checked:
    """Given name and surname as one name, in the order of the language that they are written in."""
    rows = checked.rows
    if "surname" not in rows.column_names:
        return checked
    surname = rows["surname"]
    given = rows["name"] if "name" in rows.column_names else pa.nulls(rows.num_rows, pa.string())
    joined = pc.if_else(
        pc.match_substring_regex(pc.fill_null(surname, ""), CHINESE),
        pc.binary_join_element_wise(surname, given, "", null_handling="skip"),
        pc.binary_join_element_wise(given, surname, " ", null_handling="skip"),
    )
    rows = rows.drop_columns([name for name in ("name", "surname") if name in rows.column_names])
    whole = pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
    return replace(checked, rows=rows.append_column("name", whole))


def _named(checked: Checked) -> Checked:
    """Where a file knows its buyers by nickname alone, the nickname is their name until somebody tells a better one."""
    rows = checked.rows
    if "name" in rows.column_names or "customer" not in rows.column_names:
        return checked
    nicknames = pc.if_else(pc.match_substring_regex(rows["customer"], CHINESE), rows["customer"], None)
    return replace(checked, rows=rows.append_column("name", nicknames))


def _sounded(checked: Checked) -> Checked:
    """Names with the pinyin and initials that customers are sorted and found by."""
    if "name" not in checked.rows.column_names:
        return checked
    written = checked.rows["name"].combine_chunks().dictionary_encode()
    sounds = [names.sounded(name) for name in written.dictionary.to_pylist()]
    rows = checked.rows
    for place, column in enumerate(("pinyin", "initials")):
        rows = rows.append_column(column, pa.array([told[place] for told in sounds], pa.string()).take(written.indices))
    return replace(checked, rows=rows)


def _say_where(kind: type[BaseException], _error: BaseException, where: TracebackType | None) -> None:
    """Say where we died and of what, without the message: it may quote the file."""
    traceback.print_tb(where)
    sys.stderr.write(f"{kind.__name__}\n")


if __name__ == "__main__":
    sys.excepthook = _say_where
    try:
        main()
    except BrokenPipeError:
        sys.stderr.close()  # whoever started us is gone; there is nobody to tell
