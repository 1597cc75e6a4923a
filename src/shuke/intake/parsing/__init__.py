"""Reading and checking happen in a process of their own: on the second core, with limits, without our secrets."""

from shuke.intake.parsing.parent import ParserDied, parsed
from shuke.intake.parsing.wire import Plan

__all__ = ["ParserDied", "Plan", "parsed"]
