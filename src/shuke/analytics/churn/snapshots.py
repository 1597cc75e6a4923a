"""Churn from a table that says itself who left: one row per customer, any columns, and one column with the outcome.

Such a table has no days to hold a later cut-off from, so the model is measured by folds: each fifth of the customers is
judged by a model that was learned from the others.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.model_selection import StratifiedKFold

from shuke.analytics.churn import additive, applying, measures
from shuke.analytics.churn.additive import Columns, Numbers
from shuke.analytics.churn.parameters import Additive, Band, Calibration, Compared, Declined, Learned, Shortfall

__all__ = ["Snapshot", "apply", "fit"]

FOLDS = 5
NEEDED_ROWS, NEEDED_OUTCOMES = 500, 50
MOST_CATEGORIES = 32
NUMBERS_SHARE = 0.95


class Snapshot(Learned):
    """What was learned from a table: `categories` of the columns of words, numbered by their place."""

    label: str
    customers: int
    lapse_rate: float
    numbers: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]
    left_out: tuple[str, ...]
    additive: Additive
    calibration: Calibration
    measured: Compared
    auc_low: float
    bands: tuple[Band, ...]


def fit(table: pa.Table, *, label: str, lapsed: str) -> Snapshot | Declined:
    """Learn who has `lapsed` in the column `label` from all other columns; rows without a label are passed over.

    A column of words with very many different ones, as a customer's number has, is left out.
    """
    table = table.filter(pc.is_valid(_text(table[label])))
    outcome = np.array([value == lapsed for value in _text(table[label]).to_pylist()], dtype=np.float64)
    missing = _shortfalls(outcome)
    if missing:
        return Declined(shortfalls=missing)
    names = [name for name in table.column_names if name != label]
    numbers = tuple(name for name in names if _is_numbers(_text(table[name])))
    words = {name: _categories(_text(table[name])) for name in names if name not in numbers}
    categories = {name: known for name, known in words.items() if 0 < len(known) <= MOST_CATEGORIES}
    if not numbers and not categories:
        return Declined(shortfalls=(Shortfall(code="no_usable_column", have=0, need=1),))
    columns, outcome = _in_own_order(_columns(table, numbers, categories), outcome)
    said = _out_of_fold(columns, outcome)
    sigmoid = additive.calibration(said, outcome)
    chances = additive.probability(sigmoid.intercept + sigmoid.slope * said)
    measured = measures.compared("additive", chances, outcome)
    auc_low = measures.auc_low(measured.auc, outcome)
    if auc_low <= 0.5:
        return Declined(shortfalls=(Shortfall(code="no_usable_signal", have=auc_low, need=0.5),))
    return Snapshot(
        label=label,
        customers=len(outcome),
        lapse_rate=float(np.mean(outcome)),
        numbers=numbers,
        categories=categories,
        left_out=tuple(name for name, known in words.items() if len(known) > MOST_CATEGORIES),
        additive=additive.calibrated(additive.fit(columns, outcome, sorted(columns)), sigmoid),
        calibration=sigmoid,
        measured=measured,
        auc_low=auc_low,
        bands=measures.bands(chances, outcome),
    )


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column as trimmed text; blanks are null, also where an export has them for a number."""
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _shortfalls(outcome: Numbers) -> tuple[Shortfall, ...]:
    lapsed = int(outcome.sum())
    checks = (
        ("customers", len(outcome), NEEDED_ROWS),
        ("lapsed", lapsed, NEEDED_OUTCOMES),
        ("came", len(outcome) - lapsed, NEEDED_OUTCOMES),
    )
    return tuple(Shortfall(code=code, have=have, need=need) for code, have, need in checks if have < need)


def _is_numbers(text: pa.ChunkedArray) -> bool:
    known = text.drop_null()
    return len(known) > 0 and np.isfinite(_numbers(known)).mean() >= NUMBERS_SHARE


def _numbers(text: pa.ChunkedArray) -> Numbers:
    return np.array([_number(value) for value in text.to_pylist()], dtype=np.float64)


def _number(text: str | None) -> float:
    try:
        return float(text) if text else np.nan
    except ValueError:
        return np.nan


def _categories(text: pa.ChunkedArray) -> tuple[str, ...]:
    return tuple(sorted(text.drop_null().unique().to_pylist()))


def _columns(table: pa.Table, numbers: Sequence[str], categories: Mapping[str, tuple[str, ...]]) -> dict[str, Numbers]:
    places = {name: {word: float(place) for place, word in enumerate(known)} for name, known in categories.items()}
    return {
        **{name: _numbers(_text(table[name])) for name in numbers},
        **{
            name: np.array([known.get(word, np.nan) for word in _text(table[name]).to_pylist()])
            for name, known in places.items()
        },
    }


def _in_own_order(columns: Columns, outcome: Numbers) -> tuple[Columns, Numbers]:
    """Sorted by their own values, so that the folds do not depend on how the file was sorted."""
    order = np.lexsort([*(columns[name] for name in sorted(columns)), outcome])
    return {name: values[order] for name, values in columns.items()}, outcome[order]


def _out_of_fold(columns: Columns, outcome: Numbers) -> Numbers:
    said = np.zeros(len(outcome))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for learned, judged in folds.split(outcome, outcome):
        part = {name: values[learned] for name, values in columns.items()}
        model = additive.fit(part, outcome[learned], sorted(columns))
        said[judged] = additive.log_odds(model, {name: values[judged] for name, values in columns.items()})
    return said


def apply(table: ir.Table, learned: Snapshot) -> ir.Table:
    """Add `churn_log_odds`, `churn_probability`, and `churn_<column>` for what each column adds to the log-odds."""
    coded = table.select(
        **{name: _as_number(table[name]) for name in learned.numbers},
        **{name: _as_place(table[name], known) for name, known in learned.categories.items()},
        **{f"original_{name}": table[name] for name in table.columns},
    )
    steps = {f"churn_{name}": value for name, value in applying.contributions(coded, learned.additive).items()}
    originals = {name: coded[f"original_{name}"] for name in table.columns}
    told = coded.select(**originals, **steps)
    log_odds = reduce(add, (told[name] for name in steps), ibis.literal(learned.additive.intercept))
    scored = told.mutate(churn_log_odds=log_odds)
    return scored.mutate(churn_probability=applying.probability(scored.churn_log_odds))


def _as_number(value: ir.Column) -> ir.FloatingValue:
    number = value.cast("string").strip().try_cast("float64")
    return (number.isnan() | number.isinf()).ifelse(None, number)


def _as_place(value: ir.Column, categories: Sequence[str]) -> ir.FloatingValue:
    text = value.cast("string").strip()
    return ibis.cases(*((text == word, float(place)) for place, word in enumerate(categories)))
