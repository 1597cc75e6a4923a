"""How commands speak: in the installation's language, results on standard output, all else on standard error."""

import gettext
import os
from functools import cache
from pathlib import Path

from rich.console import Console

from shuke.core.errors import ShukeError
from shuke.runtime.problems import Problem

LOCALE = Path(__file__).parents[1] / "locale"
FOLDERS = {"zh-hans": "zh_Hans", "en": "en"}

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@cache
def _catalogue() -> gettext.NullTranslations:
    """Read by the standard library, so that words are there before Django and after a wrong setting."""
    language = FOLDERS.get(os.environ.get("SHUKE_LANGUAGE", "zh-hans"), "zh_Hans")
    return gettext.translation("django", LOCALE, languages=[language], fallback=True)


def translate(text: str) -> str:
    """`text` in the installation's language."""
    return _catalogue().gettext(text) if text else text


def say(text: str, **params: object) -> None:
    """A line on standard error: progress and news, never the result itself."""
    err.print(translate(text) % params if params else translate(text), markup=False)


def say_failure(failure: ShukeError) -> None:
    """What went wrong and what to do about it."""
    err.print(failure.words(translate), style="bold red", markup=False)
    if isinstance(failure, Problem) and (advice := failure.advice(translate)):
        err.print(advice, markup=False)
