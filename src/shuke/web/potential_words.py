"""Suggestions and patterns as sentences, or why there are none."""

from collections.abc import Mapping, Sequence

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from shuke.analytics.potential.parameters import Pattern, Potential, Rule, Shortfall
from shuke.analytics.potential.words import KINDS, SHORTFALLS
from shuke.scoring.buying import Suggested, excludable
from shuke.suggestions.models import Suggestion
from shuke.web.goods import names
from shuke.web.templatetags.shuke import days, money_round, number, percent

__all__ = ["KINDS", "because", "lacking", "shortfalls", "told"]

BECAUSE = {
    "next": gettext_noop("Of %(of)s who bought %(left)s, %(rate)s came to it within %(window)s; usual: %(usual)s"),
    "complement": gettext_noop("Of %(of)s orders with %(left)s, %(rate)s hold it too; usual: %(usual)s"),
    "upgrade": gettext_noop("Of %(of)s who bought %(left)s, %(rate)s came to it within %(window)s; usual: %(usual)s"),
}


def told(made: Sequence[Suggested], learned: Potential) -> list[dict[str, object]]:
    """Each suggestion with its name, its reason and what it may bring, the dearest first."""
    known = names({item for one in made for item in (one.item, one.because)}, learned.goods)
    return [
        {
            "suggestion": one,
            "kind": _(KINDS[one.kind]),
            "name": known[one.item],
            "excludable": excludable(one.item, learned.goods),
            "because": because(one.kind, one, known[one.because], window_days=learned.window_days),
            "worth": worth(one.expected, one.amount),
        }
        for one in made
    ]


def because(kind: str, rule: Suggested | Suggestion | Rule, left: str, *, window_days: int) -> SafeString:
    """Of 412 who bought tea, 37 % came to it within 90 days; usual: 9 %."""
    numbers = {
        "of": number(rule.of),
        "rate": percent(rule.rate, 0),
        "usual": percent(rule.usual, 0 if rule.usual >= 0.02 else 1),
        "window": days(window_days),
    }
    named = format_html('<span translate="no">{}</span>', left)
    return mark_safe(escape(_(BECAUSE[kind])) % {**numbers, "left": named})  # noqa: S308  its parts are escaped


def worth(expected: int, amount: int) -> str:
    return _("about %(amount)s in one order; times the chance %(expected)s") % {
        "amount": money_round(amount),
        "expected": money_round(expected),
    }


def lacking(learned: Potential) -> list[str]:
    """Why nothing is suggested to a customer: what was missing in the whole shop, or nothing fits this one."""
    used = [pattern for pattern in learned.patterns if pattern.rules]
    if used:
        return [
            _("Nothing bought in the last %(window)s leads to something new.") % {"window": days(learned.window_days)}
        ]
    return shortfalls(learned.patterns[0])


def shortfalls(pattern: Pattern) -> list[str]:
    """What was missing for rules of one kind."""
    return [_words(each) for each in pattern.shortfalls]


def _words(missing: Shortfall) -> str:
    numbers: Mapping[str, str] = {"have": f"{missing.have:,.0f}", "need": f"{missing.need:,.0f}"}
    return _(SHORTFALLS[missing.code]) % numbers
