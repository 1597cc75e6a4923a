"""One condition of a rule as fields of a form: what is asked decides which they are."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from shuke.analytics.rules import tree
from shuke.analytics.rules.fields import CATALOGUE, FIELDS, Kind, Unit
from shuke.core.money import from_minor, to_minor
from shuke.customers.models import Tag
from shuke.staff.models import Store
from shuke.web.segments.words import choices
from shuke.web.templatetags.shuke import currency_symbol

RANGE = (
    ("at_least", gettext_lazy("at least")),
    ("at_most", gettext_lazy("at most")),
    ("between", gettext_lazy("from … to")),
)
HOW = {
    Kind.NUMBER: RANGE,
    Kind.CHOICE: (("is", gettext_lazy("is")), ("is_not", gettext_lazy("is not"))),
    Kind.DAY: (
        ("within", gettext_lazy("within the last")),
        ("before", gettext_lazy("longer ago than")),
        ("never", gettext_lazy("never")),
    ),
    Kind.FLAG: (("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))),
    "tag": (("has", gettext_lazy("has")), ("has_not", gettext_lazy("does not have"))),
    "orders": RANGE,
    "money": RANGE,
}
FACTS = (
    ("orders_within", gettext_lazy("Orders of the last days")),
    ("money_within", gettext_lazy("Money of the last days")),
    ("tag", gettext_lazy("Tag")),
)
FIRST = {"about": "days_since_last", "how": "at_least", "low": "90"}
"""What a new condition asks until somebody chooses."""


def topics() -> list[tuple[str, list[tuple[str, str]]]]:
    """All that may be asked, in two groups."""
    return [
        (_("What they did"), [(key, str(words)) for key, words in FACTS]),
        (_("What is known of them"), [(asked.key, _(asked.title)) for asked in CATALOGUE]),
    ]


class ConditionForm(forms.Form):
    """A condition as it was written; `rule` is what it says, once it is valid."""

    def __init__(self, data: Mapping[str, Any], prefix: str) -> None:
        about = data.get(f"{prefix}-about")
        self.about = about if about in FIELDS or about in dict(FACTS) else FIRST["about"]
        self.rule: tree.Rule | None = None
        super().__init__(data, prefix=prefix)
        self.fields["about"] = forms.ChoiceField(choices=topics(), label=_("What is asked"))
        self.fields |= self._fields()
        for name, field in self.fields.items():
            field.widget.attrs |= {"aria-label": field.label, "class": self.css(name)}

    def css(self, name: str) -> str:
        """Tabler's class of a field."""
        field = self.fields[name]
        if isinstance(field.widget, forms.CheckboxSelectMultiple):
            return ""
        return "form-select" if isinstance(field.widget, forms.Select) else "form-control"

    @property
    def unit(self) -> str:
        """What stands before or behind the number."""
        if self.about == "money_within" or (self.about in FIELDS and FIELDS[self.about].unit is Unit.MONEY):
            return currency_symbol()
        if self.about in FIELDS and FIELDS[self.about].unit is Unit.DAYS:
            return _("days")
        return "%" if self.about in FIELDS and FIELDS[self.about].unit is Unit.SHARE else ""

    @property
    def has_both_bounds(self) -> bool:
        return self["how"].value() == "between"

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if self.errors:
            return told
        try:
            self.rule = READERS[self._kind](self.about, told)
        except ValidationError as error:
            words = error.errors()[0].get("ctx", {}).get("error", "")
            self.add_error(NON_FIELD_ERRORS, _(str(words)) if words else _("This value cannot be used."))
        return told

    @property
    def _kind(self) -> str:
        return FIELDS[self.about].kind if self.about in FIELDS else self.about

    def _fields(self) -> dict[str, forms.Field]:
        return WRITTEN[self._kind](self)

    def range_fields(self) -> dict[str, forms.Field]:
        """A number, or two."""
        bounds = {"decimal_places": 2, "max_digits": 15}
        between = self.data.get(f"{self.prefix}-how") == "between"
        low = forms.DecimalField(**bounds, label=_("Value"))
        return {"how": _how(RANGE), "low": low} | (
            {"high": forms.DecimalField(**bounds, label=_("Upper bound"))} if between else {}
        )

    def choice_fields(self) -> dict[str, forms.Field]:
        asked = FIELDS[self.about]
        widget = forms.SelectMultiple if asked.listed else forms.CheckboxSelectMultiple
        values = forms.MultipleChoiceField(choices=choices(asked), widget=widget, label=_(asked.title))
        return {"how": _how(HOW[Kind.CHOICE]), "values": values}

    def day_fields(self) -> dict[str, forms.Field]:
        never = self.data.get(f"{self.prefix}-how") == "never"
        return {"how": _how(HOW[Kind.DAY])} | ({} if never else {"days": _days()})

    def flag_fields(self) -> dict[str, forms.Field]:
        return {"how": _how(HOW[Kind.FLAG])}

    def tag_fields(self) -> dict[str, forms.Field]:
        return {"how": _how(HOW["tag"]), "tag": forms.ModelChoiceField(Tag.objects.all(), label=_("Tag"))}

    def bought_fields(self) -> dict[str, forms.Field]:
        return (
            {"days": _days()}
            | self.range_fields()
            | {
                "store": _optional(_("All stores"), [(str(store.pk), store.name) for store in Store.objects.all()]),
                "channel": _text(_("Any channel"), suggestions="channels"),
                "category": _text(_("Any category"), suggestions="categories"),
            }
        )


