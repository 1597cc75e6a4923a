"""Build the demo shop through the same doors that a real shop uses: import, score, plan, close."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from django.utils.timezone import localdate, make_aware, now

from shuke.core.words import mark as _
from shuke.demo import files
from shuke.followups import services as followups
from shuke.followups.models import FollowUp, Outcome
from shuke.intake import services as intake
from shuke.reports import services as reports
from shuke.scoring import services as scoring
from shuke.scoring.models import Run
from shuke.scoring.queries import month_end
from shuke.segments import services as segments
from shuke.segments.models import CustomerListing, Tier
from shuke.staff import services as staff
from shuke.staff.models import Team, User
from shuke.staff.rights import Role

__all__ = ["PASSWORD", "TEAM", "build", "is_built"]

PASSWORD = "shuke-demo-2026"  # noqa: S105  the demo runs on this computer only and prints it
TEAM = (
    ("admin", "林静", Role.ADMINISTRATOR),
    ("ops", "周航", Role.OPERATIONS),
    ("manager", "陈雪", Role.MANAGER),
    ("xiaoli", "小李", Role.AGENT),
    ("xiaowang", "小王", Role.AGENT),
)
SOURCE = "网店"
WEEKS_AGO = 26
"""The earlier scores are of the end of that month: those are kept for good, so that the pages have what to compare."""
CLOSED_A_DAY = 9
OUTCOMES = (
    (Outcome.REACHED, "对新品感兴趣，约好下周再看"),
    (Outcome.REACHED, "满意，表示会再来"),
    (Outcome.REACHED, "反馈上次包装破损，已登记"),
    (Outcome.PROMISED, "月底前补货时再联系"),
    (Outcome.NO_ANSWER, ""),
    (Outcome.BUSY, ""),
    (Outcome.REFUSED, "近期不方便，下季度再说"),
)

Say = Callable[[str], None]


def is_built() -> bool:
    """Is the shop there already?"""
    return User.objects.filter(username=TEAM[0][0]).exists()


def build(*, say: Say) -> None:
    """Make the shop. Every step can be repeated, so a killed one is made by starting again."""
    yesterday = localdate() - timedelta(days=1)
    agents = _people()
    with TemporaryDirectory() as folder:
        say(_("Real orders come in: 541,909 lines …"))
        customers = files.write_orders(Path(folder) / "订单.csv", yesterday=yesterday)
        _import(Path(folder) / "订单.csv", kind="orders")
        files.write_members(Path(folder) / "会员.csv", customers=customers, yesterday=yesterday)
        _import(Path(folder) / "会员.csv", kind="customers")
        say(_("Every customer is scored, as of an earlier day and of today …"))
        _score(month_end(localdate() - timedelta(weeks=WEEKS_AGO)))
        _import_calls(Path(folder) / "通话.csv", agents, yesterday)
        reports.study(run_id=_score(localdate()).pk)
        say(_("The team works through its first days …"))
        _work(agents)


def _people() -> list[User]:
    team = Team.objects.get_or_create(name="客户成功一组")[0]
    for username, name, role in TEAM:
        if not User.objects.filter(username=username).exists():
            staff.add_user(username=username, name=name, role=role, password=PASSWORD, by=None, at=now(), team=team)
    return list(User.objects.filter(role=Role.AGENT).order_by("pk"))


def _import(path: Path, *, kind: str) -> None:
    this = intake.begin(path=path, source=SOURCE, kind=kind)
    intake.run(import_id=this.pk)


def _import_calls(target: Path, agents: list[User], yesterday: date) -> None:
    gold = CustomerListing.objects.filter(tier=Tier.GOLD).order_by("customer_id")
    keys = list(gold.values_list("customer__identities__source_key", flat=True)[::3])
    files.write_calls(target, customers=keys, callers=[agent.name for agent in agents], yesterday=yesterday)
    _import(target, kind="interactions")


def _score(as_of: date) -> Run:
    run = scoring.run(as_of=as_of)
    segments.refresh(run=run, at=now())
    reports.refresh(run_id=run.pk)
    return run


def _work(agents: list[User]) -> None:
    """Six days of plans and outcomes, each dated as it would have been."""
    chance = Random(files.SEED)  # noqa: S311
    for back in range(6, -1, -1):
        day = localdate() - timedelta(days=back)
        followups.plan(on=day, run_id=None, at=_at(day, 2))
        for agent in agents:
            closing = CLOSED_A_DAY if back else CLOSED_A_DAY // 3
            for number, follow_up in enumerate(FollowUp.objects.filter(owner=agent).due(on=day).by_urgency()[:closing]):
                outcome, note = chance.choice(OUTCOMES)
                promised = day + timedelta(days=chance.randrange(3, 12)) if outcome == Outcome.PROMISED else None
                at = _at(day, 9 + number % 8) if back else now()
                followups.complete(
                    follow_up=follow_up, outcome=outcome, note=note, promised_on=promised, by=agent, at=at
                )


def _at(day: date, hour: int) -> datetime:
    return make_aware(datetime.combine(day, time(hour, 12)))
