"""Operations that read scores: of one customer with reasons and history, of all page by page, and the runs."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from shuke.api import score_queries as queries
from shuke.api.auth import Token
from shuke.api.keys import CUSTOMER
from shuke.api.schemas import ProblemDocument
from shuke.api.score_schemas import CustomerScores, Runs, ScoreList
from shuke.staff.rights import Scope

router = Router(auth=Token(Scope.SCORES_READ), tags=["Scores"])
PROBLEMS = dict.fromkeys((401, 403, 404, 422), ProblemDocument)
Limit = Annotated[int, Query(ge=1, le=1_000)]
Place = Annotated[int, Query(ge=0, lt=2**63)]


@router.get(
    f"{CUSTOMER}/scores",
    response={200: CustomerScores} | PROBLEMS,
    summary="The scores of a customer",
)
def customer_scores(request: HttpRequest, source: str, key: str) -> CustomerScores:
    """What counts now of the customer behind a source's record, why, and what earlier runs have said."""
    return queries.customer_scores(source, key)


@router.get("/scores", response={200: ScoreList} | PROBLEMS, summary="All scores")
def scores(request: HttpRequest, after: Place = 0, limit: Limit = 500) -> ScoreList:
    """What counts now of every customer, page by page: ask again with `after` until it is null."""
    return queries.scores(after=after, limit=limit)


@router.get("/runs", response={200: Runs} | PROBLEMS, summary="The runs")
def runs(request: HttpRequest, before: Place | None = None, limit: Limit = 100) -> Runs:
    """The finished runs, the newest first, page by page: ask again with `before` until it is null."""
    return queries.runs(before=before, limit=limit)
