"""A day in the shop in one line: what a customer did, kind by kind."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_noop, ngettext

from shuke.history.models import Behaviour

MOST_NAMED = 3
WITH_SUBJECTS = {
    Behaviour.Kind.SEARCH: gettext_noop("searched for %(subjects)s"),
    Behaviour.Kind.CART: gettext_noop("put %(subjects)s into the cart"),
    Behaviour.Kind.CHECKOUT: gettext_noop("went to the checkout with %(subjects)s"),
    Behaviour.Kind.JOIN: gettext_noop("took part in %(subjects)s"),
    Behaviour.Kind.SHARE: gettext_noop("shared %(subjects)s"),
    Behaviour.Kind.OTHER: gettext_noop("did something else: %(subjects)s"),
}
"""How a kind is said where it is known what was meant; a log-in is one whatever it is called."""


def in_words(acts: Iterable[Mapping[str, Any]]) -> str:
    """What was done on a day ({"kind", "times", "subjects"} each), in the order in which kinds are declared."""
    of_kind = {act["kind"]: act for act in acts}
    return capfirst(" · ".join(_said(of_kind[kind]) for kind in Behaviour.Kind.values if kind in of_kind))


def _said(act: Mapping[str, Any]) -> str:
    kind = Behaviour.Kind(act["kind"])
    if kind == Behaviour.Kind.VIEW:
        return ngettext("looked at a page", "looked at %(count)s pages", act["times"]) % {"count": act["times"]}
    if act["subjects"] and kind in WITH_SUBJECTS:
        return gettext(WITH_SUBJECTS[kind]) % {"subjects": _named(act["subjects"])}
    return str(kind.label)


def _named(subjects: list[str]) -> str:
    return ", ".join(subjects[:MOST_NAMED]) + (" …" if len(subjects) > MOST_NAMED else "")
