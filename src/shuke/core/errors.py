"""Foreseen failures: a stable code for programs, a sentence for people."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from shuke.core.words import mark as _


class ShukeError(Exception):
    """A foreseen failure; subclasses stand beside the function that raises them."""

    code = "error"
    message = _("Something went wrong.")
    marked: ClassVar[tuple[str, ...]] = ()
    """Params that are marked words themselves, translated with the sentence."""

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(self.message % params)

    def words(self, translate: Callable[[str], str] = _) -> str:
        """The sentence in the reader's language, given that language's `gettext`."""
        return translate(self.message) % self.shown(translate)

    def shown(self, translate: Callable[[str], str] = _) -> dict[str, object]:
        """The params as the reader sees them."""
        words = {name: translate(str(self.params[name])) for name in self.marked if self.params.get(name)}
        return self.params | words


class NotFound(ShukeError):
    """There is no such thing, or not for you: both give the same answer."""

    code = "not_found"
    message = _("There is no such record.")


class Conflict(ShukeError):
    """Somebody was faster, or the record has changed since it was read."""

    code = "conflict"
    message = _("The record has changed since you opened it.")


class Refused(ShukeError):
    """A rule or a missing right stands against it."""

    code = "refused"
    message = _("You may not do this.")


class Invalid(ShukeError):
    """The input cannot be used as it is."""

    code = "invalid"
    message = _("The input is not valid.")


def told_again(code: str, params: Mapping[str, Any]) -> ShukeError:
    """The failure that was kept or sent as its code and params; KeyError if no failure has that code."""
    return {known.code: known for known in _all_kinds(ShukeError)}[code](**params)


def _all_kinds(error: type[ShukeError]) -> Iterator[type[ShukeError]]:
    yield error
    for kind in error.__subclasses__():
        yield from _all_kinds(kind)
