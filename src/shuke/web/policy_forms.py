"""The form of a policy, made from its pydantic body: whatever a kind registers, people can edit.

A field's `json_schema_extra={"unit": …}` says how a number is shown: "money" (minor units, shown in whole ones) or
"share" (shown in percent). Nested bodies become sections; a list of plain values is written with commas.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from shuke.core.money import from_minor, to_minor
from shuke.web.templatetags.shuke import SYMBOLS, money, number

Path = tuple[str, ...]
NEWEST = 2**31 - 1

CHOICES = {
    "by_rank": gettext_noop("rank among all customers"),
    "by_spend": gettext_noop("spend a year"),
    "month": gettext_noop("month"),
    "quarter": gettext_noop("quarter"),
    "year": gettext_noop("year"),
    "person": gettext_noop("a person"),
    "message": gettext_noop("a message"),
}

TROUBLE = {
    "missing": gettext_noop("This is needed."),
    "greater_than": gettext_noop("More than %(gt)s, please."),
    "greater_than_equal": gettext_noop("At least %(ge)s, please."),
    "less_than": gettext_noop("Less than %(lt)s, please."),
    "less_than_equal": gettext_noop("At most %(le)s, please."),
}
UNUSABLE = gettext_noop("This value cannot be used.")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a body: where it is, and what is known of it."""

    path: Path
    info: FieldInfo
    sections: tuple[str, ...]

    @property
    def name(self) -> str:
        return "__".join(self.path)

    @property
    def title(self) -> str:
        return _(self.info.title) if self.info.title else self.path[-1].replace("_", " ")

    @property
    def label(self) -> str:
        """The title with the sections around it, for places where these are not seen."""
        return " · ".join([*map(_, self.sections), self.title])

    @property
    def unit(self) -> str:
        extra = self.info.json_schema_extra
        return str(extra.get("unit", "")) if isinstance(extra, dict) else ""

    @property
    def kind(self) -> Any:
        """The type of the value, without the None that an optional one may also be."""
        return self._stated.annotation

    @property
    def optional(self) -> bool:
        return NoneType in get_args(self.info.annotation)

    def bound(self, *bounds: str) -> float | None:
        """The first of these bounds ("ge", "gt", "le", "lt") that there is, in the unit that the body keeps."""
        limits = [*self.info.metadata, *self._stated.metadata]
        told = (getattr(each, bound, None) for each in limits for bound in bounds)
        return next((value for value in told if value is not None), None)

    @property
    def _stated(self) -> FieldInfo:
        """What is known of the value where there is one; an optional one keeps its bounds within its type."""
        if not self.optional:
            return self.info
        return FieldInfo.from_annotation(next(kind for kind in get_args(self.info.annotation) if kind is not NoneType))


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a draft or a version changes."""

    label: str
    was: str
    now: str


def leaves(body: type[BaseModel], path: Path = (), sections: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """All values of a body, in the order in which it declares them."""
    for name, info in body.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from leaves(info.annotation, (*path, name), (*sections, info.title or name.replace("_", " ")))
        else:
            yield Leaf((*path, name), info, sections)


def changes(body: type[BaseModel], before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What differs between two bodies, as plain JSON, in words."""
    return [
        Change(leaf.label, shown(leaf, _at(before, leaf.path)), shown(leaf, _at(after, leaf.path)))
        for leaf in leaves(body)
        if _at(before, leaf.path) != _at(after, leaf.path)
    ]


