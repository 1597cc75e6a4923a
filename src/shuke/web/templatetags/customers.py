"""Parts of the pages about customers."""

from django import forms, template
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from shuke.history.models import Order
from shuke.history.queries import Moment
from shuke.web.customers import acts
from shuke.web.templatetags.components import BADGES
from shuke.web.templatetags.shuke import SYMBOLS

register = template.Library()

CHANNELS = {
    "phone": _("Phone call"),
    "call": _("Phone call"),
    "sms": _("Text message"),
    "email": _("E-mail"),
    "wechat": _("WeChat"),
    "visit": _("Visit"),
    "store": _("In the store"),
}


OWN_KEYS = ("row:", "phone:", "email:")
"""How keys begin that were made from what a record says."""


@register.inclusion_tag("components/filter_select.html")
def list_select(form: forms.Form, name: str) -> dict[str, object]:
    """One filter of the list as a select."""
    field = form.fields[name]
    choices = [(code, words) for code, words in field.choices if code not in {"", None}]
    value = form.cleaned_data.get(name)
    return {"name": name, "label": field.label, "choices": choices, "value": getattr(value, "pk", value)}


@register.filter
def any_set(form: forms.Form, names: str) -> bool:
    """Is one of these fields set?"""
    return any(form.cleaned_data.get(name) for name in names.split())


@register.filter
def has_choices(form: forms.Form, name: str) -> bool:
    """Is there anything to choose?"""
    return any(code not in {"", None} for code, _words in form.fields[name].choices)


@register.filter
def part(moment: Moment) -> str:
    """The template that draws a moment of the timeline."""
    return f"customers/timeline/{moment.kind}.html"


@register.filter
def when(moment: Moment) -> str:
    """When it was: to the minute, or the day alone where no more is known."""
    at = timezone.localtime(moment.at)
    return date_format(at, "Y-m-d H:i") if moment.exact else date_format(at, "Y-m-d")


@register.filter
def membership_words(code: str, kind: str) -> str:
    """What a tier or an activity is called."""
    words, _tone, _icon = BADGES[kind].get(code, (code, "", ""))
    return str(words)


@register.filter
def channel_words(code: str) -> str:
    """What a channel is called; unknown ones stay as they are."""
    return str(CHANNELS.get(code, code))


@register.filter
def acts_in_words(of_a_day: list[dict]) -> str:
    """What a customer did in the shop on one day."""
    return acts.in_words(of_a_day)


@register.filter
def order_facts(order: Order) -> str:
    """Its number, status, store and channel, as far as they are known."""
    facts = (source_number(order.source_key), order.status, order.store, order.channel)
    return " · ".join(str(fact) for fact in facts if fact)


@register.filter
def source_number(key: str) -> str:
    """The number by which a source knows a record; blank where it has none and the key is ours."""
    return "" if key.startswith(OWN_KEYS) else key


@register.filter
def unit_price(price: int) -> str:
    """12345 (1/10,000 of the unit) → ¥1.2345, ¥1.20 where two decimals say it all."""
    whole, rest = divmod(abs(price), 10_000)
    decimals = f"{rest:04d}".rstrip("0").ljust(2, "0")
    return f"{'-' if price < 0 else ''}{SYMBOLS.get(settings.SHUKE.currency, '')}{whole:,}.{decimals}"
