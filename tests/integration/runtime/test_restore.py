"""A dump comes back, and what was there before is kept."""

import psycopg
import pytest

from shuke.runtime import locks, provision
from shuke.runtime.cluster import Cluster, running
from shuke.runtime.home import Home
from shuke.runtime.restore import RestoreFailed, StillUp, restore


def _number(cluster: Cluster) -> int:
    with psycopg.connect(cluster.dsn("owner")) as connection:
        return connection.execute("SELECT n FROM kept").fetchone()[0]


@pytest.fixture
def dumped(made_home, tmp_path):
    """A dump in which n is 1, of a home in which n is 2 by now."""
    with running(Cluster(made_home)) as cluster, psycopg.connect(cluster.dsn("owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        cluster.dump(tmp_path / "shuke.dump")
        connection.execute("UPDATE kept SET n = 2")
    return tmp_path / "shuke.dump"


def test_a_dump_becomes_the_database_and_the_data_of_before_are_kept(made_home, dumped):
    (made_home.mirror / "manifest.json").touch()
    before = restore(made_home, dumped)
    assert (before / "PG_VERSION").exists()
    assert list(made_home.mirror.iterdir()) == []
    with running(Cluster(made_home)) as cluster:
        assert _number(cluster) == 1
        cluster.dump(dumped.with_name("again"))


def test_a_dump_moves_to_a_home_of_its_own(home, dumped):
    other = type(home)(home.root.parent / "other")
    assert restore(other, dumped) is None
    with running(Cluster(other)) as cluster:
        assert _number(cluster) == 1


def test_a_file_that_is_no_dump_changes_nothing(made_home, dumped, tmp_path):
    (tmp_path / "notes.txt").write_text("no dump")
    with pytest.raises(RestoreFailed):
        restore(made_home, tmp_path / "notes.txt")
    assert sorted(path.name for path in made_home.root.iterdir() if path.name.startswith(("restoring", "pg"))) == ["pg"]
    with running(Cluster(made_home)) as cluster:
        assert _number(cluster) == 2


def test_nothing_is_restored_under_a_working_installation(made_home, dumped):
    with locks.held(made_home.up_lock), pytest.raises(StillUp):
        restore(made_home, dumped)
    with locks.held(made_home.users_lock, shared=True), pytest.raises(StillUp):
        restore(made_home, dumped)


def test_a_restore_killed_between_old_and_new_data_is_finished_by_the_next_start(made_home, dumped, monkeypatch):
    def killed(home: Home) -> None:
        if home == made_home:
            raise KeyboardInterrupt

    monkeypatch.setattr(provision, "take_restored", killed)
    with pytest.raises(KeyboardInterrupt):
        restore(made_home, dumped)
    monkeypatch.undo()
    assert not made_home.pg.exists()
    with running(Cluster(made_home)) as cluster:
        assert _number(cluster) == 1
