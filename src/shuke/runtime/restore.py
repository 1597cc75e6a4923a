"""A dump becomes the database of an installation; the data of before are kept."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from shuke.core.words import mark as _
from shuke.runtime import locks, provision
from shuke.runtime.cluster import Cluster, bin_dir
from shuke.runtime.home import Home
from shuke.runtime.problems import Problem
from shuke.runtime.provision import DATABASE


class StillUp(Problem):
    """The installation works."""

    code = "still_up"
    message = _("Shuke is at work on %(home)s.")
    remedy = _("Stop it and let commands end, then restore.")


class RestoreFailed(Problem):
    """pg_restore ended with an error; the database is as it was."""

    code = "restore_failed"
    message = _("%(file)s could not be restored: %(reason)s. The database is as it was.")


def restore(home: Home, source: Path) -> Path | None:
    """Make `source`, written by `Cluster.dump`, the database; returns where the data of before lie now, if any.

    It is restored into a home of its own with the same passwords and moved here when it is complete. The mirror goes:
    the next run makes it anew. StillUp, RestoreFailed.
    """
    home.make()
    with _alone(home):
        draft = _draft(home)
        try:
            _fill(Cluster(draft), source)
            return _take_over(home, draft)
        finally:
            shutil.rmtree(draft.root, ignore_errors=True)


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Neither a supervisor nor a command works on the installation during the block."""
    with ExitStack() as held:
        try:
            for lock in (home.up_lock, home.users_lock):
                held.enter_context(locks.held(lock, patience=0))
        except locks.Busy:
            raise StillUp(home=str(home.root)) from None
        yield


def _draft(home: Home) -> Home:
    draft = Home(home.root / "restoring")
    shutil.rmtree(draft.root, ignore_errors=True)
    provision.make_passwords(home)
    draft.make()
    shutil.copytree(home.secrets, draft.secrets, dirs_exist_ok=True)
    return draft


def _fill(cluster: Cluster, source: Path) -> None:
    cluster.ensure()
    cluster.start()
    try:
        options = ("--clean", "--if-exists", "--exit-on-error", "--dbname", DATABASE)
        argv = [str(bin_dir() / "pg_restore"), *options, str(source)]
        env = cluster.client_env("superuser")
        done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    finally:
        cluster.stop()
    if done.returncode != 0:
        raise RestoreFailed(file=str(source), reason=done.stderr.strip().rstrip(".")[-2000:])


def _take_over(home: Home, draft: Home) -> Path | None:
    Cluster(home).stop()
    before = home.backups / f"pg-before-restore-{datetime.now():%Y%m%d-%H%M%S}"  # noqa: DTZ005  a name
    there_was_one = home.pg.exists()
    draft.pg.rename(home.restored)
    if there_was_one:
        home.pg.rename(before)
    provision.take_restored(home)
    shutil.rmtree(home.mirror)
    home.make()
    return before if there_was_one else None
