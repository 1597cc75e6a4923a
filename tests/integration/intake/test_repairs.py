"""Rows that were set aside are repaired, one or all alike, and the file is read once more."""

from pathlib import Path

import pytest
from django.utils import timezone

import shop
from shuke.core.models import AuditEntry
from shuke.history.models import Order, OrderLine
from shuke.intake import queries, services
from shuke.intake.models import Import, QuarantinedRow
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = "order id,customer id,date,total\n"
BAD = ORDERS + "A1,7,2026-01-05,10\nA2,8,soon,20\nA3,9,soon,free\nA4,9,soon,40\nA5,9,2026-01-06\n"


@pytest.fixture
def admin(db):
    return shop.user("admin", Role.ADMINISTRATOR)


def mend(this, line, by, **options):
    row = this.quarantined.get(line=line)
    return services.repair(row=row, cells=options.pop("cells", {}), by=by, at=timezone.now(), **options)


def again(this, by):
    return services.run(import_id=services.repeat_repaired(this=this, by=by, at=timezone.now()).pk)


def counts(this):
    told = this.report
    return tuple(told[key] for key in ("rows_in", "inserted", "updated", "unchanged", "quarantined"))


def test_a_repaired_row_comes_in_and_the_rest_is_unchanged(brought, admin):
    this = brought(BAD)
    assert counts(this) == (5, 1, 0, 0, 4)
    assert mend(this, 3, admin, cells={"date": "2026-01-07"}).rows == 1
    second = again(this, admin)
    assert counts(second) == (5, 1, 0, 1, 3)
    assert [row.line for row in second.quarantined.all()] == [4, 5, 6]
    assert Order.objects.get(source_key="A2").amount == 2_000


def test_all_alike_are_repaired_at_once_but_those_with_another_fault_stay(brought, admin):
    this = brought(BAD)
    assert mend(this, 3, admin, cells={"date": "2026-01-07"}, alike=True).rows == 2
    second = again(this, admin)
    assert counts(second) == (5, 2, 0, 1, 2)
    assert [row.line for row in second.quarantined.all()] == [4, 6]


def test_a_row_of_another_length_is_written_whole(brought, admin):
    this = brought(BAD)
    assert [problem.code for problem in mend(this, 6, admin, text="A5,9,2026-01-06").problems] == ["cells"]
    assert mend(this, 6, admin, text="A5,9,2026-01-06,50").rows == 1
    assert Order.objects.filter(source_key="A5").count() == 0
    again(this, admin)
    assert Order.objects.get(source_key="A5").amount == 5_000


def test_what_is_still_wrong_is_told_and_nothing_is_kept(brought, admin):
    this = brought(BAD)
    problems = mend(this, 3, admin, cells={"date": "tomorrow"}).problems
    assert [(problem.code, problem.column) for problem in problems] == [("time_unreadable", "date")]
    assert not this.quarantined.exclude(repair=None).exists()
    with pytest.raises(services.NothingRepaired):
        services.repeat_repaired(this=this, by=admin, at=timezone.now())


def test_repairs_add_up_over_several_rounds(brought, admin):
    first = brought(BAD)
    mend(first, 3, admin, cells={"date": "2026-01-07"})
    second = again(first, admin)
    mend(second, 4, admin, cells={"date": "2026-01-08", "total": "30"})
    third = again(second, admin)
    assert counts(third) == (5, 1, 0, 2, 2)
    assert set(Order.objects.values_list("source_key", flat=True)) == {"A1", "A2", "A3"}
    with pytest.raises(services.RepeatedAlready):
        mend(first, 5, admin, cells={"date": "2026-01-07"})


def test_a_line_of_an_order_is_repaired_without_losing_its_other_lines(brought, admin):
    this = brought(
        "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n"
        "B1,P1,2,2026-01-05,1.50,7\nB1,P2,many,2026-01-05,2.00,7\nB1,P3,1,2026-01-05,4.00,7\n"
    )
    mend(this, 3, admin, cells={"Quantity": "3"})
    again(this, admin)
    assert list(OrderLine.objects.order_by("ordinal").values_list("product__code", flat=True)) == ["P1", "P2", "P3"]
    assert Order.objects.get().amount == 1_300


def test_undoing_the_second_round_leaves_the_first(brought, admin):
    this = brought(BAD)
    mend(this, 3, admin, cells={"date": "2026-01-07"})
    second = again(this, admin)
    services.ask_undo(this=second, by=admin, at=timezone.now())
    services.undo(import_id=second.pk)
    assert list(Order.objects.values_list("source_key", flat=True)) == ["A1"]


def test_repairs_are_kept_sealed_and_leave_a_trail_without_content(brought, admin):
    this = brought(BAD)
    mend(this, 3, admin, cells={"date": "2026-01-07"}, alike=True)
    for row in QuarantinedRow.objects.exclude(repair=None):
        assert b"2026-01-07" not in bytes(row.repair)
        assert "2026-01-07" in queries.text_of(row)
    entry = AuditEntry.objects.get(action="import.rows_repaired")
    assert entry.details == {"rows": 2}


def test_a_file_that_is_gone_cannot_be_read_once_more(brought, admin):
    this = brought(BAD)
    mend(this, 3, admin, cells={"date": "2026-01-07"})
    Path(this.path).unlink()
    with pytest.raises(services.FileGone):
        services.repeat_repaired(this=this, by=admin, at=timezone.now())
    assert Import.objects.count() == 1
