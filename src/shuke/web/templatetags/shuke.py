"""Values as people read them, icons, and links that keep the rest of the query."""

import re
from decimal import Decimal
from functools import lru_cache

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from shuke.segments.queries import COUNTED

register = template.Library()

SYMBOLS = {"CNY": "¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "USD": "$"}
NOTHING = "–"

# A date is no number to hide; it is matched first so that the second branch never sees it.
LONG_NUMBER = re.compile(
    r"(?P<date>(?<!\d)(?:19|20)\d\d([-/.])\d{1,2}\2\d{1,2}(?!\d)(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?)"
    r"|(?P<number>\d(?:[\s().\-–—]{0,2}\d){6,}[Xx]?)"
)


@register.filter
def money(minor: int | None, currency: str = "") -> str:
    """123450 (分) → ¥1,234.50; in the installation's currency unless another is named."""
    return _amount(minor, currency, digits=2)


@register.filter
def money_round(minor: int | None, currency: str = "") -> str:
    """8640012 (分) → ¥86,400, for cards and lists where 分 are noise."""
    return _amount(minor, currency, digits=0)


@register.filter
def money_short(minor: int | None, currency: str = "") -> str:
    """8640012 (分) → ¥8.6万 in Chinese, ¥86.4K in English."""
    if minor is None:
        return NOTHING
    sign = "-" if minor < 0 else ""
    return f"{sign}{_symbol(currency)}{short(Decimal(abs(minor)) / 100)}"


@register.simple_tag
def currency_symbol() -> str:
    """What stands before an amount of this installation: ¥."""
    return _symbol("")


@register.filter
def number(value: float | None) -> str:
    """3728 → 3,728. Django's own Chinese format groups nothing, and no shop writes that way."""
    return NOTHING if value is None else f"{value:,}"


@register.filter
def counted(count: int) -> str:
    """3728 → 3,728; beyond COUNTED nobody counts on: 10,000+."""
    return f"{COUNTED:,}+" if count > COUNTED else number(count)


@register.filter
def short(value: Decimal | float | None) -> str:
    """86400 → 8.6万 in Chinese, 86.4K in English; small numbers stay whole."""
    if value is None:
        return NOTHING
    exact = Decimal(value)
    for size, unit in _units():
        if abs(exact) >= max(size, 10_000):
            return f"{exact / size:,.1f}".removesuffix(".0") + unit
    return f"{exact:,.0f}"


@register.filter
def percent(share: float | None, digits: int = 1) -> str:
    """0.764 → 76.4%."""
    return NOTHING if share is None else f"{share * 100:.{digits}f}%"


@register.filter
def days(count: int | None) -> str:
    """34 → 34 days, 34 天."""
    if count is None:
        return NOTHING
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": number(count)}


@register.filter
def days_ago(count: int | None) -> str:
    """0 → today, 1 → yesterday, 34 → 34 days ago."""
    if count is None:
        return NOTHING
    if count < 2:
        return _("yesterday") if count else _("today")
    return _("%(count)s days ago") % {"count": number(count)}


@register.filter
def mask_numbers(text: str | None) -> str:
    """Hide phone, card and identity numbers inside free text: 138 1234 5678 → 138****5678."""
    return LONG_NUMBER.sub(_masked, text or "")


@register.simple_tag
@lru_cache(1024, typed=True)
def icon(name: str, label: str = "", css: str = "") -> str:
    """One icon of frontend/icons.txt; without a label it is decoration and hidden from screen readers."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    sprite = static("vendor/icons.svg")
    return format_html('<svg class="icon {}" {} focusable="false"><use href="{}#{}"/></svg>', css, spoken, sprite, name)


@register.simple_tag(takes_context=True)
def query_replace(context: template.Context, **changes: object) -> str:
    """The query of this page with some parameters changed, and those set to None or empty left out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"


def _amount(minor: int | None, currency: str, *, digits: int) -> str:
    if minor is None:
        return NOTHING
    sign = "-" if minor < 0 else ""
    return f"{sign}{_symbol(currency)}{Decimal(abs(minor)) / 100:,.{digits}f}"


def _symbol(currency: str) -> str:
    code = currency or settings.SHUKE.currency
    return SYMBOLS.get(code, f"{code} ")


def _units() -> list[tuple[int, str]]:
    """Size and sign of the units of this language, the greatest first; below the least, numbers stay whole."""
    if (get_language() or "").startswith("zh"):
        return [(100_000_000, "亿"), (10_000, "万")]
    return [(1_000_000, "M"), (1_000, "K")]


def _masked(match: re.Match[str]) -> str:
    if match["date"]:
        return match["date"]
    figures = re.sub(r"[^\dXx]", "", match["number"])
    return f"{figures[:3]}****{figures[-4:]}" if len(figures) >= 11 else f"****{figures[-3:]}"
