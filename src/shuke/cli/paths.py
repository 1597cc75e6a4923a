"""Files that a command is told to read or write, and why it cannot."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shuke.core.errors import Invalid
from shuke.core.words import mark as _

REASONS = {
    errno.ENOENT: _("there is no such file or folder"),
    errno.ENOTDIR: _("part of the path is no folder"),
    errno.EISDIR: _("it is a folder"),
    errno.EACCES: _("it is not open to you"),
    errno.EPERM: _("it is not open to you"),
    errno.EROFS: _("nothing can be written there"),
    errno.ENOSPC: _("the disk is full"),
    errno.EDQUOT: _("the disk is full"),
    errno.ENAMETOOLONG: _("the name is too long"),
    errno.EIO: _("the disk has an error"),
}
"""In our words, because the system's own come in one language only."""


class OutOfReach(Invalid):
    code = "file_out_of_reach"
    message = _("%(file)s cannot be used: %(reason)s.")
    marked = ("reason",)


@contextmanager
def using(file: Path) -> Iterator[None]:
    """Where `file` is read or written; what the system has against it becomes OutOfReach."""
    try:
        yield
    except OSError as failure:
        reason = REASONS.get(failure.errno or 0) or failure.strerror or str(failure)
        raise OutOfReach(file=str(file), reason=reason) from failure
