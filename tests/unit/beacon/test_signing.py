"""A signature speaks for one customer, for about a day."""

from datetime import UTC, date, datetime

import pytest

from shuke.beacon import signing

SECRET, DAY = "shb_test", date(2026, 11, 3)


def test_a_signature_is_the_day_and_what_any_language_computes():
    # printf '2026-11-03.V17' | openssl dgst -sha256 -hmac shb_test
    digest = "d1ec00b8e6c34b82696371c3c0d5d86f20e01ace3e94f620001fc368fcbd29fa"
    assert signing.sign("V17", secret=SECRET, on=DAY) == f"2026-11-03.{digest}"


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(signing.sign("V18", secret=SECRET, on=DAY), id="another customer"),
        pytest.param(signing.sign("V17", secret="shb_guess", on=DAY), id="another secret"),
        pytest.param(signing.sign("V17", secret=SECRET, on=DAY).replace("-03", "-04"), id="another day"),
        pytest.param(signing.sign("V17", secret=SECRET, on=DAY)[:-1], id="cut"),
        pytest.param("20261103" + signing.sign("V17", secret=SECRET, on=DAY)[10:], id="the day otherwise written"),
        pytest.param("", id="blank"),
        pytest.param("签名", id="no signature at all"),
    ],
)
def test_nothing_else_signs(forged):
    assert signing.signs(signing.sign("V17", secret=SECRET, on=DAY), "V17", secret=SECRET)
    assert not signing.signs(forged, "V17", secret=SECRET)


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        pytest.param(datetime(2026, 11, 1, 23, 59, tzinfo=UTC), False, id="too early"),
        pytest.param(datetime(2026, 11, 2, 0, 0, tzinfo=UTC), True, id="the day before, for zones ahead of us"),
        pytest.param(datetime(2026, 11, 4, 23, 59, tzinfo=UTC), True, id="the day after, for pages left open"),
        pytest.param(datetime(2026, 11, 5, 0, 0, tzinfo=UTC), False, id="over"),
    ],
)
def test_a_signature_holds_for_its_day_and_the_days_beside_it(at, holds):
    assert signing.holds(signing.sign("V17", secret=SECRET, on=DAY), at=at) == holds
