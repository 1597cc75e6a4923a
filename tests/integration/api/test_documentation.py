"""The API does what its documentation says, with what it allows and with what it does not: every operation (W12)."""

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from schemathesis import checks

from shuke.api.urls import api
from shuke.staff.rights import Scope

pytestmark = pytest.mark.django_db(transaction=True)

DOCUMENTED = schemathesis.openapi.from_dict(api.get_openapi_schema())
DOCUMENTED.app = get_wsgi_application()
ANSWERS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
"""What every answer owes. That a bad record is refused is told in an answer, not by its status."""

bounded = settings(
    max_examples=30, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def secret(program) -> str:
    """What opens every operation."""
    return program(*set(Scope) - {Scope.HOOKS_RECEIVE}).secret


@DOCUMENTED.parametrize()
@bounded
def test_every_answer_to_a_program_is_documented(case, secret):
    case.call_and_validate(checks=ANSWERS, headers={"Authorization": f"Bearer {secret}"})


@DOCUMENTED.parametrize()
@bounded
def test_whoever_has_no_token_is_told_so_whatever_they_ask(case):
    for headers in ({}, {"Authorization": "Bearer shk_guess"}, {"Authorization": "Basic eDp5"}):
        response = case.call(headers={"Authorization": "", **headers})
        case.validate_response(response, checks=ANSWERS)
        assert response.status_code == (401 if case.method == case.operation.method.upper() else 405)
