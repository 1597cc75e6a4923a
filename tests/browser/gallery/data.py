"""Made-up people and figures, in the language of the reader."""

from django.utils.translation import get_language


def say(zh: str, en: str) -> str:
    return zh if get_language() == "zh-hans" else en


class Reader:
    """Somebody who is logged in, without a table of users."""

    is_authenticated = True

    def __str__(self) -> str:
        return say("李文静", "Wenjing Li")


def frame(request) -> dict:
    return {
        **({} if request.path.startswith("/accounts/") else {"user": Reader()}),
        "user_role": say("运营", "Operations"),
        "navigation": navigation(request.path),
        "search_url": "/search",
        "customers_url": "/",
        "account_links": [{"label": say("账号安全", "Security"), "url": "#", "icon": "shield-lock"}],
        "demo_words": say("演示数据：真实订单，虚构人名。", "Demo: real orders, invented people."),
        "attribution": say("数据：UCI Online Retail，CC BY 4.0", "Data: UCI Online Retail, CC BY 4.0"),
    }


def navigation(path: str) -> list[dict]:
    def item(zh, en, url, icon, *, tab=False, count=None):
        return {"label": say(zh, en), "url": url, "icon": icon, "active": url == path, "tab": tab, "count": count}

    work = [
        item("总览", "Overview", "/", "layout-dashboard", tab=True),
        item("今日回访", "Today", "/parts", "phone-outgoing", tab=True, count=28),
        item("回访看板", "Board", "/board", "layout-kanban", tab=True),
        item("客户", "Customers", "/people", "users", tab=True),
    ]
    settings = [
        item("数据导入", "Import", "#import", "database-import"),
        item("策略", "Policies", "#policies", "adjustments"),
        item("员工", "People", "#people", "user-cog"),
    ]
    return [{"heading": "", "items": work}, {"heading": say("管理", "Administration"), "items": settings}]


def tier_bars() -> dict:
    return {
        "items": [
            {"label": say("黄金", "Gold"), "value": 314, "tone": "gold", "url": "/people?tier=gold"},
            {"label": say("白银", "Silver"), "value": 861, "tone": "silver", "url": "/people?tier=silver"},
            {"label": say("青铜", "Bronze"), "value": 3163, "tone": "bronze", "url": "/people?tier=bronze"},
        ]
    }


def activity_by_month() -> dict:
    months = [
        say(f"{month}月", name) for month, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov".split(), 1)
    ][5:]
    values = {
        ("活跃", "Active", "active"): [1820, 1871, 1903, 1952, 2010, 2096],
        ("新客", "New", "new"): [640, 690, 702, 731, 768, 790],
        ("沉睡", "Dormant", "dormant"): [480, 466, 470, 455, 449, 431],
        ("流失", "Lost", "lost"): [210, 214, 209, 198, 190, 184],
    }
    series = [
        {"name": say(zh, en), "tone": tone, "values": numbers, "urls": [f"/people?activity={tone}"] * 6}
        for (zh, en, tone), numbers in values.items()
    ]
    return {"labels": months, "series": series}


def money_by_month() -> dict:
    labels = activity_by_month()["labels"]
    this = {
        "name": say("今年", "This year"),
        "tone": "green",
        "values": [8123400, 8640000, 8411200, 9020100, 9688800, 10230000],
    }
    last = {
        "name": say("去年", "Last year"),
        "tone": "slate",
        "values": [7011000, 7204500, 7330900, 7718200, 8102300, 8450000],
    }
    return {"labels": labels, "series": [this, last], "format": "money"}


def rfm() -> dict:
    bands = [1, 2, 3, 4, 5]
    cells = [
        {
            "x": x,
            "y": y,
            "value": round(900 / (1 + abs(x - (4 - y)) ** 1.6) + 13 * x),
            "url": f"/people?r={5 - y}&f={x + 1}",
        }
        for x in range(5)
        for y in range(5)
    ]
    return {
        "x": [str(band) for band in bands],
        "y": [str(band) for band in reversed(bands)],
        "cells": cells,
        "x_words": say("购买次数分档 F", "Frequency band F"),
        "y_words": say("最近购买分档 R", "Recency band R"),
        "words": say("客户", "Customers"),
    }


def coverage() -> dict:
    return {
        "label": say("90 日留存率", "Kept over 90 days"),
        "value": 0.764,
        "most": 1,
        "goal": 0.8,
        "format": "percent",
    }


def relation() -> dict:
    labels = [
        ("消费频次", "Frequency"),
        ("服务满意", "Satisfaction"),
        ("口碑推荐", "Advocacy"),
        ("互动响应", "Response"),
        ("最近活跃", "Recency"),
        ("客单价", "Basket"),
    ]
    return {
        "labels": [say(*label) for label in labels],
        "series": [
            {"name": say("本月", "This month"), "values": [72, 81, 60, 55, 74, 66]},
            {"name": say("上月", "Last month"), "values": [68, 78, 56, 58, 70, 63]},
        ],
    }


def repeat_funnel() -> dict:
    steps = [
        ("首次购买", "First order", 4200),
        ("30 天内再购", "Second in 30 days", 2480),
        ("三次以上", "Three and more", 1560),
        ("黄金客户", "Gold", 980),
    ]
    return {"items": [{"label": say(zh, en), "value": value, "url": "/people"} for zh, en, value in steps]}


def sources() -> dict:
    parts = [("淘宝", "Taobao", 2130), ("门店", "Store", 1204), ("小程序", "Mini-program", 811), ("其他", "Other", 193)]
    return {"items": [{"label": say(zh, en), "value": value} for zh, en, value in parts]}


def people() -> list[dict]:
    rows = [
        ("陈思远", "Siyuan Chen", "gold", "active", 47, 8641200, 86),
        ("林晓梅", "Xiaomei Lin", "silver", "dormant", 61, 5210050, 81),
        ("悦动健身工作室", "Motion Fitness Studio", "gold", "active", 38, 4480000, 74),
        ("赵国庆", "Guoqing Zhao", "bronze", "lost", 390, 120900, 69),
        ("欧阳雨桐", "Yutong Ouyang", "gold", "new", 3, 2320000, 63),
    ]
    return [
        {
            "name": say(zh, en),
            "tier": tier,
            "activity": activity,
            "days": days,
            "money": money,
            "risk": risk,
            "url": "#",
        }
        for zh, en, tier, activity, days, money, risk in rows
    ]


CHARTS = (tier_bars, activity_by_month, money_by_month, rfm, coverage, relation, repeat_funnel, sources)
