"""The form of a rule: groups of conditions, which are added, taken away and read as one rule."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from shuke.analytics.rules import tree
from shuke.segments.models import Segment
from shuke.web.segments.conditions import FIRST, ConditionForm, as_written

WRITTEN = re.compile(r"g(\d{1,2})-c(\d{1,2})-(\w+)")
PLACE = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?")
Written = dict[str, Any]


@dataclass
class Group:
    """Conditions that belong together, as they were written."""

    match: str = "all"
    lines: list[Written] = field(default_factory=lambda: [dict(FIRST)])


class NameForm(forms.Form):
    name = forms.CharField(
        max_length=Segment._meta.get_field("name").max_length, label=gettext_lazy("Name of the segment")
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class Draft:
    """A rule while it is being written. `rule` is what it says, None as long as something is not right yet."""

    def __init__(self, match: str, groups: list[Group]) -> None:
        self.match, self.groups = match, groups or [Group()]
        self.forms = [
            [ConditionForm(_prefixed(line, f"g{g}-c{c}"), f"g{g}-c{c}") for c, line in enumerate(group.lines)]
            for g, group in enumerate(self.groups)
        ]
        self.error = ""
        self.rule = self._rule()

    @classmethod
    def of(cls, data: QueryDict) -> "Draft":
        """What somebody has written, and by which button they asked for more or less of it."""
        places = sorted({(int(at[1]), int(at[2])) for name in data if (at := WRITTEN.fullmatch(name))})
        groups: dict[int, Group] = {}
        for g, c in places:
            group = groups.setdefault(g, Group(data.get(f"g{g}-match", "all"), []))
            group.lines.append(_line(data, f"g{g}-c{c}-"))
        told = list(groups.values())
        act, _colon, place = data.get("act", "").partition(":")
        if act in ACTS:
            ACTS[act](told, *_places(place))
        draft = cls(data.get("match", "all"), [group for group in told if group.lines])
        if not any(group.lines for group in told):
            draft.rule, draft.error = None, _("Say at least one condition.")
        return draft

    @classmethod
    def saying(cls, rule: tree.Rule) -> "Draft | None":
        """The form that says this rule; None where groups within groups go deeper than the form."""
        parts = rule.of if isinstance(rule, tree.All | tree.Some) else (rule,)
        groups = [_group(part) for part in parts]
        told = [group for group in groups if group]
        return cls(rule.kind, told) if len(told) == len(parts) else None

    @property
    def sections(self) -> list[dict[str, object]]:
        """What the template draws."""
        return [
            {"place": place, "match": group.match, "conditions": conditions}
            for place, (group, conditions) in enumerate(zip(self.groups, self.forms, strict=True))
        ]

    def _rule(self) -> tree.Rule | None:
        said = [[form.rule for form in group if form.is_valid()] for group in self.forms]
        if any(len(rules) < len(group) for rules, group in zip(said, self.forms, strict=True)):
            return None
        try:
            groups = [_together(group.match, rules) for group, rules in zip(self.groups, said, strict=True)]
            return tree.read(tree.write(_together(self.match, groups)))
        except ValidationError as error:
            self.error = _trouble(error)
            return None


def _trouble(error: ValidationError) -> str:
    fault = error.errors()[0]
    if fault["type"] == "too_long":
        return _(tree.TOO_LARGE)
    told = fault.get("ctx", {}).get("error", "")
    return _(str(told)) if told else _("This value cannot be used.")


def _places(written: str) -> list[int]:
    """The group, and the line in it, that a button names."""
    at = PLACE.fullmatch(written)
    return [int(place) for place in at.groups() if place] if at else []


def _together(match: str, rules: list[tree.Rule]) -> tree.Rule:
    return tree.Some(of=tuple(rules)) if match == "any" else tree.All(of=tuple(rules))


def _group(rule: tree.Rule) -> Group | None:
    parts = rule.of if isinstance(rule, tree.All | tree.Some) else (rule,)
    plain = [part.rule if isinstance(part, tree.Not) else part for part in parts]
    if any(isinstance(part, tree.All | tree.Some | tree.Not) for part in plain):
        return None
    return Group(rule.kind if isinstance(rule, tree.All | tree.Some) else "all", list(map(as_written, parts)))


def _line(data: QueryDict, prefix: str) -> Written:
    told = {name.removeprefix(prefix): data.getlist(name) for name in data if name.startswith(prefix)}
    return {name: values if name == "values" else values[-1] for name, values in told.items()}


def _prefixed(line: Mapping[str, Any], prefix: str) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in line.items():
        data.setlist(f"{prefix}-{name}", value if isinstance(value, list) else [value])
    return data


def _add(groups: list[Group], place: int = -1, *_line: int) -> None:
    if 0 <= place < len(groups):
        groups[place].lines.append(dict(FIRST))


def _drop(groups: list[Group], place: int = -1, line: int = -1) -> None:
    if 0 <= place < len(groups) and 0 <= line < len(groups[place].lines):
        del groups[place].lines[line]


ACTS: dict[str, Callable[..., None]] = {
    "add": _add,
    "drop": _drop,
    "group": lambda groups, *_nowhere: groups.append(Group()),
}
"""The buttons of the form: a condition more in a group, one less, and a group more."""
