"""The embedded PostgreSQL is made once, comes back after every kind of end, and runs where it has to."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import adbc_driver_postgresql.dbapi
import psycopg
import pytest

from integration.runtime.machine import eventually, processes_of
from shuke.runtime import identity
from shuke.runtime.cluster import Cluster, StartFailed, WrongMajor, bin_dir, running
from shuke.runtime.home import Home
from shuke.runtime.identity import HomeOutOfReach

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
STARTS_ITSELF = "import os, sys; print(os.access(sys.executable, os.X_OK))"
AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
ENSURE = """
import sys, psycopg
from pathlib import Path
from shuke.runtime.cluster import *
c = Cluster(Home(Path(sys.argv[1])))
"""
ASK = """
with running(c):
    print(psycopg.connect(c.dsn()).execute('SELECT current_user').fetchone())
"""


def ask(cluster, statement, role="app"):
    with psycopg.connect(cluster.dsn(role)) as connection:
        return connection.execute(statement).fetchone()


def python(*lines, root):
    return [sys.executable, "-c", "\n".join(lines), str(root)]


def logged(home):
    return "".join(path.read_text() for path in home.logs.rglob("*.log"))


def output(argv, **options):
    done = subprocess.run(argv, capture_output=True, text=True, check=False, **options)
    return done.stdout or done.stderr


def python_for_everybody():
    """An interpreter of our version that other users may run; ours may lie below a private folder."""
    candidates = (sys.executable, shutil.which(f"python3.{sys.version_info.minor}", path="/usr/bin:/usr/local/bin"))
    for candidate in filter(None, candidates):
        if output([*AS_NOBODY, candidate, "-c", STARTS_ITSELF], cwd="/") == "True\n":
            return candidate
    pytest.skip("other users have no Python here")


def test_both_roles_connect_and_only_the_owner_makes_tables(cluster):
    assert ask(cluster, "SELECT current_user, current_database()") == ("shuke_app", "shuke")
    assert ask(cluster, "SELECT current_user, current_database()", "owner") == ("shuke_owner", "shuke")
    with psycopg.connect(cluster.dsn("owner")) as connection:
        connection.execute("CREATE TABLE public.a (n int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(cluster, "CREATE TABLE public.b (n int)")


def test_the_database_has_what_we_build_on(cluster):
    assert ask(
        cluster, "SELECT datcollate, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'shuke'"
    ) == ("C", "C.UTF-8", "UTF8")
    with psycopg.connect(cluster.dsn()) as connection:
        extensions = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
    assert extensions >= {"pg_trgm", "btree_gist", "pg_stat_statements"}
    assert ask(cluster, "SELECT lower('ÄÉ') = 'äé', similarity('wang', 'wang') = 1") == (True, True)
    assert ask(cluster, "SHOW data_checksums") == ("on",)
    assert ask(cluster, "SHOW password_encryption") == ("scram-sha-256",)


def test_a_wrong_password_is_refused(cluster):
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(cluster.dsn().replace("shuke_app:", "shuke_app:x"))


def test_arrow_reaches_it_by_the_same_address(cluster):
    with adbc_driver_postgresql.dbapi.connect(cluster.dsn()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 7::bigint AS n")
        assert cursor.fetch_arrow_table().to_pydict() == {"n": [7]}


def test_secrets_are_private(cluster):
    files = list(cluster.home.secrets.iterdir())
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert cluster.home.root.stat().st_mode & 0o077 == 0


def test_ensure_and_start_twice_change_nothing(cluster):
    before = cluster.pid()
    again = Cluster(cluster.home)
    again.ensure()
    again.start()
    assert again.pid() == before
    assert not again.is_ours()


def test_a_log_never_holds_a_statement_or_its_values(cluster):
    with pytest.raises(psycopg.errors.DivisionByZero):
        ask(cluster, "SELECT 1/0 AS canary_13800138000")
    eventually(lambda: "division by zero" in logged(cluster.home), within=10)
    assert "canary_13800138000" not in logged(cluster.home)


def test_dump_is_complete_or_absent(cluster, tmp_path):
    with psycopg.connect(cluster.dsn("owner")) as connection:
        connection.execute("CREATE TABLE public.kept AS SELECT 1 AS n")
    cluster.dump(tmp_path / "shuke.dump")
    assert (tmp_path / "shuke.dump").stat().st_mode & 0o777 == 0o600
    listed = output([bin_dir() / "pg_restore", "--list", tmp_path / "shuke.dump"])
    assert "TABLE public kept shuke_owner" in listed


def test_psql_finds_its_way(cluster):
    assert cluster.psql("-c", "SELECT 1") == 0
    assert cluster.psql("-c", "SELECT no_such_column") == 1


def test_a_killed_server_starts_again_although_a_session_is_busy(cluster):
    def count():
        with pytest.raises(psycopg.OperationalError):
            ask(cluster, "SELECT count(*) FROM generate_series(1, 10000000000)")

    busy = threading.Thread(target=count)
    busy.start()
    active = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND usename = 'shuke_app'"
    eventually(lambda: ask(cluster, active, "superuser") == (1,), within=10)
    os.kill(cluster.pid(), signal.SIGKILL)
    eventually(lambda: not cluster.is_running(), within=5)
    cluster.start()
    busy.join()
    assert ask(cluster, "SELECT 1") == (1,)


def test_a_number_file_that_names_a_stranger_is_put_away(cluster):
    kept = (cluster.home.pg / "postmaster.pid").read_text().split("\n", 1)[1]
    cluster.stop()
    (cluster.home.pg / "postmaster.pid").write_text(f"{os.getpid()}\n{kept}")
    assert not cluster.is_running()
    cluster.start()
    assert ask(cluster, "SELECT 1") == (1,)


@pytest.mark.parametrize("seconds", [0.3, 0.8])
def test_a_kill_while_it_is_made_leaves_nothing_half_made(home, seconds):
    making = subprocess.Popen(python(ENSURE, "c.ensure()", root=home.root))
    time.sleep(seconds)
    making.kill()
    making.wait()
    assert output(python(ENSURE, ASK, root=home.root)) == "('shuke_app',)\n"
    assert not list(home.root.glob("pg.new-*"))
    eventually(lambda: not processes_of(home.root), within=5)


def test_two_commands_share_one_server_and_the_last_one_turns_it_off(made_home):
    cluster = Cluster(made_home)
    with running(cluster):
        assert output(python(ENSURE, ASK, "print(c.is_ours())", root=made_home.root)) == "('shuke_app',)\nFalse\n"
        assert cluster.is_running()
    assert not cluster.is_running()


def test_the_one_who_started_it_waits_for_the_others(made_home):
    cluster = Cluster(made_home)
    arrived, answers = threading.Event(), []

    def guest():
        with running(Cluster(made_home)) as theirs:
            arrived.set()
            answers.append(ask(theirs, "SELECT 1 FROM pg_sleep(0.5)"))

    with running(cluster):
        other = threading.Thread(target=guest)
        other.start()
        assert arrived.wait(10)
    other.join()
    assert answers == [(1,)]
    assert not cluster.is_running()


def test_a_tied_server_ends_with_a_killed_command(made_home):
    command = subprocess.Popen(
        python(
            ENSURE, "c.ensure(); c.start(); print('up', flush=True); import time; time.sleep(60)", root=made_home.root
        ),
        stdout=subprocess.PIPE,
    )
    assert command.stdout.readline() == b"up\n"
    command.kill()
    command.wait()
    eventually(lambda: not processes_of(made_home.root), within=10)


def test_an_untied_server_outlives_its_command(made_home):
    subprocess.run(python(ENSURE, "c.ensure(); c.start(tied=False)", root=made_home.root), check=True)
    cluster = Cluster(made_home)
    assert cluster.is_ready()
    cluster.stop()
    assert not cluster.is_running()


def test_data_of_another_major_are_refused_with_words(made_home):
    cluster = Cluster(made_home)
    cluster.ensure()
    (made_home.pg / "PG_VERSION").write_text("17\n")
    with pytest.raises(WrongMajor, match="belong to PostgreSQL 17") as refused:
        cluster.ensure()
    assert "shuke db restore" in refused.value.advice()


def test_a_server_that_cannot_start_says_why(made_home):
    cluster = Cluster(made_home)
    cluster.ensure()
    with (made_home.pg / "postgresql.auto.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(StartFailed, match=r"no_such_setting|configuration file"):
        cluster.start()


def test_a_path_too_long_for_a_socket_is_no_obstacle(home):
    long = Home(home.root.parent / "long" / ("x" * 120))
    with running(Cluster(long)) as cluster:
        assert len(os.fsencode(long.run)) > 107
        assert ask(cluster, "SELECT current_user") == ("shuke_app",)


def test_without_any_short_folder_it_listens_on_loopback_and_keeps_its_port(home, monkeypatch):
    long = Home(home.root.parent / "long" / ("x" * 120))
    monkeypatch.setattr("tempfile.tempdir", str(long.root.parent / ("y" * 100)))
    cluster = Cluster(long)
    with running(cluster):
        first = cluster.dsn()
        assert "@127.0.0.1:" in first
        os.kill(cluster.pid(), signal.SIGKILL)
        eventually(lambda: not cluster.is_running(), within=5)
        cluster.start()
        assert cluster.dsn() == first
        assert ask(cluster, "SELECT current_user") == ("shuke_app",)


@as_root
def test_root_runs_it_below_a_closed_folder_without_opening_it(home):
    closed = home.root.parent
    assert closed.stat().st_mode & 0o777 == 0o700
    with running(Cluster(home)) as cluster:
        assert cluster.runs_as.launch.startswith("namespace:")
        assert ask(cluster, "SELECT 1") == (1,)
        assert (home.pg.stat().st_uid, closed.stat().st_mode & 0o777) == (0, 0o700)


@as_root
def test_root_uses_an_account_where_namespaces_are_refused(home):
    home.root.parent.chmod(0o755)
    with running(Cluster(home, runs_as=identity.service_account("nobody"))) as cluster:
        assert ask(cluster, "SELECT 1") == (1,)
        assert Path(f"/proc/{cluster.pid()}").stat().st_uid == 65534
    assert (home.secrets.stat().st_uid, home.secrets.stat().st_mode & 0o777) == (0, 0o700)


@as_root
def test_an_account_that_cannot_reach_the_home_is_told_so(home):
    with pytest.raises(HomeOutOfReach, match=r"nobody.*shuke-test"):
        Cluster(home, runs_as=identity.service_account("nobody")).ensure()
    assert home.root.parent.stat().st_mode & 0o777 == 0o700


@as_root
def test_a_refused_namespace_is_noticed():
    lacking = ["setpriv", "--bounding-set=-setfcap", sys.executable, "-c"]
    assert output([*lacking, "from shuke.runtime import identity; print(identity.namespaces_allowed())"]) == "False\n"
    assert identity.namespaces_allowed()


@as_root
def test_an_ordinary_user_runs_it_as_himself(home):
    home.root.mkdir()
    home.root.parent.chmod(0o755)
    os.chown(home.root, 65534, 65534)
    argv = [*AS_NOBODY, python_for_everybody(), *python(ENSURE, ASK, root=home.root)[1:]]
    assert output(argv, cwd="/", env={**os.environ, "PYTHONPATH": ":".join(sys.path)}) == "('shuke_app',)\n"
    assert home.pg.stat().st_uid == 65534
