"""The page of the models: what they say, from what, and how it compared with what came."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shuke.analytics.churn.cutoffs import SAMPLE
from shuke.analytics.churn.parameters import Backtest, Churn, Declined
from shuke.analytics.churn.risk import GOAL_PRECISION, GOAL_RECALL
from shuke.analytics.churn.words import MODELS
from shuke.analytics.learned import Models
from shuke.analytics.lifetime.parameters import Estimate, Holdout
from shuke.core import policies
from shuke.reports.models import Study
from shuke.reports.queries import study
from shuke.scoring.policies import CHURN, LIFETIME, POTENTIAL
from shuke.scoring.queries import live_run
from shuke.staff.rights import Right
from shuke.web import bonds, forecast_contracts, forecast_drift, forecast_potential
from shuke.web.access import needs
from shuke.web.forecast_drift import said_and_came
from shuke.web.forecast_words import METHODS, cost_notes, lifetime_notes, shortfalls_of
from shuke.web.templatetags.shuke import percent


@require_GET
@needs(Right.POLICIES)
def index(request: HttpRequest) -> HttpResponse:
    """The models of the live run."""
    run = live_run()
    found = study()
    models = Models.model_validate((run.parameters.get("models") if run else None) or {})
    contracts = forecast_contracts.tell(models.renewal, run)
    only_contracts = bool(contracts) and forecast_contracts.has_no_orders(models)
    by_orders = Models() if only_contracts else models
    context = {
        "run": run,
        "contracts": contracts,
        "only_contracts": only_contracts,
        "sampled": SAMPLE if run and run.counts.get("customers", 0) > SAMPLE else 0,
        "churn": [_churn(one, found) for one in by_orders.churn],
        "drift_of_values": forecast_drift.of_values(found),
        "lifetime": _lifetime(by_orders, run.policies.get(LIFETIME.key, 0)) if run else None,
        "bonds": bonds.told(by_orders.bonds, run),
        "churn_policy": CHURN.key,
        "lifetime_policy": LIFETIME.key,
        "potential": forecast_potential.tell(by_orders.potential),
        "potential_policy": POTENTIAL.key,
    }
    return render(request, "forecasts/index.html", context)


def _churn(model: Churn | Declined, found: Study | None) -> dict[str, object]:
    seen = model.backtest
    return {
        "horizon": model.horizon_days,
        "lacking": shortfalls_of(model),
        "chosen": _(MODELS[model.model]) if isinstance(model, Churn) else "",
        "learned_on": [*reversed(model.trees_on), model.calibrated_on] if isinstance(model, Churn) else [],
        "backtest": seen,
        "lapse_rate": percent(seen.lapse_rate) if seen else "",
        "compared": _compared(seen, model) if seen else [],
        "calibration": said_and_came(seen.bands) if seen else None,
        "bands": _bands(seen) if seen else [],
        "risk": _risk(seen) if seen and isinstance(model, Churn) else None,
        "drift": forecast_drift.of_chances(found, model.horizon_days) if isinstance(model, Churn) else None,
    }


def _compared(seen: Backtest, model: Churn | Declined) -> list[dict[str, object]]:
    chosen = model.model if isinstance(model, Churn) else ""
    return [
        {
            "name": _(MODELS[one.model]),
            "auc": f"{one.auc:.3f}",
            "brier": f"{one.brier:.3f}",
            "log_loss": f"{one.log_loss:.3f}",
            "is_best": one.model == chosen,
        }
        for one in seen.compared
    ]


def _bands(seen: Backtest) -> list[dict[str, str]]:
    return [
        {
            "customers": f"{band.customers:,}",
            "predicted": percent(band.predicted),
            "observed": percent(band.observed),
            "lift": f"{band.lift:.2f}",
        }
        for band in sorted(seen.bands, key=lambda band: -band.predicted)
    ]


def _risk(seen: Backtest) -> dict[str, object]:
    line = seen.risk
    said = {
        "wished": percent(line.wished_precision, 0),
        "goals": _("goals: precision %(precision)s, recall %(recall)s")
        % {"precision": percent(GOAL_PRECISION, 0), "recall": percent(GOAL_RECALL, 0)},
        "active": f"{line.active_customers:,}",
    }
    if line.threshold is None:
        return {**said, "exists": False}
    return {
        **said,
        "exists": True,
        "threshold": percent(line.threshold, 0),
        "precision": percent(line.precision),
        "recall": percent(line.recall),
        "customers": f"{line.customers:,}",
        "money": line.money,
    }


def _lifetime(models: Models, version: int) -> dict[str, object] | None:
    learned = models.lifetime
    if learned is None:
        return None
    policy = policies.at_version(LIFETIME, version).body
    return {
        "method": _(METHODS[learned.method]),
        "notes": [*lifetime_notes(learned)[1:], *cost_notes(learned.population, policy)],
        "estimates": [_estimate(one) for one in (learned.purchases, learned.spend) if one],
        "retention": percent(learned.population.retention),
        "arpu": round(learned.population.arpu),
        "holdout": models.holdout,
        "by_frequency": _by_frequency(models.holdout) if models.holdout else None,
    }


def _estimate(one: Estimate) -> dict[str, object]:
    return {
        "model": _(METHODS[one.model]),
        "log_likelihood": f"{one.log_likelihood:,.1f}",
        "parameters": [
            {"name": name, "value": f"{value:.4g}", "error": f"{one.standard_errors[name]:.2g}"}
            for name, value in one.values.items()
        ],
    }


def _by_frequency(holdout: Holdout) -> dict[str, object]:
    """Orders to come by orders so far: foretold against those that came."""
    rows = holdout.by_frequency
    return {
        "labels": [f"{row.frequency}+" if row is rows[-1] else str(row.frequency) for row in rows],
        "series": [
            {"name": _("Foretold"), "values": [row.predicted for row in rows], "tone": "blue"},
            {"name": _("Came"), "values": [row.actual for row in rows], "tone": "green"},
        ],
    }


urlpatterns = [path("forecasts/", index, name="forecasts")]
