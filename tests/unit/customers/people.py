"""A generated shop whose duplicates are known: families on one phone, common names, typos, changed numbers."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from shuke.customers.duplicates.finder import CONTACTS, PEOPLE, Found, find, load_contacts, load_people
from shuke.customers.names import sounded

FAMILIES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕单苏卢蒋蔡贾丁魏薛叶阎余潘杜"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚文华玉英慧建红梅兰桂秀珍春燕雪琳晨宇轩浩然子涵欣怡梓豪思雨佳琪俊峰志鹏海波"
    "婷婉晶莹倩颖楠薇博瑞阳旭东升国庆凯龙飞彬斌辉鑫淼森林岩峻川江河清泉源雷震霖"
)
HOMOPHONES = dict(zip("伟芳静丽强军洋明杰娟涛英慧建华梅彬宇", "玮方婧莉蔷君阳铭捷鹃韬瑛惠健骅玫斌雨", strict=True))
STORES, SOURCES = 8, (1, 2, 3)


@dataclass(frozen=True)
class Person:
    """One record, and whose it truly is."""

    truth: int
    name: str
    birthday: str
    phone: int | None
    email: int | None
    registered_on: date
    store: int | None
    source: int


def population(people: int, *, seed: int) -> list[Person]:
    """`people` who live in families of one to four, a sixth of them with a second record, in shuffled order."""
    chance = random.Random(seed)
    records: list[Person] = []
    truth = 0
    while truth < people:
        family, number = chance.choice(FAMILIES), chance.getrandbits(62)
        shares = chance.random() < 0.3
        for _member in range(chance.choice((1, 1, 2, 3, 4))):
            truth += 1
            phone = number if shares else chance.getrandbits(62)
            records.append(_stranger(chance, truth, family, phone))
    doubles = [_again(chance, one) for one in records if chance.random() < 1 / 6]
    records += doubles
    chance.shuffle(records)
    return records


def _stranger(chance: random.Random, truth: int, family: str, phone: int) -> Person:
    # A few given names are those of many.
    letters = GIVEN if chance.random() < 0.7 else GIVEN[:12]
    name = family + "".join(chance.choice(letters) for _ in range(chance.choice((1, 2, 2, 2))))
    born = date(1950, 1, 1) + timedelta(days=chance.randrange(20_000))
    return Person(
        truth=truth,
        name=name,
        birthday=str(born) if chance.random() < 0.75 else "",
        phone=phone if chance.random() < 0.95 else None,
        email=chance.getrandbits(62) if chance.random() < 0.5 else None,
        registered_on=date(2023, 1, 1) + timedelta(days=chance.randrange(1_000)),
        store=chance.randrange(STORES) if chance.random() < 0.6 else None,
        source=chance.choice(SOURCES),
    )


def _again(chance: random.Random, one: Person) -> Person:
    """The same person as another source, or another clerk, wrote them down."""
    return replace(
        one,
        name=_misspelt(chance, one.name),
        phone=chance.getrandbits(62) if chance.random() < 0.12 else one.phone,
        email=None if chance.random() < 0.3 else one.email,
        birthday=_misdated(chance, one.birthday),
        registered_on=one.registered_on + timedelta(days=chance.choice((0, 0, 40, 200))),
        store=None if chance.random() < 0.5 else one.store,
        source=chance.choice(SOURCES),
    )


def _misspelt(chance: random.Random, name: str) -> str:
    dice = chance.random()
    if dice < 0.08:
        return "".join(HOMOPHONES.get(letter, letter) for letter in name)
    if dice < 0.11 and len(name) > 2:
        return name[0] + name[2] + name[1]
    if dice < 0.14:
        return name[1:] + name[0]
    if dice < 0.16:
        return name[:-1] + chance.choice(GIVEN)
    return name


def _misdated(chance: random.Random, birthday: str) -> str:
    dice = chance.random()
    if not birthday or dice < 0.25:
        return ""
    if dice < 0.28:
        return birthday[:-1] + str((int(birthday[-1]) + 1) % 10)
    return "--" + birthday[5:] if dice < 0.33 else birthday


def found_in(records: list[Person], *, least: float = 0.2, threads: int = 2) -> list[Found]:
    """What the finder says of these; a record's id is its place in the list."""
    people = [
        {
            "id": key,
            "name": one.name,
            "pinyin": sounded(one.name)[0],
            "birthday": one.birthday,
            "registered_on": one.registered_on,
            "store": one.store,
            "sources": str(one.source),
        }
        for key, one in enumerate(records)
    ]
    contacts = [
        {"id": key, "kind": kind, "value": value}
        for key, one in enumerate(records)
        for kind, value in (("phone", one.phone), ("email", one.email))
        if value is not None
    ]
    with duckdb.connect(config={"threads": threads}) as engine:
        load_people(engine, people=pa.Table.from_pylist(people, PEOPLE).to_reader())
        load_contacts(engine, contacts=pa.Table.from_pylist(contacts, CONTACTS).to_reader())
        return list(find(engine, least=least))
