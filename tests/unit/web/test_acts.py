"""A day in the shop is said in one line."""

import pytest
from django.utils import translation

from shuke.web.customers.acts import in_words


def act(kind, times=1, *subjects):
    return {"kind": kind, "times": times, "subjects": list(subjects)}


@pytest.mark.parametrize(
    ("acts", "words"),
    [
        pytest.param([act("cart", 1, "T-250"), act("view", 5, "/tea")], "Looked at 5 pages · put T-250 into the cart"),
        pytest.param([act("view", 1, "/tea")], "Looked at a page"),
        pytest.param([act("cart", 4, "A", "B", "C", "D")], "Put A, B, C … into the cart"),
        pytest.param([act("checkout"), act("login", 2, "app")], "Went to the checkout · logged in"),
        pytest.param([act("other", 1, "100 % cotton")], "Did something else: 100 % cotton"),
    ],
)
def test_what_was_done_is_said_in_the_order_of_a_purchase(acts, words):
    with translation.override("en"):
        assert in_words(acts) == words
