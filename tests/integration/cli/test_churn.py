"""`shuke churn`: a table that says itself who left, learned from and written back with chances."""

import csv
import json
import sys

import numpy as np
import pytest
from openpyxl import Workbook

from conftest import SHARED_DATA
from shuke.cli import main

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

HEADER = ("会员号", "月数", "套餐", "流失")


@pytest.fixture
def shuke(monkeypatch, capfd):
    """`shuke("churn", file)` gives the exit code, standard output and standard error."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["shuke", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code or 0, *capfd.readouterr()

    return run


def members(rows=1_000, *, left="是", stayed="否"):
    random = np.random.default_rng(1)
    months, plan = random.integers(0, 60, rows), random.choice(["按月", "按年", ""], rows)
    chance = 1 / (1 + np.exp(months / 12 - 1.5 * (plan == "按月")))
    gone = np.where(random.random(rows) < chance, left, stayed)
    return [
        (f"=M{n:05}", str(month), word, said)
        for n, (month, word, said) in enumerate(zip(months, plan, gone, strict=True))
    ]


def table(path, rows, *, encoding="gb18030", delimiter=";"):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([HEADER, *rows])
    return path


@pytest.fixture
def file(tmp_path):
    return table(tmp_path / "members.csv", members())


def test_a_table_is_learned_from_and_written_back_with_chances_and_reasons(shuke, tmp_path, file):
    scored = tmp_path / "scored.csv"
    code, out, _said = shuke("churn", file, "--label", "流失", "-o", scored, "--json")
    assert code == 0
    told = json.loads(out)
    assert (told["rows"], told["label"], told["lapsed"], told["left_out"]) == (1_000, "流失", "是", ["会员号"])
    assert told["auc_low"] > 0.7
    assert set(told["columns"]) == {"月数", "套餐"}
    with scored.open(encoding="utf-8-sig", newline="") as written:
        rows = list(csv.DictReader(written))
    assert len(rows) == 1_000
    assert rows[0]["会员号"] == "'=M00000"
    chances = {
        said: np.mean([float(row["churn_probability"]) for row in rows if row["流失"] == said]) for said in "是否"
    }
    assert chances["是"] > chances["否"] + 0.2
    assert any("月数: " in row["churn_reasons"] and "套餐: 按月 (+" in row["churn_reasons"] for row in rows)


def test_a_scored_table_is_not_learned_from_its_own_chances(shuke, tmp_path, file):
    scored = tmp_path / "scored.csv"
    _code, first, _said = shuke("churn", file, "--label", "流失", "-o", scored, "--json")
    code, again, _said = shuke("churn", scored, "--label", "流失", "-o", scored, "--json")
    assert code == 0
    assert json.loads(again)["auc"] == pytest.approx(json.loads(first)["auc"])
    with scored.open(encoding="utf-8-sig", newline="") as written:
        assert next(csv.reader(written)).count("churn_probability") == 1


def test_it_is_told_in_words(shuke, file):
    code, out, _said = shuke("churn", file, "--label", "流失")
    assert code == 0
    assert "AUC 0." in out
    assert "会员号" in out
    assert "月数" in out


def test_a_workbook_is_a_table_too(shuke, tmp_path):
    book = Workbook()
    for row in [HEADER, *members(left="离开了", stayed="还在")]:
        book.active.append(row)
    book.save(tmp_path / "members.xlsx")
    code, out, _said = shuke("churn", tmp_path / "members.xlsx", "--label", "流失", "--lapsed", "离开了", "--json")
    assert (code, json.loads(out)["lapsed"]) == (0, "离开了")


@pytest.mark.parametrize(
    ("rows", "words", "names"),
    [
        pytest.param(members(), ("--label", "离职"), ["离职", "会员号, 月数, 套餐, 流失"], id="no-such-column"),
        pytest.param(members(left="否"), ("--label", "流失"), ["流失", "否"], id="one-value"),
        pytest.param(members(left="甲", stayed="乙"), ("--label", "流失"), ["--lapsed", "乙, 甲"], id="which-of-two"),
        pytest.param(members(), ("--label", "月数"), ["--lapsed", "…"], id="which-of-many"),
        pytest.param(members(), ("--label", "流失", "--lapsed", "走了"), ["走了", "否, 是"], id="no-such-value"),
        pytest.param(members(400), ("--label", "流失"), ["400", "500"], id="few-rows"),
        pytest.param(members(530, left="否") + members(30, stayed="是"), ("--label", "流失"), ["50"], id="few-left"),
    ],
)
def test_what_cannot_be_learned_from_is_a_sentence_and_changes_nothing(shuke, tmp_path, rows, words, names):
    file, scored = table(tmp_path / "t.csv", rows), tmp_path / "scored.csv"
    scored.write_text("as it was")
    code, out, said = shuke("churn", file, *words, "-o", scored)
    assert (code, out, scored.read_text()) == (2, "", "as it was")
    assert all(name in said for name in names)
    assert "Traceback" not in said


def test_columns_that_tell_nothing_are_no_signal(shuke, tmp_path):
    said = np.random.default_rng(2).choice(["是", "否"], 1_000)
    rows = [(*row[:3], each) for row, each in zip(members(), said, strict=True)]
    code, out, _said = shuke("churn", table(tmp_path / "t.csv", rows), "--label", "流失")
    assert (code, out) == (2, "")


def test_a_file_that_is_no_table_is_a_sentence(shuke, tmp_path):
    (tmp_path / "letter.txt").write_text("亲爱的客户\n您好\n")
    code, _out, said = shuke("churn", tmp_path / "letter.txt", "--label", "流失")
    assert code == 2
    assert "letter.txt" in said


def test_telco(shuke, tmp_path):
    """IBM's customers of a telephone company; above .86 something would have leaked."""
    file = SHARED_DATA / "telco_dev_4930.csv.gz"
    if not file.exists():
        pytest.skip(f"the real files are not in {SHARED_DATA}")
    code, out, _said = shuke("churn", file, "--label", "Churn", "-o", tmp_path / "scored.csv", "--json")
    told = json.loads(out)
    assert (code, told["rows"], told["lapsed"], told["left_out"]) == (0, 4_930, "Yes", ["customerID"])
    assert 0.83 <= told["auc"] <= 0.86
    assert told["brier"] < told["brier_of_base_rate"]
    print(f"\nmeasured: AUC {told['auc']:.3f}, Brier {told['brier']:.3f} on 4,930 customers, in fifths")
