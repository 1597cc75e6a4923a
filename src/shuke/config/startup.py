"""Loading the program, which takes most of a short command's time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["kept_for_good"]


@contextmanager
def kept_for_good() -> Iterator[None]:
    """What is loaded within stays until the end, so the collector does not look at it, neither now nor later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
