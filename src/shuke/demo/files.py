"""The demo's files, as a shop would export them: orders, members, and the calls of the last weeks.

Orders are "Online Retail" (D. Chen, UCI Machine Learning Repository, doi:10.24432/C5BW33, CC BY 4.0), changed: dates
are moved so that the last order is yesterday, pounds become yuan at a fixed rate. Names, phones, birthdays and calls
are invented; the phones are of the range 142, which belongs to nobody.
"""

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from random import Random
from typing import Any

import duckdb

# ruff: noqa: S311  inventing people is no secret: the same seed makes the same shop
CNY_PER_GBP = 9
LAST_DAY = date(2011, 12, 9)
FIRST_DAY = date(2010, 12, 1)
SEED = 20_111_209
MOVED = """
* REPLACE (
    strftime(InvoiceDate::TIMESTAMP + INTERVAL {days} DAY, '%Y-%m-%d %H:%M:%S') AS InvoiceDate,
    (UnitPrice::DECIMAL(12, 4) * {rate})::VARCHAR AS UnitPrice
)
"""

FAMILY_NAMES = (
    "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 "
    "彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 姚 谭 廖 邹 熊 金 陆 郝 孔 白 崔 康 毛 "
    "邱 秦 江 史 顾 侯 邵 孟 龙 万 段 雷 钱 汤 单 仇 解 查 欧阳 司马 上官 诸葛"
).split()
GIVEN_NAMES = (
    "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 文 华 玉 英 慧 丹 璐 琳 颖 岚 博 昊 琪 悦 宁 倩 彤 蕾 "
    "凯 鹏 斌 辉 建国 秀英 子涵 梓萱 浩然 雨桐 欣怡 诗涵 宇轩 思远 晓梅 国庆 俊杰 志强 婷婷 雪梅 海燕 晨曦 一诺 若曦 "
    "佳琪 嘉怡 子轩 梦洁 天佑 书瑶 春生 秋月 冬梅 夏荷 立新 爱民 红霞 桂兰 淑珍 建华 志明 晓东"
).split()

MEMBER_COLUMNS = ("会员编号", "姓名", "手机号", "生日", "注册日期", "标签")
CALL_COLUMNS = ("记录编号", "会员编号", "联系时间", "渠道", "结果", "客服", "备注", "满意度")
TAGS = ("", "", "", "", "企业团购", "爱尝新", "老客推荐", "节日送礼")
NOTES = {
    "已接通": ("老客户，对新款感兴趣", "希望月底前补货", "满意，会再来", "询问企业采购折扣", "反馈包装有破损，已登记"),
    "未接通": ("无人接听", "响铃后转语音信箱"),
    "占线": ("占线，稍后再拨",),
}
RATINGS = {"老客户，对新款感兴趣": 4, "满意，会再来": 5, "反馈包装有破损，已登记": 2}
"""What those have rated a call who have said so; others were not asked."""


def write_orders(target: Path, *, yesterday: date) -> set[str]:
    """Write the moved orders to `target` (.csv); returns the customers in them."""
    with as_file(files("shuke.demo").joinpath("online_retail.csv.gz")) as source, duckdb.connect() as engine:
        sold = engine.read_csv(str(source), header=True, all_varchar=True)
        moved = sold.project(MOVED.format(days=(yesterday - LAST_DAY).days, rate=CNY_PER_GBP))
        moved.write_csv(str(target), header=True)
        customers = sold.filter("CustomerID IS NOT NULL").project(r"regexp_replace(CustomerID, '\.0$', '')")
        return {customer for (customer,) in customers.distinct().fetchall()}


def write_members(target: Path, *, customers: set[str], yesterday: date) -> None:
    """Write a member file with an invented person for each customer."""
    _write(target, MEMBER_COLUMNS, _members(sorted(customers), yesterday))


def _members(customers: list[str], yesterday: date) -> Iterator[tuple[Any, ...]]:
    chance = Random(SEED)
    opened = FIRST_DAY + (yesterday - LAST_DAY)
    for number, customer in enumerate(customers):
        name = chance.choice(FAMILY_NAMES) + chance.choice(GIVEN_NAMES)
        born = date(1960, 1, 1) + timedelta(days=chance.randrange(16_000))
        registered = opened - timedelta(days=chance.randrange(400))
        yield customer, name, f"142{number:08d}", born, registered, chance.choice(TAGS)


def write_calls(target: Path, *, customers: list[str], callers: list[str], yesterday: date) -> None:
    """Write the calls of the last weeks: `customers` were called once or twice between 60 and 12 days ago."""
    _write(target, CALL_COLUMNS, _calls(customers, callers, yesterday))


def _calls(customers: list[str], callers: list[str], yesterday: date) -> Iterator[tuple[Any, ...]]:
    chance = Random(SEED)
    number = 0
    for customer in customers:
        for _ in range(chance.choice((1, 1, 2))):
            number += 1
            day = yesterday - timedelta(days=chance.randrange(12, 60))
            at = datetime(day.year, day.month, day.day, chance.randrange(9, 18), chance.randrange(60))  # noqa: DTZ001
            result = chance.choice(("已接通", "已接通", "已接通", "未接通", "占线"))
            caller = chance.choice(callers)
            note = chance.choice(NOTES[result])
            yield f"C{number:05d}", customer, at, "电话", result, caller, note, RATINGS.get(note, "")


def _write(target: Path, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
