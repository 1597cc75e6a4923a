"""The overview: what needs whom, and figures that lead to their lists."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from shuke.intake.models import Import
from shuke.reports import services
from shuke.scoring.models import LiveRun, Run
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(db) -> Run:
    run = Run.objects.create(kind="asked", as_of=localdate(), status="done", started_at=now())
    LiveRun.objects.update_or_create(id=1, defaults={"run": run})
    return run


def needs(client) -> dict[str, int]:
    return {need["words"]: need["count"] for need in client.get(reverse("web:dashboard")).context["needs"]}


def test_a_new_installation_is_shown_its_first_steps(as_, shop):
    boss, agent = shop.colleague("boss", role=Role.OPERATIONS), shop.colleague("Li")
    page = as_(boss).get(reverse("web:dashboard")).content.decode()
    assert "Bring your orders" in page
    assert reverse("web:imports") in page
    assert "Ask operations or an administrator." in as_(agent).get(reverse("web:dashboard")).content.decode()


def test_what_needs_me_is_mine_and_escalations_are_the_managers(as_, shop, run):
    team = shop.team("calls")
    li, lead = shop.colleague("Li", team=team), shop.colleague("lead", role=Role.MANAGER, team=team)
    late = localdate() - timedelta(9)
    shop.follow_up(owner=li, due_on=late, escalated_at=now())
    shop.follow_up(owner=li, due_on=localdate())
    shop.follow_up(owner=shop.colleague("other"), due_on=localdate())
    assert needs(as_(li)) == {"overdue": 1, "due today": 2}
    assert needs(as_(lead)) == {"escalated": 1, "overdue": 1, "due today": 2}


def test_rows_set_aside_are_for_those_who_can_mend_the_file(as_, shop, run):
    boss, li = shop.colleague("boss", role=Role.OPERATIONS), shop.colleague("Li")
    this = Import.objects.create(
        source=shop.source,
        kind="orders",
        status="done",
        file_name="october.csv",
        path="-",
        sha256="0",
        size=1,
        encoding="utf-8",
        mapping={},
        report={"quarantined": 3},
        begun_at=now(),
        finished_at=now(),
    )
    assert needs(as_(boss)) == {"rows set aside in october.csv": 3}
    assert needs(as_(li)) == {}
    Import.objects.filter(pk=this.pk).update(finished_at=now() - timedelta(8))
    assert needs(as_(boss)) == {}


def test_every_chart_leads_to_the_customers_that_it_counts(as_, shop, run):
    boss = shop.colleague("boss", role=Role.OPERATIONS)
    shop.customer(owner=boss, tier="gold", activity="active", r_quintile=5, f_quintile=2)
    services.refresh(run_id=run.pk)
    context = as_(boss).get(reverse("web:dashboard")).context
    customers = reverse("web:customers")
    (cell,) = [cell for cell in context["quintiles"]["cells"] if cell["value"]]
    assert cell["url"] == f"{customers}?r_quintile=5&f_quintile=2"
    active = next(series for series in context["tiers"]["series"] if series["tone"] == "active")
    assert (active["values"][0], active["urls"][0]) == (1, f"{customers}?tier=gold&activity=active")


def test_the_overview_costs_few_queries_however_many_customers(as_, shop, run, django_assert_max_num_queries):
    boss = shop.colleague("boss", role=Role.OPERATIONS)
    for _number in range(12):
        shop.follow_up(owner=boss, due_on=localdate())
    services.refresh(run_id=run.pk)
    client = as_(boss)
    with django_assert_max_num_queries(32):
        client.get(reverse("web:dashboard"))
