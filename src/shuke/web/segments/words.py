"""A rule as people say it, in the reader's language."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from shuke.analytics.rules import tree
from shuke.analytics.rules.fields import FIELDS, Field, Unit
from shuke.customers.models import Tag
from shuke.scoring.queries import live_groups
from shuke.staff.models import Store, User
from shuke.web import cluster_words
from shuke.web.templatetags.shuke import days, money, number, percent

GONE = "#{}"
"""A record that a rule names and that is no more."""


def sentence(rule: tree.Rule) -> str:
    """The whole rule in one line; what belongs together stands in brackets."""
    if isinstance(rule, tree.All | tree.Some):
        between = _(", and ") if isinstance(rule, tree.All) else _(", or ")
        return between.join(_part(each, alone=len(rule.of) == 1) for each in rule.of)
    if isinstance(rule, tree.Not):
        return _opposite(rule.rule)
    return _condition(rule)


def _part(rule: tree.Rule, *, alone: bool) -> str:
    several = isinstance(rule, tree.All | tree.Some) and len(rule.of) > 1
    return _("(%(rule)s)") % {"rule": sentence(rule)} if several and not alone else sentence(rule)


def _opposite(rule: tree.Rule) -> str:
    match rule:
        case tree.Tag():
            return _("does not have the tag %(tag)s") % {"tag": _tag(rule)}
        case tree.Choice():
            return _("%(field)s is not %(values)s") % _choice(rule)
    return _("not (%(rule)s)") % {"rule": sentence(rule)}


def _condition(rule: tree.Rule) -> str:
    match rule:
        case tree.Number():
            asked = FIELDS[rule.field]
            return _("%(field)s %(range)s") % {"field": _(asked.title), "range": _range(rule, asked.unit)}
        case tree.Choice():
            return _("%(field)s is %(values)s") % _choice(rule)
        case tree.Day():
            return _day(rule)
        case tree.Flag():
            return _yes_or_no(rule)
        case tree.Tag():
            return _("has the tag %(tag)s") % {"tag": _tag(rule)}
    return _bought(rule)


def _range(bounds: tree.Number | tree.Bought, unit: Unit) -> str:
    low, high = (None if each is None else _value(each, unit) for each in (bounds.at_least, bounds.at_most))
    if low == high:
        return _("exactly %(value)s") % {"value": low}
    if high is None:
        return _("at least %(value)s") % {"value": low}
    if low is None:
        return _("at most %(value)s") % {"value": high}
    return _("from %(low)s to %(high)s") % {"low": low, "high": high}


def _value(value: float, unit: Unit) -> str:
    shown = {Unit.MONEY: money, Unit.DAYS: days, Unit.SHARE: percent, Unit.COUNT: number}
    return shown[unit](value)


def _choice(rule: tree.Choice) -> dict[str, str]:
    asked = FIELDS[rule.field]
    words = dict(choices(asked))
    return {"field": _(asked.title), "values": _either(words.get(value, GONE.format(value)) for value in rule.one_of)}


def _either(values: Iterable[str]) -> str:
    return _(" or ").join(values)


def choices(asked: Field) -> list[tuple[str, str]]:
    """What a field can be, as value and words; records of the installation by their names."""
    if asked.listed == "stores":
        return [(str(store.pk), store.name) for store in Store.objects.all()]
    if asked.listed == "owners":
        return [(str(user.pk), str(user)) for user in User.objects.all()]
    if asked.listed == "clusters":
        return cluster_words.choices(live_groups())
    return [(value, _(words)) for value, words in asked.choices]


def _yes_or_no(rule: tree.Flag) -> str:
    field = _(FIELDS[rule.field].title)
    return _("%(field)s: yes") % {"field": field} if rule.holds else _("%(field)s: no") % {"field": field}


def _day(rule: tree.Day) -> str:
    asked = {"field": _(FIELDS[rule.field].title), "days": days(rule.days)}
    if rule.how == "never":
        return _("%(field)s: never") % asked
    if rule.how == "before":
        return _("%(field)s more than %(days)s ago") % asked
    return _("%(field)s within the last %(days)s") % asked


def _tag(rule: tree.Tag) -> str:
    tag = Tag.objects.filter(pk=rule.tag).first()
    return f"#{tag}" if tag else GONE.format(rule.tag)


def _bought(rule: tree.Bought) -> str:
    unit = Unit.MONEY if rule.measure == "money" else Unit.COUNT
    told = {"days": days(rule.days), "range": _range(rule, unit), "where": _where(rule)}
    if rule.measure == "money":
        return _("bought for %(range)s in the last %(days)s%(where)s") % told
    return _("orders in the last %(days)s%(where)s: %(range)s") % told


def _where(rule: tree.Bought) -> str:
    store = Store.objects.filter(pk=rule.store).first() if rule.store else None
    parts = [str(store) if store else rule.store and GONE.format(rule.store), rule.channel, rule.category]
    told = " · ".join(str(part) for part in parts if part)
    return _(" (%(what)s)") % {"what": told} if told else ""
