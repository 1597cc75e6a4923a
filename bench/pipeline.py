"""The whole pipeline against pandas and scikit-learn, written plainly: from the facts to everybody's scores.

    python bench/pipeline.py                                100,000 customers, 3 million orders
    python bench/pipeline.py --customers 20000 --orders 600000

Shops are those of `bench/rfm.py`. The other side is what an analyst writes in a notebook: RFM-T with a function of
Python for each customer's gaps, BG/NBD by scipy over one row per customer, and a classifier of scikit-learn that learns
from six days of the past. It stops at 30 days and a table in memory. Ours is a night as it runs: every horizon, every
score, with reasons, written to PostgreSQL and switched in. Both must come to the same.
"""

import argparse
import json
import os
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1
from sklearn.ensemble import HistGradientBoostingClassifier

import night
import rfm
from figures import Figure, show

TIMES = 10
HORIZON_DAYS, CUT_OFFS = 30, 6
DAYS_A_WEEK = 7
AGREES = {"spend": 1e-6, "likelihood": 1e-4, "ranks": 0.9}
Facts = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
READ = [
    *("days_since_last", "days_since_first", "orders", "money", "net_money", "net_money_365"),
    *("median_gap", "orders_per_month", "average_order", "money_90", "money_90_before", "trend"),
]


def main() -> None:
    options = _options()
    if options.measure:
        print(json.dumps(_ours(options.measure, options.scores)))
    else:
        show(_figures(options.customers, options.orders))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=3_000_000)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--scores", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _figures(customers: int, orders: int) -> Iterator[Figure]:
    shop = rfm._generated(customers, orders)
    with tempfile.NamedTemporaryFile(suffix=".parquet") as scores:
        ours = night.told(__file__, "--measure", str(shop), "--scores", scores.name)
        begun = time.perf_counter()
        everybody, buying = _plain(shop)
        seconds = time.perf_counter() - begun
        agreed = _must_agree(everybody, buying, pd.read_parquet(scores.name).set_index("customer_id"), ours)
    words = f"All scores of {len(everybody):,} customers, speed against pandas and scikit-learn"
    beside = f"{seconds:.0f} s against {ours['seconds']:.1f} s; {agreed}"
    yield Figure(words, seconds / ours["seconds"], "x", at_least=TIMES, beside=beside)


def _ours(shop: Path, scores: Path) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="shuke-bench-") as folder:
        os.environ |= {"SHUKE_HOME": str(Path(folder, "home")), "SHUKE_DEMO": "1"}
        from shuke.cli.attach import attached

        with attached() as env:
            night._fill(shop, with_orders=False)
            night._lay(shop, env.home / "mirror")
            from shuke.scoring import services
            from shuke.scoring.models import Score

            begun = time.perf_counter()
            run = services.run(as_of=rfm.AS_OF)
            seconds = time.perf_counter() - begun
            told = Score.objects.filter(run=run).values("customer_id", *READ, "churn_probability", "churn_horizon_days")
            pd.DataFrame.from_records(told).to_parquet(scores)
            return {"seconds": seconds, "bg_nbd": run.parameters["models"]["lifetime"]["purchases"]["values"]}


def _plain(shop: Path) -> tuple[pd.DataFrame, dict[str, float]]:
    """Everybody's measures with `value` and `lapses`, and the parameters of BG/NBD."""
    orders = pd.read_parquet(shop / "orders", columns=["order_id", "identity_id", "kind", "ordered_on", "amount"])
    events = pd.read_parquet(shop / "order_events.parquet")
    identities = pd.read_parquet(shop / "identities.parquet")
    facts = orders, events, identities
    today = pd.Timestamp(rfm.AS_OF)
    everybody = _known(facts, today)
    buying = _bg_nbd(everybody)
    everybody["value"] = _value(everybody, buying)
    everybody["lapses"] = _classifier(facts, today).predict_proba(everybody[READ])[:, 1]
    return everybody, buying


