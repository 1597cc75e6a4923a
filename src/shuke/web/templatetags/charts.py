"""Charts: the numbers as JSON for static/js/charts.js, and the same numbers as a table for everybody else."""

from collections.abc import Callable, Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shuke.web.templatetags.components import draw
from shuke.web.templatetags.shuke import money_round, number, percent

register = template.Library()

Data = Mapping[str, Any]  # as components/chart.html tells it
Cell = dict[str, str]
Writer = Callable[[Any], str]

FORMATS: dict[str, Writer] = {"number": number, "percent": percent, "money": money_round}


@register.simple_tag(takes_context=True)
def chart(context: template.Context, kind: str, data: Data, id: str, label: str, size: str = "") -> SafeString:  # noqa: A002
    """One chart; kinds and their data are told in components/chart.html."""
    head, rows = table_of(data)
    shown = {"kind": kind, "id": id, "label": label, "size": size, "head": head, "rows": rows}
    return draw(context, "chart", data=data, data_id=f"{id}-data", **shown)


def table_of(data: Data) -> tuple[list[str], list[list[Cell]]]:
    """Head and rows of the table beside a chart: every number as words, with the link to what it counts."""
    write = FORMATS[data.get("format", "number")]
    if "cells" in data:
        return _of_cells(data, write)
    if "series" in data:
        return _of_series(data, write)
    items = data.get("items") or data.get("links") or [data]
    return ["", _("Value")], [[{"words": item["label"]}, _cell(item, write)] for item in items]


def _of_series(data: Data, write: Writer) -> tuple[list[str], list[list[Cell]]]:
    head = ["", *(series["name"] for series in data["series"])]
    rows = [
        [{"words": label}, *(_cell_of(series, index, write) for series in data["series"])]
        for index, label in enumerate(data["labels"])
    ]
    return head, rows


def _of_cells(data: Data, write: Writer) -> tuple[list[str], list[list[Cell]]]:
    found = {(cell["x"], cell["y"]): _cell(cell, write) for cell in data["cells"]}
    rows = [
        [{"words": label}, *(found.get((x, y), {"words": write(None)}) for x in range(len(data["x"])))]
        for y, label in enumerate(data["y"])
    ]
    return ["", *data["x"]], rows


def _cell(item: Data, write: Writer) -> Cell:
    return {"words": write(item["value"]), "url": item.get("url", "")}


def _cell_of(series: Data, index: int, write: Writer) -> Cell:
    urls = series.get("urls") or []
    return {"words": write(series["values"][index]), "url": urls[index] if index < len(urls) else ""}
