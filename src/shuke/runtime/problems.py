"""What can go wrong with an installation and be put right by a person."""

from collections.abc import Callable

from shuke.core.errors import ShukeError
from shuke.core.words import mark


class Problem(ShukeError):
    """A foreseen failure with a remedy; both take the same params."""

    code = "installation"
    remedy = ""

    def advice(self, translate: Callable[[str], str] = mark) -> str:
        """What to do about it, in the reader's language; empty when there is nothing to do."""
        return translate(self.remedy) % self.shown(translate) if self.remedy else ""
