"""What the two processes tell each other: a plan one way, framed Arrow tables the other. Nothing that could be code."""

import json
import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

import pyarrow as pa

from shuke.core.errors import ShukeError, told_again
from shuke.intake.checks import Checked, Problem, Refused
from shuke.intake.mapping import Mapping as FileMapping
from shuke.intake.reading import Chunk, Layout, Survey

FRAME = struct.Struct(">Q")
OUTCOME, FAILURE, LOOK, CELLS = b"outcome", b"failure", b"look", b"cells"


@dataclass(frozen=True, slots=True)
class Question:
    """A file that somebody wants to know about; what is left blank is found in it."""

    path: Path
    name: str
    encoding: str = ""
    sheets: tuple[str, ...] = ()
    delimiter: str = ""
    key: bytes = b""

    def as_json(self) -> str:
        return json.dumps({"question": {**asdict(self), "path": str(self.path), "key": self.key.hex()}})

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        paths = {"path": Path(told["path"]), "key": bytes.fromhex(told["key"]), "sheets": tuple(told["sheets"])}
        return cls(**{**told, **paths})


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is, and where its table stands."""

    survey: Survey
    layout: Layout

    @property
    def has_rows(self) -> bool:
        """Whether anything stands below the header, as far as the sample of a long text tells."""
        is_sampled = not self.survey.sheets and not self.survey.whole
        return bool(self.layout.examples) or is_sampled


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the parser needs to know to read a file to its end."""

    look: Look
    mapping: FileMapping
    zone: str
    region: str
    first_chunk: int = 0
    """Chunks before this one were dealt with in an earlier run."""
    repairs: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """Rows as people have written them anew, by line."""

    def as_json(self) -> str:
        return json.dumps(
            {"plan": {**asdict(self), "look": _look_as_json(self.look), "mapping": self.mapping.as_json()}}
        )

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        rest = {
            "look": _look_from_json(told["look"]),
            "mapping": FileMapping.from_json(told["mapping"]),
            "repairs": {int(line): cells for line, cells in told["repairs"].items()},
        }
        return cls(**{**told, **rest})


@dataclass(frozen=True, slots=True)
class Trial:
    """Rows that somebody has written, to be checked as if they stood in the file."""

    layout: Layout
    mapping: FileMapping
    zone: str
    region: str
    rows: Mapping[int, Sequence[str]]

    def as_json(self) -> str:
        return json.dumps({"trial": {**asdict(self), "mapping": self.mapping.as_json()}})

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        rest = {
            "layout": Layout.from_json(told["layout"]),
            "mapping": FileMapping.from_json(told["mapping"]),
            "rows": {int(line): cells for line, cells in told["rows"].items()},
        }
        return cls(**{**told, **rest})


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that is wanted as it stands, with no meaning given to its columns."""

    look: Look

    def as_json(self) -> str:
        return json.dumps({"copy": {"look": _look_as_json(self.look)}})

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        return cls(_look_from_json(told["look"]))


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows as they stand, columns named by their place, and how many `ragged` ones were passed over."""

    rows: pa.Table
    ragged: int


Wanted = Question | Plan | Trial | Copy
WANTED = {"question": Question, "plan": Plan, "trial": Trial, "copy": Copy}


def asked(text: str) -> Wanted:
    """What stands on the parser's standard input."""
    ((what, told),) = json.loads(text).items()
    return WANTED[what].from_json(told)


def send_look(pipe: BinaryIO, look: Look) -> None:
    _send(pipe, pa.table({}), LOOK, _look_as_json(look))


def send_chunk(pipe: BinaryIO, checked: Checked) -> None:
    outcome = {
        "number": checked.number,
        "refused": [[row.line, [asdict(problem) for problem in row.problems], row.text] for row in checked.refused],
        "warnings": [[asdict(problem), count] for problem, count in checked.warnings.items()],
        "share": checked.share,
    }
    _send(pipe, checked.rows, OUTCOME, outcome)


def send_cells(pipe: BinaryIO, chunk: Chunk) -> None:
    _send(pipe, pa.Table.from_batches([chunk.cells]), CELLS, {"ragged": len(chunk.ragged)})


def send_failure(pipe: BinaryIO, failure: ShukeError) -> None:
    _send(pipe, pa.table({}), FAILURE, {"code": failure.code, "params": failure.params})


def receive(pipe: BinaryIO) -> Iterator[Checked]:
    """Every whole chunk that the parser sends; its refusal of the file is raised here under its own name."""
    for table, told in _frames(pipe):
        yield _checked(table.replace_schema_metadata({}), json.loads(told[OUTCOME]))


def receive_look(pipe: BinaryIO) -> Look | None:
    """The answer to a question, None if the parser died; its refusal of the file is raised here under its own name."""
    return next((_look_from_json(json.loads(told[LOOK])) for _table, told in _frames(pipe)), None)


def receive_cells(pipe: BinaryIO) -> Iterator[Cells]:
    """Every whole chunk of a copy; the parser's refusal of the file is raised here under its own name."""
    for table, told in _frames(pipe):
        yield Cells(table.replace_schema_metadata({}), **json.loads(told[CELLS]))


def _frames(pipe: BinaryIO) -> Iterator[tuple[pa.Table, Mapping[bytes, bytes]]]:
    while (body := _body(pipe)) is not None:
        table = pa.ipc.open_stream(body).read_all()
        told = table.schema.metadata
        if FAILURE in told:
            raise told_again(**json.loads(told[FAILURE]))
        yield table, told


def _look_as_json(look: Look) -> dict[str, Any]:
    return {"survey": look.survey.as_json(), "layout": asdict(look.layout)}


def _look_from_json(told: Mapping[str, Any]) -> Look:
    return Look(Survey.from_json(told["survey"]), Layout.from_json(told["layout"]))


def _send(pipe: BinaryIO, table: pa.Table, label: bytes, told: dict[str, Any]) -> None:
    table = table.replace_schema_metadata({label: json.dumps(told)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    body = sink.getvalue()
    pipe.write(FRAME.pack(body.size))
    pipe.write(body)
    pipe.flush()


def _body(pipe: BinaryIO) -> bytes | None:
    """The next frame; None at the end, which may come in the middle of a frame when the sender dies."""
    head = pipe.read(FRAME.size)
    if len(head) < FRAME.size:
        return None
    (size,) = FRAME.unpack(head)
    body = pipe.read(size)
    return body if len(body) == size else None


def _checked(table: pa.Table, told: dict[str, Any]) -> Checked:
    refused = (
        Refused(line, tuple(Problem(**problem) for problem in problems), text)
        for line, problems, text in told["refused"]
    )
    warnings = Counter({Problem(**problem): count for problem, count in told["warnings"]})
    return Checked(told["number"], table, tuple(refused), warnings, told["share"])
