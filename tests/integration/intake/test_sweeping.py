"""Files that were sent go once nobody can need them; nobody's own file is touched."""

import io
from datetime import timedelta

import pytest
from django.utils.timezone import now

from shuke.intake import services

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "订单号,会员卡号,下单时间,实付金额\nA1,7,2026-01-05,10\n"
BAD = GOOD + "A2,8,待定,20\n"


def sent(text):
    path, key = services.keep(io.BytesIO(text.encode()))
    return services.run(import_id=services.begin(path=path, name="orders.csv", key=key).pk), path


@pytest.mark.parametrize(
    ("text", "days", "stays"), [(GOOD, 6, True), (GOOD, 8, False), (BAD, 8, True), (BAD, 91, False)]
)
def test_a_file_stays_as_long_as_it_may_be_read_again(text, days, stays):
    _this, path = sent(text)

    services.sweep(at=now() + timedelta(days=days))

    assert path.exists() == stays


def test_a_file_that_another_import_still_needs_stays():
    this, path = sent(GOOD)
    services.repeat(this=this)

    assert services.sweep(at=now() + timedelta(days=8)) == 0
    assert path.exists()


def test_a_file_of_ones_own_is_never_touched(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(GOOD, encoding="utf-8")
    services.run(import_id=services.begin(path=path).pk)

    services.sweep(at=now() + timedelta(days=100))

    assert path.exists()
