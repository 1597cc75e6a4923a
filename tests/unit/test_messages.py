import importlib.util
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|{\w*}")


@pytest.fixture(scope="module")
def messages():
    spec = importlib.util.spec_from_file_location("messages", ROOT / "frontend/messages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_everything_people_read_is_said_in_chinese(messages):
    assert messages.untranslated() == []


def test_chinese_keeps_every_placeholder(messages):
    lost = [
        message.id
        for message in messages.chinese()
        for form in messages.as_forms(message.string)
        if message.id
        and form
        and set(PLACEHOLDER.findall(messages.as_forms(message.id)[-1])) != set(PLACEHOLDER.findall(form))
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        pytest.param("{% translate 'Save' %}", "Save", id="tag"),
        pytest.param("  \n      {% if a %}\n  {% translate 'Save' %}", "Save", id="uneven-indentation"),
        pytest.param("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}", "Hello %(name)s", id="block"),
        pytest.param("{% kpi label=_('Orders') %}", "Orders", id="parameter"),
        pytest.param(
            "{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}",
            ("%(n)s day", "%(n)s days", None),
            id="plural",
        ),
    ],
)
def test_templates_are_read(messages, template, found):
    file = io.BytesIO(template.encode())
    ((_line, _function, words, _comments),) = messages.extract_template(file, messages.KEYWORDS, [], {})
    assert words == found


def test_string_without_translation_is_named_with_its_file(messages, monkeypatch):
    source = messages.Catalog()
    source.add("Nobody has said this", locations=[("web/page.html", None)])
    monkeypatch.setattr(messages, "words_in_source", lambda: source)
    assert messages.untranslated() == ["'Nobody has said this' (web/page.html)"]
