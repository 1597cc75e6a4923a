"""A shop's own export as it comes: GB18030, twenty columns, and a quarter of all cells written as people write them."""

import csv
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

HEADER = (
    *("订单编号", "会员卡号", "收货人姓名", "联系手机", "电子邮箱", "订单创建时间", "商品编码", "宝贝标题", "类目"),
    *("数量", "单价", "买家实付金额", "订单状态", "退款金额", "退款时间", "门店", "渠道"),
    *("收货地址", "物流单号", "买家留言"),
)
LINES_EACH = 2
CUSTOMERS = 200_000
DIRTY = 0.25
BAD = 0.02
"""Share of rows that cannot be taken."""
BEGIN = datetime(2023, 1, 1, tzinfo=UTC)
FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
TITLES = (("销售明细导出",), ("导出时间：2026-11-01 08:00", "", "操作员：店长"), ())


def write(path: Path, rows: int) -> Path:
    """An export of `rows` lines of orders, always the same ones; about BAD of them are unusable."""
    chance = random.Random(7)
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerows(TITLES)
        writer.writerow(HEADER)
        for number in range(rows):
            row = _row(number, chance)
            writer.writerow(_spoilt(row, chance) if chance.random() < BAD else row)
        writer.writerow(["合计", *[""] * 10, "99999.00"])
    return path


def _row(number: int, chance: random.Random) -> list[str]:
    order, product = number // LINES_EACH, chance.randrange(5_000)
    who = order * 7919 % CUSTOMERS
    bought_at = BEGIN + timedelta(minutes=order * 104_729 % (3 * 525_600))
    quantity, cents = chance.randrange(1, 5), chance.randrange(100, 90_000)
    refund = quantity * cents if chance.random() < 0.03 else 0
    dirty = _dirt(chance)
    return [
        dirty(f"{10**17 + order}", _guarded),
        f"V{who:07}",
        dirty(_name(who), _in_blanks),
        dirty(f"138{who:08}", _bad_phone, _with_gaps),
        dirty(f"v{who}@example.com", _bad_email, str.upper),
        dirty(f"{bought_at:%Y-%m-%d %H:%M:%S}", *_moments(bought_at)),
        f"SKU{product:05}",
        f"乌龙茶 {product} 号，250克",
        ("茶叶", "茶具", "点心")[product % 3],
        dirty(str(quantity), _full_width, _with_unit),
        dirty(_yuan(cents), _full_width, _with_sign, _grouped),
        dirty(_yuan(quantity * cents), _full_width, _with_sign, _grouped),
        "交易成功" if not refund else "交易关闭",
        dirty(_yuan(refund), _with_sign),
        f"{bought_at + timedelta(days=3):%Y/%m/%d}" if refund else "",
        f"{who % 40 + 1}号店",
        ("门店", "小程序", "直播间")[order % 3],
        f"某省某市某区{who}路{product}号",
        f"YT{number:012}",
        dirty("", _with_line_break, _with_quotes),
    ]


def _dirt(chance: random.Random) -> Callable[..., str]:
    """A clean cell, or one of the ways in which people write it."""

    def dirty(clean: str, *ways: Callable[[str], str]) -> str:
        return chance.choice(ways)(clean) if chance.random() < DIRTY else clean

    return dirty


def _spoilt(row: list[str], chance: random.Random) -> list[str]:
    """The row with something that nobody can read where it cannot be missed."""
    column = chance.choice(("订单编号", "订单创建时间", "单价", ""))
    if not column:
        return row[:-3]  # cells are missing
    wrong = {"订单编号": "", "订单创建时间": chance.choice(("2026-02-30", "待定")), "单价": "面议"}
    return [wrong[column] if name == column else cell for name, cell in zip(HEADER, row, strict=True)]


def _moments(moment: datetime) -> Iterator[Callable[[str], str]]:
    serial = (moment - datetime(1899, 12, 30, tzinfo=UTC)) / timedelta(days=1)
    for told in (
        f"{moment.year}/{moment.month}/{moment.day} {moment:%H:%M}",
        f"{moment.year}年{moment.month}月{moment.day}日 {moment.hour}时{moment:%M}分",
        f"{moment:%Y%m%d%H%M%S}",
        f"{moment:%Y.%m.%d %H:%M}",
        f"{serial:.6f}",
    ):
        yield lambda _clean, told=told: told


def _name(who: int) -> str:
    return (
        "王李张刘陈杨赵黄周吴"[who % 10]
        + "伟芳娜敏静丽强磊军洋"[who // 10 % 10]
        + "文华玉英慧超霞平刚明"[who // 100 % 10]
    )


def _yuan(cents: int) -> str:
    return f"{cents / 100:.2f}"


def _guarded(text: str) -> str:
    return f'="{text}"'


def _in_blanks(text: str) -> str:
    return f"\u3000{text} "


def _bad_phone(text: str) -> str:
    return f"{text[:3]}****{text[-4:]}" if int(text[-1]) % 2 else text[:9]


def _with_gaps(text: str) -> str:
    return f"+86 {text[:3]} {text[3:7]} {text[7:]}"


def _bad_email(text: str) -> str:
    return text.replace("@", "#")


def _full_width(text: str) -> str:
    return text.translate(FULL_WIDTH)


def _with_unit(text: str) -> str:
    return f"{text}件"


def _with_sign(text: str) -> str:
    return f"￥{text}元"


def _grouped(text: str) -> str:
    return f"{float(text):,.2f}"


def _with_line_break(_text: str) -> str:
    return "请用礼品盒，\n周末送货"


def _with_quotes(_text: str) -> str:
    return '写上"生日快乐"'
