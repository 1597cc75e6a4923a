"""Words and colours of the call list, the board and the imports."""

import re
from collections.abc import Mapping

from django import template

from shuke.followups import reasons
from shuke.followups.models import Outcome
from shuke.web.templatetags.shuke import mask_numbers

register = template.Library()

EMAIL = re.compile(r"([\w.+-])[\w.+-]*@([\w-]+\.[\w.-]+)")


@register.filter
def tone_of(outcome: str, tones: Mapping[str, str]) -> str:
    """The colour of an outcome."""
    return tones.get(outcome, "slate")


@register.filter
def outcome_words(outcome: str) -> str:
    """What an outcome is called; words of another system stay as they are."""
    return str(Outcome(outcome).label) if outcome in Outcome.values else outcome


@register.filter
def reason_words(reason: reasons.Reason) -> str:
    """One reason of a follow-up in the reader's language."""
    return reasons.words(reason)


@register.filter
def mask_contacts(text: str) -> str:
    """Free text with its phone numbers and e-mail addresses hidden: anna@example.com → a***@example.com."""
    return mask_numbers(EMAIL.sub(r"\1***@\2", text))
