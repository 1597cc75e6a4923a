"""The page of the clusters: who is in which group, what sets it apart, and how far to trust that there are groups."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shuke.analytics.clusters.features import FEATURES
from shuke.analytics.clusters.parameters import Clusters, Compared, Group, Grouping, Moves, Profile
from shuke.scoring.policies import CLUSTER
from shuke.scoring.queries import live_groups, live_run
from shuke.staff.rights import Right
from shuke.web.access import needs
from shuke.web.cluster_words import feature, index, lacking, traits, value
from shuke.web.templatetags.shuke import number, percent


@require_GET
@needs(Right.POLICIES)
def show(request: HttpRequest) -> HttpResponse:
    """The groups of the live run, or why it has none."""
    grouping = live_groups()
    context = {
        "run": live_run(),
        "policy": CLUSTER.key,
        "grouping": grouping,
        "lacking": lacking(grouping),
        "tried": _tried(grouping) if grouping else [],
        "asked": percent(grouping.policy.min_stability, 0) if grouping else "",
        "found": _found(grouping) if isinstance(grouping, Clusters) else None,
    }
    return render(request, "segments/clusters.html", context)


def _found(clusters: Clusters) -> dict[str, object]:
    chosen = next(one for one in clusters.compared if one.groups == len(clusters.groups))
    return {
        "rows": [_row(group, clusters) for group in clusters.groups],
        "ranks": _ranks(clusters.groups),
        "averages": _averages(clusters),
        "silhouette": index(chosen.silhouette),
        "by_chance": index(chosen.by_chance),
        "stability": percent(chosen.stability, 0),
        "moves": _moves(clusters.moves, clusters) if clusters.moves else None,
    }


def _row(group: Group, clusters: Clusters) -> dict[str, object]:
    own = clusters.profiles.get(group.number)
    return {
        "number": group.number,
        "traits": traits(group),
        "url": _customers_of(group.number),
        "customers": number(own.customers if own else 0),
        "share": percent(_part(own, clusters.shop, "customers")),
        "money_share": percent(_part(own, clusters.shop, "money")),
        "since": group.since,
    }


def _part(own: Profile | None, shop: Profile | None, of: str) -> float | None:
    """The group's part of the shop's customers or money; none where the shop has no money left after returns."""
    if not own or not shop or getattr(shop, of) <= 0:
        return None
    return getattr(own, of) / getattr(shop, of)


def _ranks(groups: tuple[Group, ...]) -> dict[str, object]:
    """Where the typical member of each group stands among all customers; 50 % is the middle of the shop."""
    cells = [
        {"x": x, "y": y, "value": round(rank, 2), "url": _customers_of(group.number)}
        for x, group in enumerate(groups)
        for y, key in enumerate(FEATURES)
        if (rank := group.ranks.get(key)) is not None
    ]
    return {
        "x": [str(group.number) for group in groups],
        "y": [feature(key) for key in FEATURES],
        "x_words": _("Group"),
        "cells": cells,
        "format": "percent",
    }


def _averages(clusters: Clusters) -> list[dict[str, object]]:
    """A row for each measure: the average of each group, and of the shop."""
    profiles = [clusters.profiles.get(group.number) for group in clusters.groups]
    return [
        {"name": feature(key), "groups": [_average(own, key) for own in profiles], "shop": _average(clusters.shop, key)}
        for key in FEATURES
    ]


def _average(of: Profile | None, key: str) -> str:
    return value(key, of.averages.get(key) if of else None)


def _tried(grouping: Grouping) -> list[dict[str, object]]:
    chosen = len(grouping.groups) if isinstance(grouping, Clusters) else 0
    return [_judged(one, is_chosen=one.groups == chosen) for one in grouping.compared]


def _judged(one: Compared, *, is_chosen: bool) -> dict[str, object]:
    return {
        "groups": one.groups,
        "silhouette": index(one.silhouette),
        "by_chance": index(one.by_chance),
        "stability": percent(one.stability, 0),
        "smallest": percent(one.smallest_share),
        "is_chosen": is_chosen,
    }


def _moves(moves: Moves, clusters: Clusters) -> dict[str, object]:
    """Where those who were in a group then are now, as shares of them; whoever is new was in none."""
    before = sorted({move.former for move in moves.pairs if move.former is not None})
    known = [move for move in moves.pairs if move.former is not None]
    stayed = sum(move.customers for move in known if move.former == move.present)
    return {
        "since": moves.since,
        "customers": number(sum(move.customers for move in known)),
        "stayed": percent(stayed / sum(move.customers for move in known), 0) if known else "",
        "fresh": number(sum(move.customers for move in moves.pairs if move.former is None)),
        "chart": _moved(before, moves, [group.number for group in clusters.groups]) if known else None,
    }


def _moved(before: list[int], moves: Moves, numbers: list[int]) -> dict[str, object]:
    counts = {(move.former, move.present): move.customers for move in moves.pairs}
    all_of = {former: sum(counts.get((former, now), 0) for now in numbers) for former in before}
    cells = [
        {"x": x, "y": y, "value": round(counts.get((former, now), 0) / all_of[former], 2), "url": _customers_of(now)}
        for y, former in enumerate(before)
        for x, now in enumerate(numbers)
    ]
    return {
        "x": [str(now) for now in numbers],
        "y": [str(former) for former in before],
        "x_words": _("Group now"),
        "y_words": _("Group then"),
        "cells": cells,
        "format": "percent",
    }


def _customers_of(group: int) -> str:
    return f"{reverse('web:customers')}?cluster={group}"


urlpatterns = [path("segments/clusters/", show, name="segments.clusters")]
