"""An installation under its supervisor, seen from outside."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from integration.runtime.machine import eventually
from shuke.runtime.address import free_port

UP = Path(__file__).parent / "up.py"


class Installation:
    """A supervisor in a process of its own."""

    def __init__(self, home):
        self.home = home
        self.port = free_port()
        self.argv = [sys.executable, str(UP), str(home.root), str(self.port)]
        # Inherited by every descendant, so that the machine can be searched for them.
        mark = {"STARTED_FOR": str(home.root)}
        self.process = subprocess.Popen(self.argv, stderr=subprocess.DEVNULL, env={**os.environ, **mark})

    def page(self):
        """What the web server says, None when it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}", timeout=5) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, OSError):
            return None

    def works(self):
        return (self.page() or "").startswith("shuke_app")

    def web_worker(self):
        """Process id of the web worker, None when it does not answer."""
        page = self.page()
        return int(page.split()[1]) if page else None

    def next_web_worker(self, before, *, within):
        """Process id of the web worker that answers in place of `before`."""
        seen = [before]
        eventually(lambda: seen.append(self.web_worker()) or seen[-1] not in (None, before), within=within)
        return seen[-1]

    def starts(self, program):
        """Process ids under which a program has been started so far."""
        noted = self.home.run / f"{program}.pids"
        return noted.read_text().split() if noted.exists() else []
