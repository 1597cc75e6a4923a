import gettext
import json
from pathlib import Path

import pytest

import shuke
from shuke.core.errors import told_again
from shuke.intake.fields import Kind, field
from shuke.intake.mapping import NoColumnFor, UnknownField
from shuke.runtime.identity import NoAccount

CHINESE = gettext.translation("django", Path(shuke.__file__).parent / "locale", languages=["zh_Hans"])

AMOUNT = NoColumnFor(file="a.csv", field=field(Kind.ORDERS, "amount").label, columns="订单号, 下单时间")
COLOUR = UnknownField(file="a.csv", field="colour", kind=Kind.ORDERS.words)


@pytest.mark.parametrize(
    ("failure", "said", "left_out"),
    [
        pytest.param(AMOUNT, "“实付金额”", "Amount paid", id="a-field"),
        pytest.param(COLOUR, "订单", "orders", id="a-kind-of-file"),
        pytest.param(
            NoAccount(account="shuke", reason="useradd is missing"), "找不到 useradd", "missing", id="a-reason"
        ),
    ],
)
def test_words_within_a_sentence_are_translated_with_it(failure, said, left_out):
    sentence = failure.words(CHINESE.gettext)
    assert said in sentence
    assert left_out not in sentence


def test_a_failure_that_was_kept_says_the_same():
    kept = json.loads(json.dumps({"code": AMOUNT.code, "params": AMOUNT.params}))
    assert told_again(**kept).words(CHINESE.gettext) == AMOUNT.words(CHINESE.gettext)


def test_what_a_file_or_a_program_says_is_left_as_it_is():
    told = NoAccount(account="Phone", reason="100% full").words(CHINESE.gettext)
    assert "Phone" in told
    assert "100% full" in told