def shown(leaf: Leaf, value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return "–"
    if leaf.unit == "money":
        return money(value)
    if leaf.unit == "share":
        return f"{_percent(value)}%"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return _choice(value) if isinstance(value, str) else number(value)


class PolicyForm(forms.Form):
    """A draft of a policy. `draft` is the valid body, or None as long as something is wrong."""

    replaces = forms.IntegerField(min_value=0, max_value=NEWEST, widget=forms.HiddenInput)

    def __init__(self, body: type[BaseModel], data=None, *, current: BaseModel, replaces: int) -> None:
        self.body = body
        self.leaves = list(leaves(body))
        stored = current.model_dump(mode="json")
        initial = {leaf.name: _as_input(leaf, _at(stored, leaf.path)) for leaf in self.leaves}
        super().__init__(data, initial={**initial, "replaces": replaces})
        self.fields |= {leaf.name: _field(leaf) for leaf in self.leaves}
        self.draft: BaseModel | None = None

    def sections(self) -> list[tuple[tuple[str, ...], list[forms.BoundField]]]:
        """The fields by the sections in which they stand."""
        grouped: dict[tuple[str, ...], list[forms.BoundField]] = {}
        for leaf in self.leaves:
            grouped.setdefault(tuple(map(_, leaf.sections)), []).append(self[leaf.name])
        return list(grouped.items())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        values: dict[str, Any] = {}
        for leaf in self.leaves:
            _put(values, leaf.path, _as_stored(leaf, cleaned[leaf.name]))
        try:
            self.draft = self.body.model_validate(values)
        except ValidationError as error:
            self._tell(error)
        return cleaned

    def _tell(self, error: ValidationError) -> None:
        """Each fault beside its field; one of the whole above them all."""
        names = {leaf.path: leaf.name for leaf in self.leaves}
        for fault in error.errors():
            path = tuple(str(step) for step in fault["loc"])
            self.add_error(names.get(path), _words(fault))


def _words(fault: Mapping[str, Any]) -> str:
    context = fault.get("ctx", {})
    if fault["type"] == "value_error":
        return _(str(context["error"]))
    return _(TROUBLE.get(fault["type"], UNUSABLE)) % context


def _field(leaf: Leaf) -> forms.Field:
    told = {
        "label": leaf.title,
        "help_text": _(leaf.info.description) if leaf.info.description else "",
        "required": not leaf.optional and leaf.kind is not bool,
    }
    if get_origin(leaf.kind) is Literal:
        return forms.ChoiceField(choices=[(code, _choice(code)) for code in get_args(leaf.kind)], **told)
    if leaf.kind is bool:
        return forms.BooleanField(**told)
    if leaf.unit or leaf.kind in {int, float}:
        return _number_field(leaf, told)
    return forms.CharField(max_length=1_000, **told)


def _number_field(leaf: Leaf, told: dict[str, Any]) -> forms.Field:
    least, most = leaf.bound("ge", "gt"), leaf.bound("le", "lt")
    if leaf.unit == "money":
        told["label"] += f" ({SYMBOLS.get(settings.SHUKE.currency, settings.SHUKE.currency)})"
        return forms.DecimalField(
            decimal_places=2,
            min_value=None if least is None else from_minor(int(least)),
            max_value=None if most is None else from_minor(int(most)),
            **told,
        )
    if leaf.unit == "share":
        told["label"] += " (%)"
        bounds = {"min_value": _percent(least), "max_value": _percent(most)}
        return forms.DecimalField(decimal_places=2, **bounds, **told)
    if leaf.kind is int:
        return forms.IntegerField(min_value=least, max_value=most, **told)
    return forms.FloatField(min_value=least, max_value=most, **told)


def _as_input(leaf: Leaf, value: Any) -> Any:
    """A stored value as its input shows it."""
    if value is None:
        return None
    if leaf.unit == "money":
        return from_minor(value)
    if leaf.unit == "share":
        return _percent(value)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _as_stored(leaf: Leaf, value: Any) -> Any:
    """What somebody has written as the body keeps it."""
    if value in (None, "") and leaf.optional:
        return None
    if leaf.unit == "money":
        return to_minor(value)
    if leaf.unit == "share":
        return float(value / 100)
    if get_origin(leaf.kind) in {list, tuple, set, frozenset}:
        return [part.strip() for part in value.replace("，", ",").split(",") if part.strip()]
    return value


def _percent(share: float | None) -> Decimal | None:
    return None if share is None else Decimal(f"{Decimal(str(share)) * 100:.2f}".rstrip("0").rstrip("."))


def _choice(code: str) -> str:
    return _(CHOICES[code]) if code in CHOICES else code.replace("_", " ")


def _at(values: Mapping[str, Any], path: Path) -> Any:
    found: Any = values
    for step in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found


def _put(values: dict[str, Any], path: Path, value: Any) -> None:
    *sections, name = path
    for step in sections:
        values = values.setdefault(step, {})
    values[name] = value
