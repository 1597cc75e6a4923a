"""Become another program that dies with its parent, if need be as another user.

Started by path with `python -I -S`, so it imports nothing but the standard library:

    launch.py PARENT_PID SIGNAL (same | namespace:UID | user:UID:GID) PROGRAM [ARGUMENT…]

SIGNAL 0 leaves the program alone when its parent dies.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
CANNOT_START = 126


def main(arguments: list[str]) -> None:
    parent, death_signal, identity, *program = arguments
    try:
        assume(identity)
        # After the change of credentials: the kernel forgets the death signal when they change.
        if int(death_signal):
            die_with(int(parent), int(death_signal))
        restore_signals()
        os.execv(program[0], program)  # noqa: S606 - to become another program is what we are for
    except OSError as failure:
        sys.stderr.write(f"cannot start {program[0]} ({identity}): {failure}\n")
        sys.exit(CANNOT_START)


def assume(identity: str) -> None:
    """Go on as the user that `identity` names."""
    kind, *ids = identity.split(":")
    if kind == "namespace":
        enter_namespace(int(ids[0]))
    elif kind == "user":
        os.setgroups([])
        os.setgid(int(ids[1]))
        os.setuid(int(ids[0]))


def enter_namespace(inside: int) -> None:
    """A user namespace in which our account is called `inside`; our files are reached as before."""
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    # The kernel takes a map of one group only from a process that has given up setgroups.
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{inside} {group} 1", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{inside} {user} 1", encoding="ascii")


def die_with(parent: int, death_signal: int) -> None:
    """Get `death_signal` when the thread that started us ends; a no-op where there is no prctl."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    if os.getppid() != parent:  # it was gone before we asked, so nobody will tell us
        os.kill(os.getpid(), signal.SIGKILL)


def restore_signals() -> None:
    """Python ignores SIGPIPE and a background shell SIGINT; both would be inherited."""
    for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


if __name__ == "__main__":
    main(sys.argv[1:])
