"""Lifetime-value fits against the package `lifetimes`, and how long they take for a large shop.

    python bench/lifetime.py                              200,000 customers against it, 2 million alone
    python bench/lifetime.py --against 50000 --alone 500000

The customers are simulated after the published fits of CDNOW: a cohort of 12 weeks, watched until week 39. Both sides
begin with one entry per customer and end with parameters; each figure is the best of `--repeat` runs. A comparison
counts only where both come to the same optimum, so the log-likelihoods at both are printed, computed by one formula.
`lifetimes` is of 2020 and needs libraries of its time: it gets an environment of its own, made once in the temporary
folder.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from shuke.analytics.lifetime import bg_nbd, fitting, gamma_gamma
from shuke.analytics.lifetime.parameters import Estimate
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.lifetime.predictions import predict
from shuke.analytics.lifetime.statistics import DAYS_A_WEEK, Histories, Spends

SEED = 7
COHORT_WEEKS, WEEKS, THREE_YEARS = 12, 39, 156
GOAL = 20
SAME_OPTIMUM = 0.01  # of a log-likelihood
PINNED = ("lifetimes==0.11.3", "numpy==1.26.4", "scipy==1.11.4", "pandas==1.5.3", "autograd==1.5")
THEIRS = """
import json, sys, time
import numpy as np
from lifetimes import BetaGeoFitter, GammaGammaFitter

