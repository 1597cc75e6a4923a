import pytest
from django import forms

from shuke.web.templatetags.components import initials

HOSTILE = "<img src=x onerror=alert(1)>"


class Signup(forms.Form):
    name = forms.CharField(help_text="As on the card")
    agreed = forms.BooleanField()


@pytest.mark.parametrize(
    ("name", "letters"),
    [("王小明", "王"), ("欧阳雨桐", "欧"), ("Anna Bell", "AB"), ("anna", "A"), ("", "?"), ("王 小明", "王")],
)
def test_avatar_shows_what_people_are_called_by(name, letters):
    assert initials(name) == letters


def test_name_keeps_its_colour(draw):
    assert draw("{% avatar '王小明' %}") == draw("{% avatar '王小明' %}")


@pytest.mark.parametrize(
    "line",
    [
        "{% avatar words %}",
        "{% chip words %}",
        "{% badge 'tier' words %}",
        "{% kpi label=words value=words note=words %}",
        "{% card title=words %}{{ words }}{% endcard %}",
        "{% empty title=words words=words %}",
        "{% reasons items %}",
        "{% timeline_item title=words at=words %}{{ words }}{% endtimeline_item %}",
        "{% kanban_card id='a' title=words url='#' move_url='/m' person=words %}{{ words }}{% endkanban_card %}",
        "{% page_header title=words %}{{ words }}{% endpage_header %}",
        "{% toast words=words %}",
        "{% search_results results=hits query=words %}",
        "{% chart 'bars' data id='c' label=words %}",
    ],
)
def test_text_of_people_is_never_markup(draw, line):
    values = {
        "words": HOSTILE,
        "items": [HOSTILE],
        "hits": [{"name": HOSTILE, "url": "#", "meta": HOSTILE}],
        "data": {"items": [{"label": HOSTILE, "value": 1}]},
    }
    assert "<img" not in draw(line, **values)


def test_sort_link_keeps_filters_and_returns_to_the_first_page(draw):
    head = draw("{% sort_header 'money' 'Money' first='desc' %}", "/people?tier=gold&after=x")
    assert 'href="?tier=gold&amp;sort=-money"' in head
    assert "aria-sort" not in head


@pytest.mark.parametrize(
    ("now", "then", "direction"), [("-money", "money", "descending"), ("money", "-money", "ascending")]
)
def test_sorted_column_turns_round(draw, now, then, direction):
    head = draw("{% sort_header 'money' 'Money' %}", f"/people?sort={now}")
    assert f'href="?sort={then}"' in head
    assert f'aria-sort="{direction}"' in head


def test_default_order_of_the_page_is_marked(draw):
    assert 'aria-sort="descending"' in draw("{% sort_header 'money' 'Money' %}", sort="-money")


def test_pager_offers_only_ways_that_exist(draw):
    page = draw("{% pager following='b' words='10,000+' %}", "/people?tier=gold&before=a")
    assert 'href="?tier=gold&amp;after=b"' in page
    assert 'rel="prev"' not in page
    assert draw("{% pager %}").strip() == ""


def test_field_tells_its_error_to_a_screen_reader(draw):
    page = draw("{% field form.name placeholder='Name' %}", form=Signup({"name": ""}))
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'id="id_name_error"' in page
    assert 'id="id_name_helptext"' in page
    assert 'class="form-control is-invalid"' in page


def test_checkbox_stands_before_its_label(draw):
    page = draw("{% field form.agreed %}", form=Signup())
    assert page.index('type="checkbox"') < page.index("Agreed")


def test_component_sees_nothing_of_the_page(draw):
    assert "secret" not in draw("{% kpi label='A' value=1 %}", note="secret")


def test_unknown_code_is_shown_as_it_is(draw):
    assert "platinum" in draw("{% badge 'tier' 'platinum' %}")


def test_group_of_choices_is_named_as_one(draw):
    class Ending(forms.Form):
        outcome = forms.ChoiceField(choices=[("busy", "Busy")], widget=forms.RadioSelect)

    page = draw("{% field form.outcome %}", form=Ending({}))
    assert '<legend class="form-label required">Outcome</legend>' in page
    assert "is-invalid" not in page
