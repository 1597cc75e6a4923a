"""Look for bytes that break a reader: `python tests/fuzz TARGET [option of libFuzzer …] [folder of a corpus …]`.

Targets are those of `targets.py`. A finding is written as a file; once mended, it belongs into the kept corpus.
"""

import io
import random
import sys
import zipfile
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

with atheris.instrument_imports(include=["shuke.intake", "phonenumbers.phonenumberutil"]):
    from fuzz.seeds import CELLS, seeds
    from fuzz.targets import CELLS_APART, TARGETS

WORKBOOKS = tuple(seeds("workbook"))
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


if __name__ == "__main__":
    target = sys.argv.pop(1)
    mutator = {"custom_mutator": MUTATORS[target]} if target in MUTATORS else {}
    atheris.Setup(sys.argv, TARGETS[target], **mutator)
    atheris.Fuzz()
