"""What is not wanted any more is named by its category, whatever the price, or by its article."""

import pytest

from shuke.scoring.buying import excludable


@pytest.mark.parametrize(("item", "category"), [("茶#1", "茶"), ("C# 书", "C# 书"), ("C# 书#2", "C# 书"), ("#1", "#1")])
def test_only_a_price_band_is_cut_off(item, category):
    assert excludable(item, "category") == {"category": category}


def test_an_article_is_named_by_its_number():
    assert excludable("17", "article") == {"product_id": 17}
