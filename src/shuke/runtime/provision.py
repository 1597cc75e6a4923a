"""Making a new data directory: cluster, roles, database and extensions, all or nothing."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Literal

from shuke.core.words import mark as _
from shuke.runtime.home import Home
from shuke.runtime.identity import Identity
from shuke.runtime.problems import Problem
from shuke.runtime.process import launcher

Role = Literal["app", "owner", "superuser"]

DATABASE = "shuke"
USERS: dict[Role, str] = {"app": "shuke_app", "owner": "shuke_owner", "superuser": "postgres"}
EXTENSIONS = ("pg_trgm", "btree_gist", "pg_stat_statements")
DRAFT = "pg.new-"
HBA = """\
local all,replication all scram-sha-256
host  all,replication all 127.0.0.1/32 scram-sha-256
"""


class InitFailed(Problem):
    """initdb or the first statements did not succeed; nothing is left behind."""

    code = "database_init_failed"
    message = _("The database could not be made: %(reason)s")


class PasswordMissing(Problem):
    """There are data, but the password that belongs to them is gone."""

    code = "password_missing"
    message = _("The database's password file %(path)s is missing.")
    remedy = _("Put the folder “secrets” of this installation back.")


def password(home: Home, role: Role) -> str:
    """The password of a role."""
    path = _password_file(home, role)
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise PasswordMissing(path=str(path)) from None


def make_data(home: Home, *, bin_dir: Path, identity: Identity) -> None:
    """Build `home.pg` in a folder beside it and rename it when complete: a kill leaves nothing half-made."""
    remove_drafts(home)
    make_passwords(home)
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=home.root))
    try:
        identity.own(home, draft, home.run, home.pg_logs)
        _initdb(draft, bin_dir=bin_dir, identity=identity)
        _first_statements(home, draft, bin_dir=bin_dir, identity=identity)
        with (draft / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write("\ninclude_if_exists = 'shuke.conf'\n")
        # Everything above skipped the disk; once for all is several times faster.
        _run(bin_dir / "initdb", "--sync-only", "--pgdata", draft, identity=identity)
        _rename(draft, home.pg)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def make_passwords(home: Home) -> None:
    """A password for each role that has none."""
    for role in USERS:
        _make_password(home, role)


def take_restored(home: Home) -> None:
    """Make a restored data directory the one in use; also what a restore that was killed here left to do."""
    if home.restored.exists() and not home.pg.exists():
        _rename(home.restored, home.pg)


def remove_drafts(home: Home) -> None:
    """Remove what an attempt left that was killed."""
    for left in home.root.glob(DRAFT + "*"):
        shutil.rmtree(left, ignore_errors=True)


def _initdb(draft: Path, *, bin_dir: Path, identity: Identity) -> None:
    # A password file would have to be readable for the service account; the password follows below.
    _run(
        *(bin_dir / "initdb", "--pgdata", draft, "--username", USERS["superuser"], "--auth", "reject"),
        *(
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "--locale-provider",
            "builtin",
            "--builtin-locale",
            "C.UTF-8",
        ),
        *("--data-checksums", "--no-sync"),
        identity=identity,
    )
    (draft / "pg_hba.conf").write_text(HBA, encoding="ascii")


def _first_statements(home: Home, draft: Path, *, bin_dir: Path, identity: Identity) -> None:
    """Single-user mode needs no network, no password and no waiting; one line is one transaction."""
    single = (
        bin_dir / "postgres",
        "--single",
        "-D",
        draft,
        "-c",
        "exit_on_error=on",
        "-c",
        "log_min_messages=error",
    )
    owner, app = USERS["owner"], USERS["app"]
    roles = [
        f"ALTER ROLE {USERS['superuser']} PASSWORD '{password(home, 'superuser')}'",
        f"CREATE ROLE {owner} LOGIN PASSWORD '{password(home, 'owner')}'",
        f"CREATE ROLE {app} LOGIN PASSWORD '{password(home, 'app')}'",
        f"GRANT {app} TO {owner}",  # so that migrations can make things that belong to the app
        f"CREATE DATABASE {DATABASE} OWNER {owner}",
        f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {app}",
    ]
    extensions = [f"CREATE EXTENSION {name}" for name in EXTENSIONS]
    _run(*single, "postgres", identity=identity, statements="\n".join(roles) + "\n")
    _run(*single, DATABASE, identity=identity, statements="\n".join(extensions) + "\n")


def _run(*argv: str | Path, identity: Identity, statements: str = "") -> None:
    done = subprocess.run(
        launcher(*argv, tied_by=signal.SIGKILL, identity=identity.launch),
        input=statements,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",  # our own folder may be closed to the service account
    )
    if done.returncode != 0:
        raise InitFailed(reason=done.stderr.strip()[-2000:])


def _make_password(home: Home, role: Role) -> None:
    path = _password_file(home, role)
    if path.exists():
        return
    draft = path.with_suffix(".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(handle)
    draft.replace(path)


def _password_file(home: Home, role: Role) -> Path:
    return home.secrets / f"{USERS[role]}.password"


def _rename(draft: Path, target: Path) -> None:
    draft.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
