"""Lists as files that spreadsheet programs open as they are."""

import csv
from collections.abc import Callable, Iterable, Iterator
from io import StringIO

from django.http import StreamingHttpResponse
from django.utils import translation

from shuke.core import cells

LINES_A_PIECE = 500


def csv_file(name: str, *, head: Callable[[], list[str]], rows: Iterable[list[str]]) -> StreamingHttpResponse:
    """A CSV in pieces, in the language of the request; no cell is a formula."""
    pieces = _pieces(head, rows, language=translation.get_language())
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _pieces(head: Callable[[], list[str]], rows: Iterable[list[str]], *, language: str | None) -> Iterator[str]:
    """The file is written after the view has ended, so it sets its language itself."""
    with translation.override(language):
        yield "\ufeff" + _lines([head()])
        piece: list[list[str]] = []
        for row in rows:
            piece.append(row)
            if len(piece) == LINES_A_PIECE:
                yield _lines(piece)
                piece = []
        yield _lines(piece)


def _lines(rows: list[list[str]]) -> str:
    written = StringIO()
    csv.writer(written).writerows([[cells.safe(cell) for cell in row] for row in rows])
    return written.getvalue()
