"""What `shuke up` promises: everything is kept alive, and nothing outlives it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from integration.runtime.installation import Installation
from integration.runtime.machine import eventually, processes_of
from shuke.runtime.cluster import Cluster, running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_everything_within_ten_seconds(up, number):
    eventually(lambda: up.starts("stubborn"), within=10)
    begun = time.monotonic()
    up.process.send_signal(number)
    assert up.process.wait(timeout=10) == 0
    eventually(lambda: not processes_of(up.home.root), within=10 - (time.monotonic() - begun))
    assert "shut down" in "".join(path.read_text() for path in up.home.pg_logs.glob("*.log"))


def test_nothing_outlives_a_killed_supervisor_and_the_next_one_starts(up):
    eventually(lambda: up.starts("stubborn"), within=10)
    assert len(processes_of(up.home.root)) > 5
    up.process.kill()
    up.process.wait()
    eventually(lambda: not processes_of(up.home.root), within=10)
    again = Installation(up.home)
    eventually(again.works, within=60)
    again.process.terminate()
    assert again.process.wait(timeout=10) == 0


def test_a_killed_postgresql_comes_back_and_the_page_with_it(lasting_up):
    before = Cluster(lasting_up.home).pid()
    os.kill(before, signal.SIGKILL)
    eventually(lambda: Cluster(lasting_up.home).pid() not in (None, before), within=10)
    eventually(lasting_up.works, within=10)


def test_killed_web_processes_come_back(lasting_up):
    worker = lasting_up.web_worker()
    os.kill(worker, signal.SIGKILL)
    worker = lasting_up.next_web_worker(worker, within=10)
    master = int(Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split()[1])
    os.kill(master, signal.SIGKILL)
    lasting_up.next_web_worker(worker, within=10)
    assert not Path(f"/proc/{worker}/cwd").exists()


def test_a_program_that_ends_without_an_error_is_started_again(lasting_up):
    eventually(lambda: len(lasting_up.starts("brief")) >= 3, within=15)


def test_a_program_without_a_heartbeat_is_started_again(lasting_up):
    eventually(lambda: len(lasting_up.starts("silent")) >= 2, within=15)
    assert len(lasting_up.starts("stubborn")) == 1


def test_a_second_one_is_refused_with_words(lasting_up):
    second = subprocess.run(lasting_up.argv, capture_output=True, text=True, check=False, timeout=20)
    assert second.returncode == 3
    assert f"already running, as process {lasting_up.process.pid}" in second.stdout
    assert lasting_up.works()


def test_a_command_uses_the_database_of_a_running_installation(lasting_up):
    with running(Cluster(lasting_up.home)) as cluster:
        assert not cluster.is_ours()
    assert lasting_up.works()


def test_a_program_waits_until_the_one_before_it_is_ready(made_home):
    code = (
        "import sys; from pathlib import Path; from shuke.runtime.home import Home\n"
        "from shuke.runtime.child import Program; from shuke.runtime.supervisor import Supervisor\n"
        "home = Home(Path(sys.argv[1])); opened, seen = home.run / 'opened', home.run / 'seen'\n"
        "def shell(name, words, **more): return Program(name, ('/bin/sh', '-c', words + '; exec sleep 600'), **more)\n"
        "pages = shell('pages', f'sleep 1; touch {opened}', ready=opened.exists)\n"
        "Supervisor(home, [pages, shell('worker', f'ls {home.run} > {seen}')], console=False).run()"
    )
    running = subprocess.Popen([sys.executable, "-c", code, str(made_home.root)])
    seen = made_home.run / "seen"
    eventually(lambda: seen.exists() and seen.read_text(), within=10)
    running.terminate()
    assert running.wait(timeout=10) == 0
    assert "opened" in seen.read_text().split()


def test_a_failing_preparation_ends_it_and_leaves_nothing(made_home):
    code = (
        "import sys; from pathlib import Path; from shuke.runtime.home import Home\n"
        "from shuke.runtime.cluster import Cluster; from shuke.runtime.supervisor import Supervisor\n"
        "home = Home(Path(sys.argv[1]))\n"
        "Supervisor(home, [], cluster=Cluster(home), prepare=lambda: 1 / 0).run()"
    )
    failed = subprocess.run([sys.executable, "-c", code, str(made_home.root)], capture_output=True, check=False)
    assert b"ZeroDivisionError" in failed.stderr
    assert not processes_of(made_home.root)


def test_a_signal_breaks_into_a_long_preparation(made_home):
    code = (
        "import sys, time; from pathlib import Path; from shuke.runtime.home import Home\n"
        "from shuke.runtime.cluster import Cluster; from shuke.runtime.supervisor import Supervisor\n"
        "home = Home(Path(sys.argv[1]))\n"
        "wait = lambda: (print('preparing', flush=True), time.sleep(600))\n"
        "sys.exit(Supervisor(home, [], cluster=Cluster(home), prepare=wait, console=False).run())"
    )
    waiting = subprocess.Popen([sys.executable, "-c", code, str(made_home.root)], stdout=subprocess.PIPE)
    assert waiting.stdout.readline() == b"preparing\n"
    waiting.terminate()
    assert waiting.wait(timeout=10) == 0
    assert not processes_of(made_home.root)
