"""The parts that pages are made of. Each draws one template of templates/components, where its parameters are told.

A part with a body is a block: {% card title=_("Orders") %} … {% endcard %}.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from zlib import crc32

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, Widget
from django.template import Engine
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from shuke.segments.models import Activity, Journey, Quadrant, Stage, Tier
from shuke.web.templatetags.shuke import query_replace

register = template.Library()

FACE_TONES = ("green", "blue", "amber", "violet", "red", "slate")
CURSORS = ("after", "before")  # the places of keyset paging, void as soon as the order changes
STAGE_TONES = ("blue", "green", "violet", "red")
JOURNEY_TONES = ("slate", "blue", "amber", "green")
QUADRANT_TONES = ("green", "amber", "blue", "slate")

# kind → code → (words, tone, icon); a tone is a class of tokens.css.
BADGES: dict[str, dict[str, tuple[object, str, str]]] = {
    "tier": {tier.value: (tier.label, tier.value, "crown" if tier is Tier.GOLD else "medal") for tier in Tier},
    "activity": {activity.value: (activity.label, activity.value, "") for activity in Activity},
    "stage": {stage.value: (stage.label, tone, "") for stage, tone in zip(Stage, STAGE_TONES, strict=True)},
    "journey": {stage.value: (stage.label, tone, "") for stage, tone in zip(Journey, JOURNEY_TONES, strict=True)},
    "quadrant": {place.value: (place.label, tone, "") for place, tone in zip(Quadrant, QUADRANT_TONES, strict=True)},
    "alert": {
        "red": (_("Red alert"), "red", "alert-triangle"),
        "yellow": (_("Yellow alert"), "amber", "alert-triangle"),
        "blue": (_("Blue alert"), "blue", "info-circle"),
    },
    "band": {
        "A": ("A", "green", ""),
        "B": ("B", "amber", ""),
        "C": ("C", "red", ""),
        "1": ("1", "red", ""),
        "2": ("2", "amber", ""),
        "3": ("3", "slate", ""),
        "4": ("4", "blue", ""),
        "5": ("5", "green", ""),
    },
}


def draw(context: template.Context, name: str, /, **values: object) -> SafeString:
    """The component `name`, which sees the request and its own parameters, and nothing else of the page."""
    drawing = Engine.get_default().get_template(f"components/{name}.html")
    return drawing.render(context.new({"request": context.get("request"), **values}))


@lru_cache(4096, typed=True)
def draw_once(name: str, /, **values: object) -> SafeString:
    """A component that depends on nothing but its parameters: long pages repeat the same few hundreds of times.

    Words come as text in the reader's language; safe text and text to be escaped are two things (`typed`).
    """
    return Engine.get_default().get_template(f"components/{name}.html").render(template.Context(values))


def part(name: str) -> Callable[..., SafeString]:
    """Register a tag without a body."""

    @register.simple_tag(takes_context=True, name=name)
    def tag(context: template.Context, **values: object) -> SafeString:
        return draw(context, name, **values)

    return tag


def block_part(name: str) -> Callable[..., SafeString]:
    """Register a tag with a body, which the template of the component calls `body`."""

    @register.simple_block_tag(takes_context=True, name=name)
    def tag(context: template.Context, content: SafeString, **values: object) -> SafeString:
        return draw(context, name, body=content, **values)

    return tag


kpi, empty, toast, search_results = part("kpi"), part("empty"), part("toast"), part("search_results")
page_header, card, note = block_part("page_header"), block_part("card"), block_part("note")
dialog, timeline_item = block_part("dialog"), block_part("timeline_item")
kanban_column, kanban_card = block_part("kanban_column"), block_part("kanban_card")


@register.simple_block_tag(takes_context=True)
def filter_bar(context: template.Context, content: SafeString, search: str = "", **values: object) -> SafeString:
    """A form of filters that remembers the words searched for and the order of the list."""
    query = context["request"].GET
    known: dict[str, object] = {"value": query.get(search, ""), "sorted": query.get("sort", "")}
    return draw(context, "filter_bar", body=content, search=search, **(known | values))


@register.simple_tag
def badge(kind: str, code: object) -> SafeString:
    """What a code of ours is called, in its colour: {% badge "tier" customer.tier %}."""
    words, tone, icon = BADGES[kind].get(str(code), (code or "–", "slate", ""))
    return chip(words, tone=tone, icon=icon, dot=not icon and kind != "band")


@register.simple_tag
def chip(words: object, tone: str = "slate", icon: str = "", dot: bool = False) -> SafeString:
    """Any other short word in a colour: {% chip _("Birthday") tone="red" icon="cake" %}."""
    return draw_once("chip", words=str(words), tone=tone, icon=icon, dot=dot)


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """The first character of a Chinese name or the initials of a Latin one; a name keeps its colour."""
    tone = FACE_TONES[crc32(name.encode()) % len(FACE_TONES)]
    return draw_once("avatar", letters=initials(name), tone=tone, size=size)


@register.simple_tag(takes_context=True)
def reasons(context: template.Context, items: Iterable[str | dict[str, str]], inline: bool = False) -> SafeString:
    """Why something is as it is: words, or {"words", "tone", "weight"} each."""
    told = [item if isinstance(item, dict) else {"words": item} for item in items]
    return draw(context, "reasons", items=told, inline=inline)


@register.simple_tag(takes_context=True)
def progress(
    context: template.Context, value: float, most: float = 100, tone: str = "green", label: str = "", words: str = ""
) -> SafeString:
    """A bar with its figure; `words` replaces the percentage."""
    share = value / most if most else 0
    return draw(context, "progress", value=value, most=most, tone=tone, label=label, words=words or f"{share:.0%}")


@register.simple_tag(takes_context=True)
def sort_header(context: template.Context, key: str, words: str, first: str = "asc", end: bool = False) -> SafeString:
    """The head of a sortable column; its link keeps all filters and starts again at the first page."""
    current = context["request"].GET.get("sort", context.get("sort", ""))
    descending = current == f"-{key}"
    sorted_by_this = descending or current == key
    turn_down = not descending if sorted_by_this else first == "desc"
    link = query_replace(context, sort=f"-{key}" if turn_down else key, **dict.fromkeys(CURSORS))
    direction = ("descending" if descending else "ascending") if sorted_by_this else ""
    return draw(context, "sort_header", words=words, link=link, direction=direction, end=end)


@register.simple_tag(takes_context=True)
def pager(
    context: template.Context, previous: str = "", following: str = "", words: str = "", target: str = ""
) -> SafeString:
    """Back and on in a keyset list; `previous` and `following` are cursors, empty at the ends."""
    links = {
        "previous": query_replace(context, before=previous, after=None) if previous else "",
        "following": query_replace(context, after=following, before=None) if following else "",
    }
    return draw(context, "pager", words=words, target=target, **links)


@register.simple_tag(takes_context=True)
def field(context: template.Context, bound: BoundField, hint: str = "", **attrs: str) -> SafeString:
    """Label, input, hint and errors of one form field. Further parameters become attributes of the input."""
    widget = bound.field.widget
    attributes: dict[str, str | bool] = {"class": css_of(widget, invalid=bool(bound.errors))}
    attributes |= {name.replace("_", "-"): value for name, value in attrs.items()}
    drawn = bound.as_widget(attrs=attributes)
    checkbox = isinstance(widget, CheckboxInput)
    return draw(context, "field", field=bound, input=drawn, hint=hint or bound.help_text, checkbox=checkbox)


@register.simple_tag(takes_context=True)
def form_errors(context: template.Context, form: BaseForm) -> SafeString:
    """What is wrong with the form as a whole."""
    return draw(context, "form_errors", errors=form.non_field_errors())


def css_of(widget: Widget, *, invalid: bool) -> str:
    """The widget's own classes and Tabler's; a group of choices passes its classes on to its frame, so it gets none."""
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return ""
    kinds = {CheckboxInput: "form-check-input", Select: "form-select"}
    tabler = next((css for kind, css in kinds.items() if isinstance(widget, kind)), "form-control")
    return " ".join(filter(None, [widget.attrs.get("class"), tabler, "is-invalid" if invalid else ""]))


def initials(name: str) -> str:
    """王小明 → 王, Anna Bell → AB, an empty name → ?."""
    words = name.split()
    if not words:
        return "?"
    if len(words) > 1 and name.isascii():
        return (words[0][0] + words[-1][0]).upper()
    return words[0][0].upper()
