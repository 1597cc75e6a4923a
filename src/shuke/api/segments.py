"""Operations that read segments: which there are, and who is in one."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router

from shuke.api import queries
from shuke.api.auth import Token
from shuke.api.schemas import ProblemDocument, SegmentMembers, Segments
from shuke.staff.rights import Scope

router = Router(auth=Token(Scope.CUSTOMERS_READ), tags=["Segments"])
PROBLEMS = dict.fromkeys((401, 403, 404, 422), ProblemDocument)
RowId = Annotated[int, Path(ge=1, lt=2**63)]
Limit = Annotated[int, Query(ge=1, le=1_000)]
Place = Annotated[int, Query(ge=0, lt=2**63)]


@router.get("/segments", response={200: Segments} | PROBLEMS, summary="All segments")
def segments(request: HttpRequest) -> Segments:
    """The segments that are kept up to date, each with its rule, also in words."""
    return queries.segments()


@router.get("/segments/{segment}/members", response={200: SegmentMembers} | PROBLEMS, summary="Who is in a segment")
def segment_members(request: HttpRequest, segment: RowId, after: Place = 0, limit: Limit = 500) -> SegmentMembers:
    """The present members by the records of their sources, page by page: ask again with `after` until it is null."""
    return queries.segment_members(segment, after=after, limit=limit)
