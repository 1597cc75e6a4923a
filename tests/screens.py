"""Every page in two languages, two widths and two themes, as pictures to be looked at: `make screens`.

Writes screens/<page>-<language>-<width>-<theme>.png from a demo shop and fails on sideways scrolling, cut or
untranslated text, empty charts, and axe-core's findings.
"""

import shutil
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from browser.looks import faults
from installation import Installation, wait_until

TARGET = Path(__file__).resolve().parents[1] / "screens"
CHROMIUM = ("/usr/bin/chromium", ["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
LANGUAGES, WIDTHS, THEMES = ("zh-hans", "en"), (1440, 390), ("light", "dark")
PASSWORD = "shuke-demo-2026"

PAGES = {
    "dashboard": ("admin", "/"),
    "today": ("xiaoli", "/today/"),
    "board": ("manager", "/board/"),
    "customers": ("admin", "/customers/"),
    "customers-gold": ("admin", "/customers/?tier=gold&sort=money"),
    "customers-at-risk": ("admin", "/customers/?at_risk=1&sort=-value"),
    "customers-none": ("admin", "/customers/?q=查无此人"),
    "segments": ("ops", "/segments/"),
    "segment": ("ops", "/segments/{segment}/"),
    "segment-add": ("ops", "/segments/add/"),
    "segment-edit": ("ops", "/segments/{segment}/edit/"),
    "clusters": ("ops", "/segments/clusters/"),
    "policy-cluster": ("ops", "/policies/cluster/"),
    "customers-segment": ("admin", "/customers/?segment={segment}"),
    "customer": ("admin", "/customers/{gold}/"),
    "customer-account": ("admin", "/customers/{gold}/account/"),
    "disputes": ("ops", "/disputes/"),
    "customer-edit": ("admin", "/customers/{gold}/edit/"),
    "customer-merge": ("admin", "/customers/{gold}/merge/"),
    "duplicates": ("ops", "/duplicates/"),
    "merges": ("ops", "/duplicates/merged/"),
    "imports": ("ops", "/imports/"),
    "import": ("ops", "/imports/{import}/"),
    "import-preview": ("ops", "/imports/"),
    "import-set-aside": ("ops", "/imports/{set_aside}/"),
    "import-undone": ("ops", "/imports/{undone}/"),
    "sources": ("ops", "/imports/sources/"),
    "forecasts": ("ops", "/forecasts/"),
    "suggestions": ("ops", "/suggestions/"),
    "insight": ("ops", "/insight/"),
    "insight-flow": ("ops", "/insight/flow/"),
    "insight-cohorts": ("ops", "/insight/cohorts/"),
    "insight-cohorts-money": ("ops", "/insight/cohorts/?by=money&all=1"),
    "insight-survival": ("ops", "/insight/survival/"),
    "insight-slipping": ("ops", "/insight/slipping/"),
    "policy-insight": ("ops", "/policies/insight/"),
    "policies": ("ops", "/policies/"),
    "policy-tier": ("ops", "/policies/tier/"),
    "policy-churn": ("ops", "/policies/churn/"),
    "policy-emotion": ("ops", "/policies/emotion/"),
    "policy-relationship": ("ops", "/policies/relationship/"),
    "policy-cadence": ("ops", "/policies/cadence/"),
    "policy-identity": ("ops", "/policies/identity/"),
    "policy-draft": ("ops", "/policies/drafts/{draft}/"),
    "policy-moves": ("ops", "/policies/drafts/{draft}/moves/?kind=tier&was=gold&now=silver"),
    "people": ("admin", "/people/"),
    "person-add": ("admin", "/people/add/"),
    "connections": ("admin", "/connections/"),
    "token-add": ("admin", "/connections/add/"),
    "pull-add": ("admin", "/connections/pulls/add/?way=sftp"),
    "webhook-add": ("admin", "/connections/webhooks/add/"),
    "site-add": ("admin", "/connections/sites/add/"),
    "site": ("admin", "/connections/sites/{site}/"),
    "not-found": ("xiaoli", "/customers/999999999/"),
}

BAD = "订单号,会员卡号,姓名,手机号,下单时间,实付金额\n" + "".join(
    f"B{number},{number},顾客{number},1380013{number:04},{day},{amount}\n"
    for number, (day, amount) in enumerate(
        [("2026-01-05", "10.00"), ("待定", "20.00"), ("2026-02-30", "¥1,280.00"), ("2026-03-01", "免单")], 1
    )
)
CONTRACTS = "合同编号,客户编号,合同名称,开始日期,到期日期,合同金额,合同状态\n"
"""A contract of the customer whose page is shown is renewed soon, another has ended."""
LISTENED_TO = """
WITH site AS (
    INSERT INTO beacon_site (name, key, source, origins, signing_secret, made_at)
    VALUES ('茶铺', '9f2c51d07a3b8e64', 'shop', ARRAY['https://tea.example'], ''::bytea, now()) RETURNING id
), tally AS (
    INSERT INTO beacon_tally (site_id, day, ending, events)
    SELECT id, (now() AT TIME ZONE 'Asia/Shanghai')::date, told.ending, told.events
    FROM site, (VALUES ('written', 1200), ('signature', 7)) AS told (ending, events)
)
SELECT id FROM site
"""

DISPUTED = """
INSERT INTO dispute (identity_id, interaction_id, reason, at, by_id)
SELECT identity_id, interaction.id, '接电话的是她先生，不是她本人', now(),
    (SELECT id FROM staff_user WHERE username = 'xiaoli')
FROM interaction JOIN identity ON identity.id = identity_id
WHERE customer_id = {customer} AND outcome = 'reached' ORDER BY interaction.id DESC LIMIT 1
RETURNING id
"""


SEGMENT = {
    "name": "该回访的熟客",
    "version": "0",
    "match": "all",
    "g0-match": "all",
    "g0-c0-about": "tier",
    "g0-c0-how": "is_not",
    "g0-c0-values": "bronze",
    "g0-c1-about": "orders_within",
    "g0-c1-days": "365",
    "g0-c1-how": "at_least",
    "g0-c1-low": "3",
    "g1-match": "any",
    "g1-c0-about": "last_contact_on",
    "g1-c0-how": "never",
    "g1-c1-about": "money",
    "g1-c1-how": "between",
    "g1-c1-low": "5000",
    "g1-c1-high": "20000",
}


STUDIED = "SELECT FROM report_study JOIN live_run USING (run_id) WHERE drift <> '{}'"
DRAFT = """
INSERT INTO lab_draft (kind, body, replaces, version, made_at, made_by_id, changed_at, changed_by_id, ending)
SELECT 'tier', policy.body || '{"gold_money_share": 0.1}', policy.version, 1, now(), ops.id, now(), ops.id, ''
FROM policy, (SELECT id FROM staff_user WHERE username = 'ops') AS ops
WHERE policy.kind = 'tier' ORDER BY policy.version DESC LIMIT 1 RETURNING id
"""
TIER_FORM = {
    "replaces": "1",
    "version": "1",
    "mode": "by_rank",
    "gold_recency_share": "20",
    "gold_money_share": "10",
    "silver_share": "40",
    "gold_spend": "500000",
    "silver_spend": "100000",
}


def main() -> int:
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir()
    with tempfile.TemporaryDirectory(prefix="shuke-") as folder:
        site = Installation(Path(folder), SHUKE_DEMO="1")
        site.run("demo", "--seed-only")
        with site.up(), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM[0], args=CHROMIUM[1])
            found = pictures(site, browser, prepared(site, Path(folder)))
            browser.close()
    for fault in found:
        print(f"✗ {fault}")
    count = len(list(TARGET.glob("*.png")))
    print(f"{count} pictures in {TARGET.name}/, {len(found)} faults")
    return 1 if found else 0


def prepared(site: Installation, folder: Path) -> dict[str, object]:
    """What the addresses of pages name: a customer with contracts, imports with rows set aside and undone."""
    ((gold,),) = site.sql("SELECT customer_id FROM customer_list WHERE tier = 'gold' ORDER BY customer_id LIMIT 1")
    ((import_,),) = site.sql("SELECT min(id) FROM import WHERE kind = 'orders'")
    ((source, key),) = site.sql(
        f"SELECT code, source_key FROM identity JOIN source ON source.id = source_id WHERE customer_id = {gold} LIMIT 1"
    )
    today = datetime.now(tz=UTC).date()
    rows = [f"C{days},{key},茶友年卡,,{today + timedelta(days=days)},1200,生效中\n" for days in (20, -100)]
    (folder / "contracts.csv").write_text(CONTRACTS + "".join(rows), encoding="utf-8")
    (folder / "订单.csv").write_text(BAD, encoding="utf-8")
    site.run("import", str(folder / "contracts.csv"), "--source", source)
    for name in ("门店", "旧系统"):
        site.run("import", str(folder / "订单.csv"), "--source", name)
    set_aside, undone = (number for (number,) in site.sql("SELECT id FROM import ORDER BY id DESC LIMIT 2")[::-1])
    site.run("undo", str(undone))
    names = {"gold": gold, "import": import_, "set_aside": set_aside, "undone": undone, "file": folder / "订单.csv"}
    names["site"] = site.sql(LISTENED_TO)[0][0]
    site.log_in("ops", PASSWORD)("/segments/add/", **SEGMENT)
    names["draft"] = tried(site)
    site.sql(DISPUTED.format(customer=gold))
    names["segment"] = site.sql("SELECT id FROM segment")[0][0]
    wait_until(lambda: bool(site.sql("SELECT FROM segment WHERE filled_at IS NOT NULL")), seconds=60)
    wait_until(lambda: bool(site.sql("SELECT FROM source_quality")), seconds=60)
    wait_until(lambda: bool(site.sql("SELECT FROM suggestion")), seconds=120)
    wait_until(lambda: bool(site.sql(STUDIED)), seconds=120)
    return names


def tried(site: Installation) -> int:
    """A draft by which gold are the best tenth, tried on a day two months ago, and waited for."""
    day = datetime.now(tz=UTC).date() - timedelta(days=60)
    ((draft,),) = site.sql(DRAFT)
    site.log_in("ops", PASSWORD)(f"/policies/drafts/{draft}/", **TIER_FORM, day=str(day))
    wait_until(lambda: bool(site.sql("SELECT FROM lab_trial WHERE step IN ('done', 'failed')")), seconds=180)
    return draft


def pictures(site: Installation, browser: Browser, names: Mapping[str, object]) -> list[str]:
    chosen = {name: PAGES[name] for name in PAGES if not sys.argv[1:] or name in sys.argv[1:]}
    found = entrance(site, browser) if not sys.argv[1:] else []
    for username in dict.fromkeys(user for user, _ in chosen.values()):
        for language, width, theme in product(LANGUAGES, WIDTHS, THEMES):
            page = opened(site, browser, language, width, theme)
            log_in(page, username)
            for name, (user, path) in chosen.items():
                if user == username:
                    page.goto(path.format(**names))
                    if name == "import-preview":
                        look_at(page, names["file"])
                    found += picture(page, f"{name}-{language}-{width}-{theme}", language)
            page.context.close()
    return found


def look_at(page: Page, file: Path) -> None:
    """Send a file, which leads to what its columns would mean."""
    page.set_input_files("[name=file]", file)
    page.click("form.upload button[type=submit]")
    page.wait_for_url("**/imports/new/**")


def entrance(site: Installation, browser: Browser) -> list[str]:
    found = []
    for language, width, theme in product(LANGUAGES, WIDTHS, THEMES):
        page = opened(site, browser, language, width, theme)
        page.goto("/accounts/login/")
        found += picture(page, f"login-{language}-{width}-{theme}", language)
        page.context.close()
    return found


def opened(site: Installation, browser: Browser, language: str, width: int, theme: str) -> Page:
    context = browser.new_context(
        base_url=site.url,
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
        has_touch=width < 500,
    )
    context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])
    return context.new_page()


def log_in(page: Page, username: str) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("/")


def picture(page: Page, name: str, language: str) -> list[str]:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    page.evaluate("document.getElementById('toasts')?.replaceChildren()")
    page.screenshot(path=TARGET / f"{name}.png", full_page=True)
    return [f"{name}: {fault}" for fault in faults(page, language=language)]


if __name__ == "__main__":
    sys.exit(main())
