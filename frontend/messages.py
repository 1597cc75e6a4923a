"""The catalogue of words: `python frontend/messages.py` brings django.po up to date with Python and templates.

Babel reads both, so that no gettext tools are needed. Django itself turns a template into calls that Babel knows.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src/shuke"
CHINESE = SOURCES / "locale/zh_Hans/LC_MESSAGES/django.po"

LAZY = {
    f"{name}_{kind}": DEFAULT_KEYWORDS[name]
    for name in ("gettext", "ngettext", "pgettext", "npgettext")
    for kind in ("lazy", "noop")
}
KEYWORDS = DEFAULT_KEYWORDS | LAZY | {"mark": None}  # core.words.mark is gettext_noop for packages without Django


def extract_template(file, keywords, comment_tags, options) -> Iterator[tuple]:
    """Messages of one Django template, for Babel."""
    calls = templatize(file.read().decode("utf-8"))
    # What is not a call is blanked out; only its indentation could still trouble Python's tokenizer.
    lines = "\n".join(line.strip() for line in calls.splitlines())
    return extract_python(io.BytesIO(lines.encode("utf-8")), keywords, comment_tags, {"encoding": "utf-8"})


METHODS = [
    ("**/migrations/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", extract_template),
    ("**/templates/**.txt", extract_template),
]


def words_in_source() -> Catalog:
    """Every string that is marked for translation, with the files that say it."""
    found = Catalog()
    messages = extract_from_dir(
        SOURCES, METHODS, keywords=KEYWORDS, comment_tags=["Translators:"], strip_comment_tags=True
    )
    for path, _line, words, comments, context in messages:
        found.add(words, locations=[(path, None)], auto_comments=comments, context=context)
    return found


def chinese() -> Catalog:
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def untranslated() -> list[str]:
    """Strings without a sure Chinese translation, each with the first file that says it."""
    known = chinese()
    missing = []
    for message in words_in_source():
        if not message.id:
            continue
        translation = known.get(message.id, message.context)
        if translation is None or translation.fuzzy or not all(as_forms(translation.string)):
            missing.append(f"{message.id!r} ({message.locations[0][0]})")
    return missing


def as_forms(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


def update() -> None:
    """Add what is new with an empty translation, and drop what nobody says any more."""
    catalogue, source = chinese(), words_in_source()
    source.creation_date = catalogue.creation_date  # or every run would change the file
    catalogue.update(source, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with CHINESE.open("wb") as file:
        write_po(file, catalogue, sort_by_file=True, include_lineno=False, width=110)


if __name__ == "__main__":
    update()
    missing = untranslated()
    sys.exit("\n".join(["Without a Chinese translation:", *missing]) if missing else 0)
