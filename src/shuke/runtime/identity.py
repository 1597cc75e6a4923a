"""As whom PostgreSQL runs: it refuses the superuser account of the machine."""

import functools
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from shuke.core.words import mark as _
from shuke.runtime.home import Home
from shuke.runtime.problems import Problem
from shuke.runtime.process import SAME_USER, launcher

ACCOUNT = "shuke"
SERVICE_HOME = Path("/var/lib/shuke")
OVERFLOW_UID = 65534  # the name of everybody without a name in a user namespace


class NoAccount(Problem):
    """The machine refuses user namespaces and has no account for us."""

    code = "no_service_account"
    message = _("PostgreSQL does not run as root, and the account “%(account)s” could not be made: %(reason)s.")
    marked = ("reason",)
    remedy = _("Make the account (useradd --system %(account)s) or start Shuke as an ordinary user.")


class HomeOutOfReach(Problem):
    """The service account cannot pass one of the folders above."""

    code = "home_out_of_reach"
    message = _("PostgreSQL runs as “%(account)s” here, which may not enter %(folder)s.")
    remedy = _("Set SHUKE_HOME=/var/lib/shuke or start Shuke as an ordinary user.")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who PostgreSQL is: `launch` for the launcher, `account` as owner of its folders (None: ours)."""

    launch: str = SAME_USER
    account: str | None = None

    def own(self, home: Home, *folders: Path) -> None:
        """Give `folders` to the service account, and let it pass through `home` to reach them."""
        if self.account is None:
            return
        entry = pwd.getpwnam(self.account)
        for passage in (home.root, home.logs):
            os.chown(passage, 0, entry.pw_gid)
            passage.chmod(0o710)
        for folder in folders:
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        self._check_reach(home, entry)

    def _check_reach(self, home: Home, entry: pwd.struct_passwd) -> None:
        for folder in home.root.resolve().parents:
            seen = folder.stat()
            shift = 6 if seen.st_uid == entry.pw_uid else 3 if seen.st_gid == entry.pw_gid else 0
            if not seen.st_mode >> shift & 0o1:
                raise HomeOutOfReach(account=entry.pw_name, folder=str(folder))


def choose() -> Identity:
    """Our own account; as root a user namespace of our own; where that is refused the service account."""
    if os.geteuid() != 0:
        return Identity()
    if namespaces_allowed():
        return Identity(launch=f"namespace:{_inside_uid()}")
    return service_account(ACCOUNT)


def service_account(name: str) -> Identity:
    """Run as the account `name`, which is made if the machine has none."""
    entry = _entry(name) or _made(name)
    return Identity(launch=f"user:{entry.pw_uid}:{entry.pw_gid}", account=name)


@functools.cache
def namespaces_allowed() -> bool:
    """May we make a user namespace? Containers often say no."""
    if not sys.platform.startswith("linux"):
        return False
    probe = launcher(sys.executable, "-I", "-S", "-c", "", identity=f"namespace:{_inside_uid()}")
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _inside_uid() -> int:
    """initdb looks its user up, so the name inside has to be one that exists."""
    known = (entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid not in (0, OVERFLOW_UID))
    return next(known, OVERFLOW_UID)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _made(name: str) -> pwd.struct_passwd:
    useradd = shutil.which("useradd")
    if useradd is None:
        raise NoAccount(account=name, reason=_("useradd is missing"))
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", str(SERVICE_HOME)]
    made = subprocess.run([useradd, *options, name], capture_output=True, text=True, check=False)
    entry = _entry(name)
    if entry is None:
        raise NoAccount(account=name, reason=made.stderr.strip())
    return entry
