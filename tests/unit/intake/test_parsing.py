"""The parser's process: what comes of its last, broken word, and what nobody but the log hears."""

import io
import signal
import subprocess
import sys

import pytest
from django.conf import settings

from shuke.intake.checks.checker import Checker
from shuke.intake.mapping import propose
from shuke.intake.parsing.parent import ParserDied, parsed
from shuke.intake.parsing.wire import Look, Plan, Question, receive, send_chunk
from shuke.intake.reading import lay_out, read_chunks

ORDERS = "order id,customer id,date,total\nA1,7,2026-01-05,10\n"


@pytest.fixture
def sent(written):
    """One chunk as it goes through the pipe."""
    found = written(ORDERS)
    layout = lay_out(found)
    (chunk,) = read_chunks(found, layout)
    pipe = io.BytesIO()
    send_chunk(pipe, Checker(propose(layout).mapping, layout, zone="Asia/Shanghai").check(chunk))
    return pipe.getvalue()


@pytest.mark.parametrize("cut", [1, 7, 8, 100, -1])
def test_what_a_dying_parser_began_to_say_is_left_out(sent, cut):
    heard = list(receive(io.BytesIO(sent + sent[:cut])))
    assert [checked.rows.num_rows for checked in heard] == [1]


ENDLESS = """
from shuke.intake.parsing import child

def survey(*_args, **_words):
    while True:
        pass

child.survey, child.LOOK_SECONDS = survey, 1
child.main()
"""


def test_a_look_that_does_not_end_is_ended(written):
    question = Question(written(ORDERS).path, "orders.csv").as_json()
    looking = subprocess.run([sys.executable, "-c", ENDLESS], input=question.encode(), capture_output=True, check=False)
    assert looking.returncode in (-signal.SIGXCPU, -signal.SIGKILL)


def test_a_parser_that_dies_says_why_to_the_log_alone_and_quotes_nothing(written, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(settings.SHUKE, "home", tmp_path)
    found = written(ORDERS)
    look = Look(found, lay_out(found))
    plan = Plan(look, propose(look.layout).mapping, zone="Nowhere/Land", region="CN")
    with pytest.raises(ParserDied):
        list(parsed(plan))
    assert capfd.readouterr() == ("", "")
    log = (tmp_path / "logs" / "parser.log").read_text(encoding="utf-8")
    assert "NotImplementedException" in log
    assert "Nowhere" not in log
