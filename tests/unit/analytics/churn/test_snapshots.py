import ibis
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from conftest import SHARED_DATA
from shuke.analytics.churn import snapshots
from shuke.analytics.churn.parameters import Declined


def members(rows=1_200, *, seed=1) -> pa.Table:
    random = np.random.default_rng(seed)
    months, plan = random.integers(0, 60, rows), random.choice(["monthly", "yearly", ""], rows)
    chance = 1 / (1 + np.exp(months / 12 - 1.5 * (plan == "monthly")))
    return pa.table(
        {
            "number": [f"M{n:05}" for n in range(rows)],
            "months": [" " if month == 0 else str(month) for month in months],
            "plan": plan.tolist(),
            "constant": ["same"] * rows,
            "left": np.where(random.random(rows) < chance, "yes", "no").tolist(),
        }
    )


def labelled(outcomes) -> pa.Table:
    return members().set_column(4, "left", pa.array(outcomes))


@pytest.fixture(scope="module")
def learned():
    return snapshots.fit(members(), label="left", lapsed="yes")


def test_numbers_words_and_blanks(learned):
    assert learned.numbers == ("months",)
    assert learned.categories == {"plan": ("monthly", "yearly"), "constant": ("same",)}
    assert learned.left_out == ("number",)
    assert learned.auc_low > 0.7


def test_the_engine_gives_the_steps_of_each_column(learned):
    scored = snapshots.apply(ibis.memtable(members()), learned).to_pyarrow().to_pylist()
    steps = [f"churn_{shape.feature}" for shape in learned.additive.shapes]
    assert set(steps) == {"churn_months", "churn_plan"}
    for row in scored[:300]:
        told = learned.additive.intercept + sum(row[name] for name in steps)
        assert told == pytest.approx(row["churn_log_odds"], abs=1e-9)
    missing = {shape.feature: shape.missing for shape in learned.additive.shapes}
    assert {row["churn_months"] for row in scored if row["months"] == " "} == {missing["months"]}
    assert {row["churn_plan"] for row in scored if row["plan"] == ""} == {missing["plan"]}


def test_a_word_that_was_never_seen_is_missing(learned):
    strange = pa.table({name: ["?"] for name in ("number", "months", "plan", "constant")})
    (row,) = snapshots.apply(ibis.memtable(strange), learned).to_pyarrow().to_pylist()
    missing = {shape.feature: shape.missing for shape in learned.additive.shapes}
    assert {name: row[f"churn_{name}"] for name in missing} == missing


def test_a_blank_column_says_nothing(learned):
    blank = members().append_column("blank", pa.array([" "] * 1_200))
    found = snapshots.fit(blank, label="left", lapsed="yes")
    assert (found.categories, found.left_out) == (learned.categories, learned.left_out)
    assert snapshots.apply(ibis.memtable(blank), found).to_pyarrow().num_rows == 1_200


def test_the_order_of_the_rows_does_not_matter(learned):
    shuffled = members().take(np.random.default_rng(0).permutation(1_200))
    again = snapshots.fit(shuffled, label="left", lapsed="yes")
    assert again.measured == learned.measured
    assert again.additive == learned.additive


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (members(400), ["customers"]),
        (members().set_column(4, "left", pa.array(["no"] * 1_200)), ["lapsed"]),
        (
            members().set_column(4, "left", pa.array(np.random.default_rng(2).choice(["yes", "no"], 1_200))),
            ["no_usable_signal"],
        ),
        (members().select(["number", "left"]), ["no_usable_column"]),
        (members().slice(0, 0), ["customers", "lapsed", "came"]),
    ],
    ids=["few", "nobody-left", "coins", "only-numbers-of-customers", "empty"],
)
def test_without_enough_to_go_by_it_is_declined(table, codes):
    declined = snapshots.fit(table, label="left", lapsed="yes")
    assert isinstance(declined, Declined)
    assert [one.code for one in declined.shortfalls] == codes


@pytest.mark.promise
def test_telco():
    """IBM's customers of a telephone company; above .86 something would have leaked."""
    file = SHARED_DATA / "telco_dev_4930.csv.gz"
    if not file.exists():
        pytest.skip(f"the real files are not in {SHARED_DATA}")
    found = snapshots.fit(pyarrow.csv.read_csv(file), label="Churn", lapsed="Yes")
    assert 0.83 <= found.measured.auc <= 0.86
    assert "TotalCharges" in found.numbers
    assert found.left_out == ("customerID",)
    print(f"\nmeasured: AUC {found.measured.auc:.3f} on 4,930 customers, in fifths")
