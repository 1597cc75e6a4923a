"""What the two processes tell each other: a plan one way, framed Arrow tables the other. Nothing that could be code."""

import json
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from shuke.core.errors import ShukeError, told_again
from shuke.intake.checks import Checked, Problem, Refused
from shuke.intake.mapping import Mapping
from shuke.intake.reading import Survey

FRAME = struct.Struct(">Q")
OUTCOME, FAILURE = b"outcome", b"failure"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the parser needs to know."""

    survey: Survey
    mapping: Mapping
    zone: str
    region: str
    first_chunk: int = 0
    """Chunks before this one were dealt with in an earlier run."""

    def as_json(self) -> str:
        survey = {**asdict(self.survey), "path": str(self.survey.path), "key": self.survey.key.hex()}
        return json.dumps({**asdict(self), "survey": survey})

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        told = json.loads(text)
        survey = told["survey"]
        survey |= {"path": Path(survey["path"]), "key": bytes.fromhex(survey["key"])}
        return cls(**{**told, "survey": Survey(**survey), "mapping": Mapping.from_json(told["mapping"])})


def send_chunk(pipe: BinaryIO, checked: Checked) -> None:
    outcome = {
        "number": checked.number,
        "refused": [[row.line, [asdict(problem) for problem in row.problems], row.text] for row in checked.refused],
        "warnings": [[asdict(problem), count] for problem, count in checked.warnings.items()],
    }
    _send(pipe, checked.rows, OUTCOME, outcome)


def send_failure(pipe: BinaryIO, failure: ShukeError) -> None:
    _send(pipe, pa.table({}), FAILURE, {"code": failure.code, "params": failure.params})


def receive(pipe: BinaryIO) -> Iterator[Checked]:
    """Every whole chunk that the parser sends; its refusal of the file is raised here under its own name."""
    while (body := _body(pipe)) is not None:
        table = pa.ipc.open_stream(body).read_all()
        told = table.schema.metadata
        if FAILURE in told:
            raise told_again(**json.loads(told[FAILURE]))
        yield _checked(table, json.loads(told[OUTCOME]))


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
    return Checked(told["number"], table, tuple(refused), warnings)
