"""The model page's part about suggestions: from what they were learned, and what they were worth."""

from django.utils.translation import gettext as _

from shuke.analytics.potential.parameters import Measured, Pattern, Potential
from shuke.web.goods import names
from shuke.web.potential_words import KINDS, because, shortfalls
from shuke.web.templatetags.shuke import number, percent

RULES_SHOWN = 8


def tell(learned: Potential | None) -> dict[str, object] | None:
    """What was learned of each kind; None of a run that did not try."""
    if learned is None:
        return None
    shown = [rule for pattern in learned.patterns for rule in pattern.rules[:RULES_SHOWN]]
    known = names({item for rule in shown for item in (rule.left, rule.right)}, learned.goods)
    return {
        "learned": learned,
        "by_category": learned.goods == "category",
        "patterns": [_pattern(pattern, learned, known) for pattern in learned.patterns],
    }


def _pattern(pattern: Pattern, learned: Potential, known: dict[str, str]) -> dict[str, object]:
    return {
        "kind": _(KINDS[pattern.kind]),
        "lacking": shortfalls(pattern),
        "pairs": number(pattern.pairs),
        "measured": _measured(pattern.measured) if pattern.measured else None,
        "rules": [
            {
                "name": known[rule.right],
                "because": because(pattern.kind, rule, known[rule.left], window_days=learned.window_days),
            }
            for rule in pattern.rules[:RULES_SHOWN]
        ],
    }


def _measured(told: Measured) -> dict[str, object]:
    return {
        "cut_on": told.cut_on,
        "until": told.until,
        "customers": number(told.customers),
        "suggested_to": number(told.suggested_to),
        "rows": [
            {"name": _("these suggestions"), "first": percent(told.hit_first), "three": percent(told.hit_three)},
            {"name": _("what most buy"), "first": percent(told.popular_first), "three": percent(told.popular_three)},
        ],
        "low": f"{told.low * 100:+.1f}",
    }
