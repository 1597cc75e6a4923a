"""Shops on which a plain fit goes astray or there is nothing to fit."""

import io
import zipfile
from datetime import date

import ibis
import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook

from conftest import SHARED_DATA
from shuke.analytics.lifetime.parameters import Note
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.tables import IDENTITIES, ORDER_EVENTS, Tables
from unit.analytics.lifetime.shops import EPOCH, facts, fitted, held_out, valued
from unit.analytics.test_online_retail import CLEAN_INVOICES

SPLIT = date(2011, 6, 9)  # the last day seen is 8 June
END = date(2011, 12, 10)


def real(name):
    if not (SHARED_DATA / name).exists():
        pytest.skip(f"the real files are not in {SHARED_DATA}")
    return SHARED_DATA / name


@pytest.fixture(scope="module")
def gift_shop():
    engine = ibis.duckdb.connect()
    engine.raw_sql(f"CREATE TABLE orders AS {CLEAN_INVOICES.format(file=real('online_retail.csv.gz'))}")
    orders = engine.table("orders").to_pyarrow()
    people = pa.table({name: orders["identity_id"].unique() for name in IDENTITIES.names})
    events = pa.Table.from_pylist([], schema=ORDER_EVENTS.to_pyarrow())
    return Tables(ibis.memtable(orders), ibis.memtable(events), ibis.memtable(people))


@pytest.fixture(scope="module")
def learned(gift_shop):
    return fitted(gift_shop, LifetimePolicy(), as_of=SPLIT)


@pytest.mark.promise
def test_half_a_year_of_online_retail_does_not_diverge_and_says_what_was_done(learned):
    assert (learned.method, learned.purchases.penalised) == ("bg_nbd", True)
    astray, astray_too, *rest = learned.notes
    for note, model in ((astray, "bg_nbd"), (astray_too, "pareto_nbd")):
        assert note.model == model
        assert note.code in {"bound_reached", "flat_likelihood"}
    assert [(note.code, note.model) for note in rest] == [("penalised", "bg_nbd"), ("retention_assumed", None)]
    assert astray.numbers["b"] > 1_000
    assert all(0.01 < value < 100 for value in learned.purchases.values.values())
    values = ", ".join(f"{name} {value:.2f}" for name, value in learned.purchases.values.items())
    print(f"\nmeasured: penalised, and said so, where b alone ran to {astray.numbers['b']:,.0f}: {values}")


def test_the_penalised_fit_foretells_the_other_half_as_well_as_it_can(gift_shop, learned):
    result = held_out(gift_shop, learned, split_on=SPLIT, as_of=END)
    assert round(result.correlation, 2) == 0.82
    assert result.predicted == pytest.approx(result.actual, rel=0.11)


def test_a_whole_year_of_it_has_an_optimum_that_says_little(gift_shop):
    astray = fitted(gift_shop, LifetimePolicy(), as_of=END).notes[0]
    assert (astray.code, astray.model, astray.parameter) == ("flat_likelihood", "bg_nbd", "b")


def test_no_number_of_online_retail_is_missing(gift_shop):
    rows = valued(gift_shop, policy=LifetimePolicy(), as_of=END).values()
    assert len(rows) == 4_338
    assert all(0 < row["p_alive"] <= 1 and row["residual_value"] > 0 for row in rows)


@pytest.mark.promise
def test_a_shop_without_money_and_repeat_buyers_is_declined():
    book = zipfile.ZipFile(real("taobao_mum_baby.zip")).read("taobao_mum_baby/清洗后的数据.xls")
    header, *bought = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("Sheet2").to_python()
    users, days = ([row[header.index(name)] for row in bought] for name in ("用户ID", "购买时间"))
    since = [(day - EPOCH).days for day in days]
    users = [int(user) for user in users]
    without = fitted(facts(users, since, [0] * len(users)), LifetimePolicy(), as_of=date(2015, 2, 6))
    assert (without.method, without.notes[0]) == ("plain", Note(code="no_money", numbers={"orders": 29_970}))
    priced = facts(users, since, [100] * len(users))
    once = fitted(priced, LifetimePolicy(), as_of=date(2015, 2, 6))
    assert once.method == "plain"
    assert {note.code: note.numbers for note in once.notes}["too_few_repeat_buyers"] == {"have": 24, "needed": 100}
    assert all(row["residual_value"] >= 0 for row in valued(priced, once, as_of=date(2015, 2, 6)).values())
    print("\nmeasured: baby goods: no money in 29,970 orders; 24 of 100 repeat buyers; plain formulas for all")