def _how(ways) -> forms.ChoiceField:
    return forms.ChoiceField(choices=ways, label=_("How"))


def _days() -> forms.IntegerField:
    return forms.IntegerField(min_value=0, max_value=tree.MOST_DAYS, label=_("days"))


def _optional(label: str, known: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[("", label), *known], required=False, label=label)


def _text(label: str, *, suggestions: str) -> forms.CharField:
    hints = {"list": suggestions, "placeholder": label, "autocomplete": "off"}
    return forms.CharField(max_length=tree.LONGEST, required=False, label=label, widget=forms.TextInput(attrs=hints))


WRITTEN: dict[str, Callable[[ConditionForm], dict[str, forms.Field]]] = {
    Kind.NUMBER: ConditionForm.range_fields,
    Kind.CHOICE: ConditionForm.choice_fields,
    Kind.DAY: ConditionForm.day_fields,
    Kind.FLAG: ConditionForm.flag_fields,
    "tag": ConditionForm.tag_fields,
    "orders_within": ConditionForm.bought_fields,
    "money_within": ConditionForm.bought_fields,
}


def _bounds(told: Mapping[str, Any], unit: Unit) -> dict[str, float]:
    low = _kept(told["low"], unit)
    if told["how"] == "between":
        return {"at_least": low, "at_most": _kept(told["high"], unit)}
    return {told["how"]: low}


def _kept(value: Decimal, unit: Unit) -> float:
    if unit is Unit.MONEY:
        return to_minor(value)
    if unit is Unit.SHARE:
        return float(value) / 100
    return int(value) if value == int(value) else float(value)


def _number(about: str, told: Mapping[str, Any]) -> tree.Rule:
    return tree.Number(field=about, **_bounds(told, FIELDS[about].unit))


def _choice(about: str, told: Mapping[str, Any]) -> tree.Rule:
    rule = tree.Choice(field=about, one_of=tuple(told["values"]))
    return tree.Not(rule=rule) if told["how"] == "is_not" else rule


def _tagged(_about: str, told: Mapping[str, Any]) -> tree.Rule:
    rule = tree.Tag(tag=told["tag"].pk)
    return tree.Not(rule=rule) if told["how"] == "has_not" else rule


def _bought(about: str, told: Mapping[str, Any]) -> tree.Rule:
    measure, unit = ("money", Unit.MONEY) if about == "money_within" else ("orders", Unit.COUNT)
    return tree.Bought(
        measure=measure,
        days=told["days"],
        store=int(told["store"]) if told["store"] else None,
        channel=told["channel"] or None,
        category=told["category"] or None,
        **_bounds(told, unit),
    )


READERS: dict[str, Callable[[str, Mapping[str, Any]], tree.Rule]] = {
    Kind.NUMBER: _number,
    Kind.CHOICE: _choice,
    Kind.DAY: lambda about, told: tree.Day(field=about, how=told["how"], days=told.get("days") or 0),
    Kind.FLAG: lambda about, told: tree.Flag(field=about, holds=told["how"] == "yes"),
    "tag": _tagged,
    "orders_within": _bought,
    "money_within": _bought,
}


def as_written(rule: tree.Rule) -> dict[str, Any]:
    """What somebody would have written to say this condition, or its opposite."""
    turned = isinstance(rule, tree.Not)
    condition = rule.rule if isinstance(rule, tree.Not) else rule
    match condition:
        case tree.Number():
            return {"about": condition.field} | _written_bounds(condition, FIELDS[condition.field].unit)
        case tree.Choice():
            return {"about": condition.field, "how": "is_not" if turned else "is", "values": list(condition.one_of)}
        case tree.Day():
            return {"about": condition.field, "how": condition.how, "days": str(condition.days)}
        case tree.Flag():
            return {"about": condition.field, "how": "yes" if condition.holds is not turned else "no"}
        case tree.Tag():
            return {"about": "tag", "how": "has_not" if turned else "has", "tag": str(condition.tag)}
    return _written_purchase(condition)


def _written_purchase(condition: tree.Bought) -> dict[str, Any]:
    unit = Unit.MONEY if condition.measure == "money" else Unit.COUNT
    where = {"store": condition.store, "channel": condition.channel, "category": condition.category}
    return (
        {"about": f"{condition.measure}_within", "days": str(condition.days)}
        | _written_bounds(condition, unit)
        | {name: str(value) for name, value in where.items() if value is not None}
    )


def _written_bounds(bounds: tree.Number | tree.Bought, unit: Unit) -> dict[str, str]:
    low, high = (None if each is None else _shown(each, unit) for each in (bounds.at_least, bounds.at_most))
    if low is not None and high is not None:
        return {"how": "between", "low": low, "high": high}
    return {"how": "at_least", "low": low} if low is not None else {"how": "at_most", "low": high or ""}


def _shown(value: float, unit: Unit) -> str:
    if unit is Unit.MONEY:
        return str(from_minor(int(value)))
    return f"{value * 100:g}" if unit is Unit.SHARE else str(value)
