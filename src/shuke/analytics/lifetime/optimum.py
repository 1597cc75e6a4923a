"""Maximum likelihood: the optimum, its standard errors, or why there is none.

The search is over the logarithms of the parameters, as multiples of where it began: so it is of no unit, be that of
money or of time.

Where the data are many, a part of them is searched first: its optimum is so near that of all that a few of Newton's
steps lead there.

A plain fit first. A likelihood may have no maximum inside: where nobody seems to leave, b of BG/NBD rises without end.
We notice it by a bound that is reached or by a likelihood that is flat, and can fit again with a penalty: a normal
distribution of the logarithms around where the search began, with a deviation of `LOOSE`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from shuke.analytics.lifetime.parameters import Code, Note
from shuke.analytics.lifetime.statistics import Floats

LogLikelihood = Callable[[Floats], tuple[float, Floats]]

BOUND = 1e5
AT_THE_BOUND = 0.05
LOOSE = 1.5
UNKNOWN = 2.0
STEP = 1e-4
POLISHES = 8
LONGEST_STEP = 0.5
CONVERGED, EXACT = 1e-6, 1e-10  # in units of the log-likelihood


@dataclass(frozen=True, slots=True)
class Optimum:
    """Parameters and standard errors on their natural scale; `trouble` says why not to rely on them."""

    theta: Floats
    standard_errors: Floats
    log_likelihood: float
    penalised: bool
    trouble: Note | None


def maximise(
    log_likelihood: LogLikelihood,
    names: Sequence[str],
    start: Floats,
    *,
    penalised: bool = False,
    of_a_part: LogLikelihood | None = None,
) -> Optimum:
    """The parameters under which the data are most likely, none of them 1e5 times as large or small as at the start.

    `of_a_part` is the likelihood of a part of the data, searched first: it changes how long this takes, not the result.
    """
    deviation = LOOSE if penalised else np.inf
    cost = _cost(log_likelihood, start, deviation)

    def near(logs: Floats) -> Optimum:
        found, curvature, decrement = _polish(cost, logs)
        theta = start * np.exp(found)
        return Optimum(
            theta=theta,
            standard_errors=theta * _deviations(curvature),
            log_likelihood=log_likelihood(theta)[0],
            penalised=penalised,
            trouble=_trouble(dict(zip(names, theta.tolist(), strict=True)), found, curvature, decrement),
        )

    if of_a_part is not None:
        about = _search(_cost(of_a_part, start, deviation), len(start))
        found = near(_polish(cost, about)[0])
        if found.trouble is None:
            return found
    return near(_search(cost, len(start)))


def _cost(log_likelihood: LogLikelihood, start: Floats, deviation: float) -> LogLikelihood:
    """What is minimised, over the logarithms; the penalty is that of a normal distribution."""

    def cost(logs: Floats) -> tuple[float, Floats]:
        theta = start * np.exp(logs)
        value, slopes = log_likelihood(theta)
        away = logs / deviation
        return -value + float(away @ away) / 2, -slopes * theta + away / deviation

    return cost


def _search(cost: LogLikelihood, parameters: int) -> Floats:
    from scipy.optimize import minimize  # noqa: PLC0415  only a run needs it

    start = np.zeros(parameters)
    scale = max(abs(cost(start)[0]), 1.0)

    def scaled(logs: Floats) -> tuple[float, Floats]:
        value, slopes = cost(logs)
        return value / scale, slopes / scale

    limit = np.log(BOUND)
    # Not L-BFGS-B, which hands its few numbers to BLAS: on busy cores its threads wait longer than all else takes.
    bounds = [(-limit, limit)] * parameters
    found = minimize(scaled, start, jac=True, method="SLSQP", bounds=bounds, options={"maxiter": 500, "ftol": 1e-11})
    return np.asarray(found.x)


def _polish(cost: LogLikelihood, logs: Floats) -> tuple[Floats, Floats, float]:
    """Newton's steps to the last digit; the curvature, and how far the cost may still be from its minimum.

    The search has come so near that one curvature serves all steps.
    """
    curvature, decrement = _curvature(cost, logs), np.inf
    if not _convex(curvature):
        return logs, curvature, decrement
    for _ in range(POLISHES):
        slopes = cost(logs)[1]
        step = np.linalg.solve(curvature, slopes)
        decrement = float(slopes @ step) / 2
        if decrement < EXACT or np.abs(step).max() > LONGEST_STEP:
            break
        logs = logs - step
    return logs, curvature, decrement


def _curvature(cost: LogLikelihood, logs: Floats) -> Floats:
    """Second derivatives from differences of the gradient."""
    steps = np.eye(len(logs)) * STEP
    rows = [(cost(logs + step)[1] - cost(logs - step)[1]) / (2 * STEP) for step in steps]
    matrix = np.array(rows)
    symmetric: Floats = (matrix + matrix.T) / 2
    return symmetric


def _convex(curvature: Floats) -> bool:
    return bool(np.all(np.isfinite(curvature)) and np.linalg.eigvalsh(curvature)[0] > 0)


def _deviations(curvature: Floats) -> Floats:
    """Standard errors of the logarithms; infinite where the likelihood is flat."""
    if not _convex(curvature):
        return np.full(len(curvature), np.inf)
    return np.sqrt(np.diag(np.linalg.inv(curvature)))


def _trouble(values: dict[str, float], logs: Floats, curvature: Floats, decrement: float) -> Note | None:
    def note(code: Code, place: int) -> Note:
        return Note(code=code, parameter=list(values)[place], numbers=values)

    if not np.all(np.isfinite(curvature)):
        return Note(code="not_converged")
    outermost = int(np.abs(logs).argmax())
    if abs(logs[outermost]) > np.log(BOUND) - AT_THE_BOUND:
        return note("bound_reached", outermost)
    errors = _deviations(curvature)
    if not errors.max() < UNKNOWN:
        return note("flat_likelihood", int(_flattest(curvature).argmax()))
    if not decrement < CONVERGED:
        return Note(code="not_converged", numbers={"off_by": decrement})
    return None


def _flattest(curvature: Floats) -> Floats:
    """How much each parameter takes part in the direction in which the likelihood changes least."""
    direction: Floats = np.abs(np.linalg.eigh(curvature)[1][:, 0])
    return direction
