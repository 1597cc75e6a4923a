import re
from collections import Counter
from pathlib import Path

import pytest
from django.template import Engine
from django.template.library import import_library

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted((ROOT / "src/shuke/web/templates").rglob("*.html"))
ICONS = set((ROOT / "frontend/icons.txt").read_text().split())
NAMED_ICON = re.compile(r"""(?:{% icon |icon(?:_name)?=|icon\|default:)["']([a-z0-9-]+)["']""")
AGAINST_POLICY = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|javascript:", re.IGNORECASE)


def named(template: Path) -> str:
    return str(template.relative_to(ROOT / "src/shuke/web/templates"))


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_template_is_valid_and_keeps_the_content_security_policy(template):
    Engine.get_default().get_template(named(template))
    assert AGAINST_POLICY.findall(template.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_every_icon_is_in_the_sprite(template):
    assert set(NAMED_ICON.findall(template.read_text(encoding="utf-8"))) <= ICONS


def test_a_filter_or_tag_of_ours_means_one_thing_in_all_templates():
    modules = [path.stem for path in (ROOT / "src/shuke/web/templatetags").glob("[a-z]*.py")]
    libraries = [import_library(f"shuke.web.templatetags.{module}") for module in modules]
    names = Counter(name for library in libraries for name in (*library.filters, *library.tags))
    assert [name for name, count in names.items() if count > 1] == []
