"""Files that appear whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_once(path: Path, text: str) -> None:
    """Put `text` at `path`, readable by its owner only; whoever comes second leaves the first one's text in place."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
