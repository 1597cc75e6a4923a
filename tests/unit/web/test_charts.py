import json
import re

from shuke.web.templatetags.charts import table_of


def words(rows: list[list[dict]]) -> list[list[str]]:
    return [[cell["words"] for cell in row] for row in rows]


def test_items_become_rows_with_their_links():
    _, rows = table_of({"items": [{"label": "Gold", "value": 3163, "url": "/people?tier=gold"}]})
    assert words(rows) == [["Gold", "3,163"]]
    assert rows[0][1]["url"] == "/people?tier=gold"


def test_series_become_columns():
    data = {"labels": ["Oct", "Nov"], "series": [{"name": "A", "values": [0.5, None]}], "format": "percent"}
    head, rows = table_of(data)
    assert head == ["", "A"]
    assert words(rows) == [["Oct", "50.0%"], ["Nov", "–"]]


def test_cells_that_are_missing_are_empty_places():
    data = {"x": ["1", "2"], "y": ["a"], "cells": [{"x": 1, "y": 0, "value": 123456}], "format": "money"}
    _, rows = table_of(data)
    assert words(rows) == [["a", "–", "¥1,235"]]


def test_streams_become_rows_with_the_list_behind_each():
    links = [{"source": "a", "target": "b", "label": "Gold → Silver", "value": 1234, "url": "/moved"}]
    _, rows = table_of({"nodes": [], "links": links})
    assert words(rows) == [["Gold → Silver", "1,234"]]
    assert rows[0][1]["url"] == "/moved"


def test_numbers_reach_the_script_as_json(draw):
    page = draw(
        "{% chart 'bars' data id='tiers' label='Tiers' %}", data={"items": [{"label": "</script>", "value": 1}]}
    )
    told = re.search(r'<script id="tiers-data" type="application/json">(.*?)</script>', page)[1]
    assert json.loads(told)["items"][0]["label"] == "</script>"
