"""Commands that read and write files: what they take, and the sentence they end with when they cannot."""

import json
import os
import subprocess
import sys
import threading
import time
from decimal import Decimal

import pytest
from django.db import connection, connections

from shuke.cli import main
from shuke.cli.intake import import_file
from shuke.core.databases import advisory_lock
from shuke.intake import services
from shuke.intake.reading.texts import QuoteLeftOpen

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

ORDERS = "订单号,会员卡号,下单时间,实付金额\n"
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
def shuke(monkeypatch, capfd):
    """`shuke("import", file)` gives the exit code, standard output and standard error."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["shuke", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code or 0, *capfd.readouterr()

    return run


@pytest.mark.parametrize(
    ("words", "path", "reason"),
    [
        pytest.param(("export", "customers", "-o"), "missing/x.csv", "没有这个文件或文件夹", id="export-csv"),
        pytest.param(
            ("export", "customers", "--format", "parquet", "-o"),
            "missing/x",
            "没有这个文件或文件夹",
            id="export-parquet",
        ),
        pytest.param(("export", "customers", "-o"), "", "这是一个文件夹", id="export-into-a-folder"),
        pytest.param(("db", "dump"), "missing/x.dump", "没有这个文件或文件夹", id="dump"),
        pytest.param(("import",), "x" * 300, "名称太长", id="import"),
    ],
)
def test_a_file_out_of_reach_is_a_sentence_with_its_name_and_the_reason(shuke, tmp_path, words, path, reason):
    code, _out, said = shuke(*words, tmp_path / path)
    assert code == 2
    assert said.strip() == f"{tmp_path / path} 无法使用：{reason}。"


def test_an_import_takes_the_encoding_that_it_is_told(shuke, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_bytes("order id,customer id,date,total\nA1,陳小姐,2026-01-05,10\n".encode("big5"))
    code, out, _said = shuke("import", file, "--encoding", "big5", "--json")
    assert (code, json.loads(out)["encoding"]) == (0, "big5")


def test_an_import_is_undone_by_its_number_once(shuke, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS + "A1,7,2026-01-05,10\n", encoding="utf-8")
    _code, out, _said = shuke("import", file, "--json")
    number = json.loads(out)["import"]

    code, out, _said = shuke("undo", number, "--json")
    assert (code, json.loads(out)["orders_removed"]) == (0, 1)

    code, _out, said = shuke("undo", number)
    assert (code, said.strip()) == (2, "orders.csv 无法撤销：没有留下任何内容，或已经撤销。")
    assert shuke("undo", 999_999)[0] == 2


def test_money_in_json_is_a_number_with_every_digit(shuke, tmp_path):
    file = tmp_path / "orders.csv"
    rows = "".join(f"A{number},7,2026-01-05,900719925474.93\n" for number in range(1_001))
    file.write_text(ORDERS + rows, encoding="utf-8")
    _code, out, _said = shuke("import", file, "--json")
    assert json.loads(out, parse_float=Decimal)["net_amount"] == Decimal("900719925474.93") * 1_001


def test_whoever_waited_for_an_import_that_failed_is_told_why(tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS + 'A1,7,2026-01-05,10\nA2,"7,2026-01-05,10\n', encoding="utf-8")
    this = services.begin(path=file)
    ended = []

    def import_too():
        try:
            import_file(
                file,
                "shop",
                None,
                encoding="",
                sheet=[],
                delimiter="",
                blank_as_above=None,
                dry_run=False,
                as_json=True,
            )
        except Exception as error:
            ended.append(error)
        finally:
            connections.close_all()

    second = threading.Thread(target=import_too)
    with advisory_lock(services.IMPORT_LOCKS + this.pk):
        second.start()
        _wait_until_somebody_waits()
        with pytest.raises(QuoteLeftOpen) as first:
            services.run(import_id=this.pk)
    second.join(timeout=30)
    assert [(type(error), error.words()) for error in ended] == [(QuoteLeftOpen, first.value.words())]


def _wait_until_somebody_waits() -> None:
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(WAITING)
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.05)
    pytest.fail("nobody waits for the import")


@pytest.mark.parametrize("address", ["postgresql://a:geheim@127.0.0.1:1/x", "nonsense", "mysql://a:geheim@h/x"])
def test_a_database_that_does_not_answer_is_said_in_words_without_its_password(address, tmp_path):
    env = {**os.environ, "DATABASE_URL": address, "SHUKE_HOME": str(tmp_path), "SHUKE_LANGUAGE": "en"}
    env["DJANGO_SETTINGS_MODULE"] = "shuke.config.settings"
    argv = [sys.executable, "-m", "shuke", "verify"]
    ended = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "does not let us in" in ended.stderr
    assert not {"geheim", "Traceback"} & set(ended.stderr.replace(":", " ").split())