def _known(facts: Facts, today: pd.Timestamp) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice")  # who bought once has no gap
        known = rfm._pandas_rfm(*(table.copy() for table in facts), rfm._plain_median_gap, today)
    bought = _bought(facts)
    return known.assign(visits=bought[bought.on < today].groupby("customer_id").on.nunique())


def _bought(facts: Facts) -> pd.DataFrame:
    orders, events, identities = facts
    sales = orders[(orders.kind == "sale") & (orders.amount > 0)]
    stand = sales[~sales.order_id.isin(events.order_id[events.kind == "cancellation"])]
    return stand.assign(on=pd.to_datetime(stand.ordered_on)).merge(identities, on="identity_id")


def _classifier(facts: Facts, today: pd.Timestamp) -> HistGradientBoostingClassifier:
    days = [today - pd.Timedelta(days=HORIZON_DAYS * number) for number in range(1, CUT_OFFS + 1)]
    examples = pd.concat([_example(facts, day) for day in days])
    return HistGradientBoostingClassifier(random_state=0).fit(examples[READ], examples["lapsed"])


def _example(facts: Facts, day: pd.Timestamp) -> pd.DataFrame:
    bought, known = _bought(facts), _known(facts, day)
    soon = bought[(bought.on >= day) & (bought.on < day + pd.Timedelta(days=HORIZON_DAYS))]
    return known.assign(lapsed=~known.index.isin(soon.customer_id))


def _history(known: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Purchases after the first, weeks to the last one, and weeks to the last day that is seen."""
    weeks_to_last = (known.days_since_first - known.days_since_last) / DAYS_A_WEEK
    return known.visits - 1, weeks_to_last, (known.days_since_first - 1) / DAYS_A_WEEK


def _log_likelihood(known: pd.DataFrame, r: float, alpha: float, a: float, b: float) -> float:
    x, last, age = _history(known)
    buying = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
    gone = betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b) - (r + x) * np.log(alpha + last)
    return float((buying + np.logaddexp(alive, np.where(x > 0, gone, -np.inf))).sum())


def _bg_nbd(known: pd.DataFrame) -> dict[str, float]:
    found = minimize(
        lambda theta: -_log_likelihood(known, *np.exp(theta)) / len(known),
        np.zeros(4),
        method="Nelder-Mead",
        options={"maxiter": 2_000, "xatol": 1e-5, "fatol": 1e-9},
    )
    return dict(zip(("r", "alpha", "a", "b"), np.exp(found.x).tolist(), strict=True))


def _value(known: pd.DataFrame, buying: dict[str, float]) -> pd.Series:
    """Money of the coming year: expected purchases by BG/NBD, times each customer's own mean."""
    r, alpha, a, b = buying.values()
    x, last, age = _history(known)
    weeks = 52.0
    curve = hyp2f1(r + x, b + x, a + b + x - 1, weeks / (alpha + age + weeks))
    to_come = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / (alpha + age + weeks)) ** (r + x) * curve)
    left = a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + last)) ** (r + x)
    return to_come / (1 + np.where(x > 0, left, 0)) * known.money / known.visits


def _must_agree(theirs: pd.DataFrame, buying: dict[str, float], ours: pd.DataFrame, run: dict) -> str:
    """A comparison counts only where both come to the same."""
    theirs = theirs.loc[ours.index]
    for name in ("orders", "money", "net_money", "days_since_last", "median_gap"):
        np.testing.assert_allclose(
            theirs[name].to_numpy(float), ours[name].to_numpy(float), rtol=AGREES["spend"], err_msg=name
        )
    best, reached = (_log_likelihood(theirs, **told) for told in (run["bg_nbd"], buying))
    assert abs(best - reached) <= abs(best) * AGREES["likelihood"], (best, reached)
    month = ours.churn_horizon_days == HORIZON_DAYS
    ranks = theirs.lapses[month].corr(ours.churn_probability[month], method="spearman")
    assert ranks >= AGREES["ranks"], ranks
    return f"RFM-T alike, BG/NBD at the same optimum, chances ranked alike ({ranks:.2f})"


if __name__ == "__main__":
    main()
