"""What can be wrong with a record that is sent: the words of files where they fit, and our own."""

from dataclasses import dataclass

from pydantic_core import ErrorDetails

from shuke.core.words import mark as _
from shuke.intake.checks import PROBLEMS as OF_FILES

PROBLEMS = OF_FILES | {
    "missing": _("This field must not be missing or blank."),
    "unknown_field": _("There is no such field."),
    "wrong_type": _("This is of another type than expected. Texts, amounts and quantities stand in quotes."),
    "text_unstorable": _("This text holds a character that cannot be stored."),
    "amount_or_lines": _("An order has either an amount or lines, and not both."),
    "birthday_unreadable": _("This is no birthday. Write 1990-08-15, --08-15, or lunar 1990-08-15."),
    "behaviour_unknown": _("The kind must be view, search, cart, checkout, login, join, share or other."),
    "type_unknown": _("The type must be customer, order, interaction or behaviour."),
}

_CODES = {
    "missing": "missing",
    "string_too_short": "missing",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "too_short": "missing",
    "extra_forbidden": "unknown_field",
    "greater_than_equal": "rating_unreadable",
    "less_than_equal": "rating_unreadable",
    "literal_error": "behaviour_unknown",
}
"""pydantic's name for what is wrong → ours; what is in neither table is of the wrong type."""
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of a record; `field` is blank where the record as a whole is meant."""

    code: str
    field: str = ""


def told(error: ErrorDetails) -> Problem:
    """pydantic's finding as ours. What was sent is never repeated, but for the names of fields."""
    code = error["type"] if error["type"] in PROBLEMS else _CODES.get(error["type"], "wrong_type")
    return Problem(code, ".".join(map(str, error["loc"]))[:LONGEST_NAME])
