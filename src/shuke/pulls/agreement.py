"""Has somebody agreed to what the columns of a fetched file mean? Nobody watches here, so nothing is guessed."""

from collections.abc import Iterator

from shuke.core.errors import ShukeError
from shuke.intake.mapping import Mapping, recalled
from shuke.intake.parsing.parent import looked
from shuke.intake.parsing.wire import Look, Question
from shuke.intake.reading import Unusable
from shuke.pulls import queries
from shuke.pulls.keeping import Kept
from shuke.pulls.models import Pull
from shuke.pulls.problems import ColumnsChanged, NeverAgreed


def found(pull: Pull, name: str, kept: Kept) -> tuple[Look, Mapping | None]:
    """What a file is, and the mapping agreed for files with its columns, if there is one. Unusable if none."""
    looks: list[Look] = []
    refusals: list[Unusable] = []
    for question in _questions(pull, name, kept):
        try:
            look = looked(question, may_be_empty=True)
        except Unusable as refusal:
            refusals.append(refusal)
            continue
        if before := queries.agreed(pull, look.layout.header):
            return look, recalled(before, look.layout).mapping
        looks.append(look)
    if not looks:
        raise refusals[0]
    return looks[0], None


def missing(pull: Pull, name: str, look: Look) -> ShukeError:
    """What to tell the person who has to agree."""
    before = queries.last_agreed(pull)
    if before is None:
        return NeverAgreed(file=name)
    here, agreed = look.layout.header, before.header
    added = ", ".join(column for column in here if column not in agreed)
    gone = ", ".join(column for column in agreed if column not in here)
    return ColumnsChanged(file=name, added=added or "–", missing=gone or "–")


def _questions(pull: Pull, name: str, kept: Kept) -> Iterator[Question]:
    """The file as it shows itself, then as the last of its sort was read: not every encoding shows itself."""
    yield Question(kept.path, name, key=kept.key)
    if before := queries.last_agreed(pull):
        mapping = Mapping.from_json(before.mapping)
        yield Question(kept.path, name, before.encoding, mapping.sheets, mapping.delimiter, kept.key)
