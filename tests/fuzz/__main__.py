"""Look for bytes that break a reader: `python tests/fuzz TARGET FOLDER [option of libFuzzer …]`.

Targets are those of `targets.py`. The folder gets the seeds, and what is found to lead further. A finding is written as
a file; once it is mended, it belongs into the kept corpus.
"""

import io
import random
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

with atheris.instrument_imports(include=["shuke.intake", "phonenumbers.phonenumberutil"]):
    from fuzz.seeds import CELLS, seeds
    from fuzz.targets import CELLS_APART, TARGETS

WORKBOOKS = tuple(seeds("workbook"))
LIMITS = ("-max_len=20000", "-timeout=120", "-rss_limit_mb=2500")
LONGEST_MEMBER, LONGEST_CELL = 1 << 16, 60


def mutated_book(data: bytes, max_size: int, seed: int) -> bytes:
    """A workbook with one of its parts mutated: bytes changed in a packed part would only be found damaged.

    What it begins with may be a seed instead: none is kept as telling, for the coverage of a fork is not seen.
    """
    chance = random.Random(seed)
    data = chance.choice((data, *WORKBOOKS))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            parts = {entry.filename: book.read(entry) for entry in book.infolist() if entry.file_size < LONGEST_MEMBER}
    except Exception:
        parts = {}
    if not parts or chance.random() < 0.2:
        return atheris.Mutate(data, max_size)
    name = chance.choice(sorted(parts))
    parts[name] = atheris.Mutate(parts[name], len(parts[name]) + 64)
    mutated = io.BytesIO()
    with zipfile.ZipFile(mutated, "w", zipfile.ZIP_DEFLATED) as book:
        for entry, content in parts.items():
            book.writestr(zipfile.ZipInfo(entry), content)
    return mutated.getvalue()[:max_size]


def mutated_cells(data: bytes, max_size: int, seed: int) -> bytes:
    """Cells with pieces of other cells in them, for the expressions that read them tell the fuzzer nothing."""
    chance = random.Random(seed)
    written = [_spoilt(cell, chance) for cell in data.decode("utf-8", "replace").split(CELLS_APART)]
    data = CELLS_APART.join(written).encode()[:max_size]
    return atheris.Mutate(data, max_size) if chance.random() < 0.2 else data


def _spoilt(cell: str, chance: random.Random) -> str:
    """A cell with a piece of another one before, within or instead of its end; in the end, another one."""
    if len(cell) > LONGEST_CELL:
        return chance.choice(CELLS)
    other = chance.choice(CELLS)
    begins, cut = chance.randrange(len(other)), chance.randint(0, len(cell))
    piece = other[begins : chance.randint(begins + 1, len(other))]
    return chance.choice((cell, cell[:cut] + piece + cell[cut:], cell[:cut] + piece, piece + cell[cut:]))


MUTATORS = {"workbook": mutated_book, "cells": mutated_cells}


def main(target: str, folder: str, *options: str) -> None:
    """Search until an option ends it; ends the process with an error if there was a finding."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for seed in seeds(target):
        (Path(folder) / sha256(seed).hexdigest()).write_bytes(seed)
    mutator = {"custom_mutator": MUTATORS[target]} if target in MUTATORS else {}
    atheris.Setup([sys.argv[0], *LIMITS, *options, folder], TARGETS[target], **mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
