import pytest

from shuke.intake.checks.checker import Checker
from shuke.intake.mapping import propose
from shuke.intake.reading import lay_out, read_chunks, survey


@pytest.fixture
def written(tmp_path):
    """A file of the given text, surveyed."""

    def write(text, *, encoding="utf-8", name="orders.csv", as_encoding=None):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return survey(path, encoding=as_encoding)

    return write


@pytest.fixture
def checked(written):
    """The outcome of checking a file of one chunk with the mapping proposed for it."""

    def check(text, **options):
        found = written(text, **options)
        layout = lay_out(found)
        (chunk,) = read_chunks(found, layout)
        return Checker(propose(layout).mapping, layout, zone="Asia/Shanghai").check(chunk)

    return check