customers = np.load(sys.argv[1])
frequency, last, age, mean = (customers[name] for name in ("frequency", "last_days", "age_days", "mean"))
last, age = last / 7, age / 7
again = frequency > 0
start = time.perf_counter()
buying = BetaGeoFitter().fit(frequency, last, age)
middle = time.perf_counter()
spending = GammaGammaFitter().fit(frequency[again], mean[again])
end = time.perf_counter()
print(json.dumps({
    "bg_nbd": {"seconds": middle - start, "theta": [buying.params_[name] for name in ("r", "alpha", "a", "b")]},
    "gamma_gamma": {"seconds": end - middle, "theta": [spending.params_[name] for name in ("p", "q", "v")]},
}))
"""
Customers = dict[str, np.ndarray]


def main() -> None:
    options = _options()
    _compare(_simulated(options.against, weeks=WEEKS, cohort_weeks=COHORT_WEEKS), options.repeat)
    _alone(_simulated(options.alone, weeks=WEEKS, cohort_weeks=COHORT_WEEKS), "a cohort of 12 weeks, 39 weeks on")
    _alone(
        _simulated(options.alone, weeks=THREE_YEARS, cohort_weeks=THREE_YEARS, pace=4.0),
        "three years of new customers, four times the pace",
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=int, default=200_000)
    parser.add_argument("--alone", type=int, default=2_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    return parser.parse_args()


def _compare(customers: Customers, repeat: int) -> None:
    histories, spends = _histories(customers), _spends(customers)
    ours = _ours(customers, repeat)
    theirs = _theirs(customers, repeat)
    print(f"{len(customers['frequency']):,} customers, {len(histories.customers):,} distinct histories")
    for name, log_likelihood in (
        ("bg_nbd", lambda theta: bg_nbd.log_likelihood(theta, histories)[0]),
        ("gamma_gamma", lambda theta: gamma_gamma.log_likelihood(theta, spends)[0]),
    ):
        _print_pair(name, ours[name], theirs[name], log_likelihood)
    ratio = sum(run["seconds"] for run in theirs.values()) / sum(run["seconds"] for run in ours.values())
    print(f"both fits are {ratio:.1f} x as fast as those of lifetimes (goal: at least {GOAL})")


def _print_pair(
    name: str, ours: dict[str, Any], theirs: dict[str, Any], log_likelihood: Callable[[np.ndarray], float]
) -> None:
    at = [log_likelihood(np.array(run["theta"])) for run in (ours, theirs)]
    for whose, run, value in zip(("ours", "lifetimes"), (ours, theirs), at, strict=True):
        theta = "  ".join(f"{part:.4f}" for part in run["theta"])
        print(f"{name:12}{whose:10}{run['seconds']:9.3f} s   log-likelihood {value:16.4f}   {theta}")
    verdict = "the same optimum" if abs(at[0] - at[1]) < SAME_OPTIMUM else "NOT THE SAME OPTIMUM"
    print(f"{name:12}{theirs['seconds'] / ours['seconds']:.1f} x as fast, {verdict}")


def _ours(customers: Customers, repeat: int) -> dict[str, dict[str, Any]]:
    """From one entry per customer to parameters with standard errors."""
    fits: dict[str, Callable[[], tuple[Estimate | None, list[Any]]]] = {
        "bg_nbd": lambda: fitting.fit_purchases(_histories(customers)),
        "gamma_gamma": lambda: fitting.fit_spend(_spends(customers)),
    }
    found = {}
    for name, fit in fits.items():
        runs = [_timed(fit) for _ in range(repeat)]
        estimate, notes = runs[0][1]
        assert not notes, notes
        found[name] = {"seconds": min(seconds for seconds, _ in runs), "theta": list(estimate.values.values())}
    return found


def _theirs(customers: Customers, repeat: int) -> dict[str, dict[str, Any]]:
    python = _environment()
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        np.savez(file, **customers)
        file.flush()
        command = [str(python), "-W", "ignore", "-c", THEIRS, file.name]
        runs = [
            json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            for _ in range(repeat)
        ]
    return {name: min((run[name] for run in runs), key=lambda run: run["seconds"]) for name in runs[0]}


def _environment() -> Path:
    """The Python that has `lifetimes`, installed at the first time."""
    folder = Path(tempfile.gettempdir()) / "shuke-bench-lifetimes"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([python, *quiet, *PINNED], check=True)
        (folder / "complete").touch()
    return python


def _alone(customers: Customers, words: str) -> None:
    seconds, (histories, spends) = _timed(lambda: (_histories(customers), _spends(customers)))
    buying, (estimate, _) = _timed(lambda: fitting.fit_purchases(histories))
    spending, _ = _timed(lambda: fitting.fit_spend(spends))
    days = {"age_at_last_days": histories.last_days, "age_days": histories.age_days}
    table = pa.table({"frequency": histories.frequency.astype("int64"), **days})
    foretelling, _ = _timed(lambda: predict(table, estimate, LifetimePolicy()))
    print(f"{len(customers['frequency']):,} customers, {words}: {len(histories.customers):,} distinct histories")
    print(
        f"    compressed in {seconds:.2f} s, BG/NBD {buying:.2f} s, Gamma-Gamma {spending:.2f} s,"
        f" five years of each history {foretelling:.2f} s"
    )


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _histories(customers: Customers) -> Histories:
    return Histories.of(customers["frequency"], customers["last_days"], customers["age_days"])


def _spends(customers: Customers) -> Spends:
    return Spends.of(customers["frequency"], np.round(100 * customers["frequency"] * customers["mean"]))


def _simulated(count: int, *, weeks: int, cohort_weeks: int, pace: float = 1.0) -> Customers:
    """Customers who behave as BG/NBD and Gamma-Gamma say with the parameters of CDNOW, whole days, whole cents."""
    chance = np.random.default_rng(SEED)
    age = weeks * DAYS_A_WEEK - chance.integers(0, cohort_weeks * DAYS_A_WEEK, count)
    rate = pace * chance.gamma(0.2426, 1 / 4.4136, count) / DAYS_A_WEEK
    leaving = chance.beta(0.7929, 2.4259, count)
    frequency, last, clock = np.zeros(count), np.zeros(count, np.int64), np.zeros(count)
    here = np.arange(count)
    while len(here):
        clock[here] += chance.exponential(1 / rate[here])
        here = here[clock[here] < age[here]]
        frequency[here] += 1
        last[here] = clock[here].astype(np.int64)
        here = here[chance.random(len(here)) > leaving[here]]
    purchases = np.maximum(frequency, 1)
    scale = chance.gamma(3.74, 1 / 15.44, count)
    mean = np.maximum(np.round(100 * chance.gamma(6.25 * purchases, 1 / (scale * purchases))), 1) / 100
    return {"frequency": frequency, "last_days": last, "age_days": age, "mean": np.where(frequency > 0, mean, 0)}


if __name__ == "__main__":
    sys.exit(main())
