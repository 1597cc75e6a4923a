"""The folders of one installation."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """Where one installation keeps everything; `make()` before first use."""

    root: Path

    @property
    def pg(self) -> Path:
        """PostgreSQL's data directory; absent until the cluster is made."""
        return self.root / "pg"

    @property
    def restored(self) -> Path:
        """A data directory that has been restored whole and is about to become `pg`."""
        return self.root / "pg.restored"

    @property
    def run(self) -> Path:
        """Locks, heartbeats and sockets: nothing that has to survive a reboot."""
        return self.root / "run"

    @property
    def secrets(self) -> Path:
        """Passwords and keys, one file each, mode 0600."""
        return self.root / "secrets"

    @property
    def mirror(self) -> Path:
        """Facts as Parquet, by month; can be rebuilt from the database."""
        return self.root / "mirror"

    @property
    def uploads(self) -> Path:
        """Files that people sent, encrypted."""
        return self.root / "uploads"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def pg_logs(self) -> Path:
        """Apart from our own logs, because PostgreSQL may run under another account."""
        return self.logs / "postgresql"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def up_lock(self) -> Path:
        """Held by the supervisor for as long as it lives; contains its process id."""
        return self.run / "up.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by all commands that use a database started for their duration."""
        return self.run / "users.lock"

    def make(self) -> "Home":
        """Make what is missing, each folder private. Folders above `root` are made, never changed."""
        self.root.parent.mkdir(parents=True, exist_ok=True)
        for folder in self._folders():
            make_private(folder)
        return self

    def _folders(self) -> tuple[Path, ...]:
        kept = (self.run, self.secrets, self.mirror, self.uploads, self.logs, self.pg_logs, self.backups)
        return (self.root, *kept)


def make_private(folder: Path) -> None:
    """Make `folder` with mode 0700; an existing folder that strangers can read is closed to them."""
    folder.mkdir(mode=0o700, exist_ok=True)
    # Group search stays allowed: a service account may have to pass through to its own folders.
    if folder.stat().st_mode & 0o067 and folder.stat().st_uid == os.geteuid():
        folder.chmod(0o700)
