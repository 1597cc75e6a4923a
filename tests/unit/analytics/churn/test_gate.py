from datetime import date
from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from python_calamine import CalamineWorkbook

from conftest import SHARED_DATA
from shuke.analytics.churn.fitting import fit
from shuke.analytics.churn.gate import Census, shortfalls
from shuke.analytics.churn.parameters import Declined
from shuke.analytics.churn.policy import ChurnPolicy
from unit.analytics.churn import shops

AS_OF = date(2026, 1, 1)


def missing(customers=1_000, repeat_buyers=500, first=date(2025, 1, 1), *, horizon_days=30):
    shop = Census(customers=customers, repeat_buyers=repeat_buyers, first_ordered_on=first)
    found = shortfalls(shop, ChurnPolicy(), as_of=AS_OF, horizon_days=horizon_days)
    return {one.code: (one.have, one.need) for one in found}


def test_enough_of_everything():
    assert missing() == {}


@pytest.mark.parametrize(
    ("shop", "code", "numbers"),
    [
        ({"customers": 312, "repeat_buyers": 100}, "customers", (312, 500)),
        ({"first": date(2025, 11, 22)}, "history_days", (40, 180)),
        ({"first": date(2025, 7, 1), "horizon_days": 60}, "history_days", (184, 270)),
        ({"repeat_buyers": 1}, "repeat_share", (0.001, 0.10)),
    ],
)
def test_what_is_missing_is_said_with_its_numbers(shop, code, numbers):
    assert missing(**shop) == {code: numbers}


def test_an_empty_shop_lacks_everything():
    empty = shops.table(*(np.zeros(0, dtype="int64") for _ in range(3)))
    counted = shops.counted(shops.tables(empty))
    found = shortfalls(counted, ChurnPolicy(), as_of=AS_OF, horizon_days=30)
    assert {one.code for one in found} == {"customers", "history_days", "repeat_share"}


def test_a_year_of_silence_is_declined_with_words():
    silent = shops.tables(shops.shop(400, days=200))
    declined = shops.learned(silent, as_of=date(2026, 6, 1))
    assert isinstance(declined, Declined)
    assert [(one.code, one.have) for one in declined.shortfalls] == [("came", 0)]


def test_one_odd_old_order_makes_no_history(examples):
    """A single date of long ago passes the days of history, but no cut-off then has customers to learn from."""
    latest = sorted(set(examples["cut_on"].to_pylist()))[-2:]
    young = examples.filter(pc.is_in(examples["cut_on"], pa.array(latest)))
    for rows, code in ((young, "cut_offs"), (_with_a_single_row_before(young, examples), "lapsed")):
        declined = fit(rows, ChurnPolicy(), as_of=AS_OF, horizon_days=30)
        assert declined.shortfalls[0].code == code


def _with_a_single_row_before(young: pa.Table, examples: pa.Table) -> pa.Table:
    return pa.concat_tables([examples.slice(0, 1), young])


@pytest.mark.parametrize("seed", [3, 4])
def test_shuffled_days_are_no_usable_signal(seed):
    """How much somebody buys still tells who is likely to come; that they are leaving, no day tells."""
    declined = shops.learned(shops.tables(shops.with_shuffled_days(shops.shop(), seed=seed)))
    assert isinstance(declined, Declined)
    assert [one.code for one in declined.shortfalls] == ["no_usable_signal"]
    assert declined.backtest.gain.low <= 0


@pytest.mark.parametrize("seed", [6, 7])
def test_outcomes_of_coins_are_no_usable_signal(examples, seed):
    coins = np.random.default_rng(seed).random(len(examples)) < 0.5
    tossed = examples.set_column(examples.column_names.index("lapsed"), "lapsed", pa.array(coins))
    declined = fit(tossed, ChurnPolicy(), as_of=AS_OF, horizon_days=30)
    assert [one.code for one in declined.shortfalls] == ["no_usable_signal"]


def test_the_baby_goods_are_declined():
    """Real orders without a column of money: 99.9 % came once."""
    file = SHARED_DATA / "taobao_mum_baby.zip"
    if not file.exists():
        pytest.skip(f"the real files are not in {SHARED_DATA}")
    facts, as_of = shops.tables(_baby_goods(file)), date(2015, 2, 6)
    (one,) = shortfalls(shops.counted(facts, as_of=as_of), ChurnPolicy(), as_of=as_of, horizon_days=30)
    assert one.code == "repeat_share"
    assert one.have < 0.002


def _baby_goods(file) -> pa.Table:
    with ZipFile(file) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".xls"))
        rows = CalamineWorkbook.from_filelike(BytesIO(archive.read(name))).get_sheet_by_name("Sheet2").to_python()[1:]
    who = np.array([int(row[0]) for row in rows])
    day = np.array([(row[3] - shops.START).days for row in rows])
    return shops.table(who, day, np.ones(len(rows), dtype="int64"))
