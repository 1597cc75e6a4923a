"""Lists as files: harmless in a spreadsheet, and the same again when they come back (I7)."""

import csv

import pytest

from shuke.core.cells import FORMULA_STARTS
from shuke.customers.models import Customer
from shuke.intake import queries, services
from shuke.reports import exports
from shuke.segments.models import CustomerListing

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ["=1+1", "+86 wang", "-1", "@cmd", "＝1", "＋1", "－1", "＠a", "'t Hooft", "王, 芳", '"王"', "a=b"]


@pytest.fixture
def exported(tmp_path):
    """Customers whose names look like formulas, brought in by a file and written out again."""
    first = tmp_path / "members.csv"
    with first.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("customer id", "name"), *((f"K{n}", name) for n, name in enumerate(NAMES))])
    bring(first)
    for customer in Customer.objects.all():
        CustomerListing.objects.create(customer=customer, name=customer.name)
    target = tmp_path / "customers.csv"
    assert exports.write("customers", format_="csv", target=target) == len(NAMES)
    return target


def bring(file):
    this = services.begin(path=file, source="till", kind="customers")
    return queries.report(services.run(import_id=this.pk))


def test_no_cell_of_an_export_is_a_formula(exported):
    with exported.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert "'=1+1" in cells
    assert [cell for cell in cells if cell.startswith(FORMULA_STARTS) and cell != "-1"] == []


def test_an_export_comes_back_unchanged(exported):
    report = bring(exported)
    assert (report["rows_in"], report["unchanged"]) == (len(NAMES), len(NAMES))
    assert sorted(Customer.objects.values_list("name", flat=True)) == sorted(NAMES)
