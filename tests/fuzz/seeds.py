"""Where the search begins: the beginnings of real and of dirty files, small workbooks, cells of every form.

The kept corpus has a folder for each target: what broke a reader once, and what led the search further.
"""

import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import xlwt

from fuzz.targets import CELLS_APART, CHOICES

DIRTY = Path(__file__).parents[1] / "data" / "dirty_exports.zip"
RETAIL = Path(__file__).parents[2] / "src/shuke/demo/online_retail.csv.gz"
KEPT = Path(__file__).parents[1] / "data" / "fuzz_corpus.zip"
HEAD_BYTES = 2000

CELLS = (
    "2026-01-05 08:05:09|2026/1/5 8:05|2026年1月5日 8时5分|２０２６－０１－０５|2026.1.5|20260105080509|"
    "2026-01-05T08:05:09+08:00|2026-01-05 00:05:09 +0000|2026-01-05T00:05:09Z|2026-01-05 下午 8:05|"
    "5/13/2026 8:05 PM|Jan 5, 2026 10:00 PM|5-Jan-2026|46027.75|1767571509|1767571509123|2026-02-30|"
    "农历 8-15|lunar: 1990-12-30|--02-29|8月15日|10|¥1,234.56|RMB 8|205.31元|(3.20)|-0.005|1.234,56|1.2E+3|"
    '1e40|4.82826E+17|17850.0|="00042"|\'00042|无|n/a|13812345678|+86 138-1234-5678|0086 13812345678|'
    "138****5678|021-6234 5678 转 12|+44 20 7946 0958|王芳@example.com|a.b@c.example|very satisfied|5星|"
    "非常满意|1:02:03|599|　|\u00a0x\ufeff|退款成功|交易关闭|𠮷野家|e\u0301|9999999999999999999999999"
).split("|")


def seeds(target: str) -> Iterator[bytes]:
    """Small inputs of a target, the kept ones first."""
    yield from kept(target).values()
    yield from {"text": _texts, "rows": _texts, "workbook": _workbooks, "cells": _cells}[target]()


def kept(target: str) -> dict[str, bytes]:
    """The kept inputs of a target by name."""
    with ZipFile(KEPT) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.startswith(f"{target}/")}


def _texts() -> Iterator[bytes]:
    with ZipFile(DIRTY) as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                yield archive.read(name)[:HEAD_BYTES].rpartition(b"\n")[0]
    with gzip.open(RETAIL) as file:
        head = file.read(HEAD_BYTES)
    yield head
    yield gzip.compress(head)
    yield '单号,客户,时间,金额\r\n1,7,2026-01-05,"1\n0"\r\n\r\n合计,,,9\r\n'.encode("utf-16")
    yield "导出\n\nid|customer|date|total\n1|'7|5/1/2026|(3)\n2||46027|1,2|3\n".encode()


def _workbooks() -> Iterator[bytes]:
    rows = [("单号", "客户", "时间", "金额"), *((f"A{n}", n % 7, 46027 + n, 10.5 * n) for n in range(20)), ("合计",)]
    yield _modern(rows)
    yield _old(rows)


def _modern(rows) -> bytes:
    book, written = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.active.merge_cells("B2:B4")
    book.create_sheet("二月").append(rows[0])
    book.save(written)
    return written.getvalue()


def _old(rows) -> bytes:
    book, written = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("一月")
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(place, column, cell)
    book.save(written)
    return written.getvalue()


def _cells() -> Iterator[bytes]:
    for length in range(len(CHOICES)):  # of one length each, by which they are read as files of another kind
        yield (CELLS_APART.join(CELLS) + "." * length).encode()
