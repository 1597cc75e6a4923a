"""Everything that changes pulls."""

from shuke.pulls.services.changing import add, change, delete, forget_host_key, pause, resume, trust_host_key
from shuke.pulls.services.running import ask, give_up, run, start_due, sweep

__all__ = [
    "add",
    "ask",
    "change",
    "delete",
    "forget_host_key",
    "give_up",
    "pause",
    "resume",
    "run",
    "start_due",
    "sweep",
    "trust_host_key",
]
