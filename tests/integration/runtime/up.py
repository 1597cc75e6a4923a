"""An installation to be killed by tests: `up.py HOME PORT` runs what `shuke up` would, with small programs."""

import sys
from pathlib import Path

from shuke.core.errors import ShukeError
from shuke.runtime.child import Program
from shuke.runtime.cluster import Cluster
from shuke.runtime.health import listening
from shuke.runtime.home import Home
from shuke.runtime.supervisor import Supervisor

HERE = Path(__file__).parent
GRANIAN = ("-m", "granian", "--interface", "wsgi", "--workers", "1", "--working-dir", str(HERE), "--host", "127.0.0.1")
ENDS_AT_ONCE = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n')"
HANGS = ENDS_AT_ONCE + "; import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def main(root: str, port: str) -> int:
    home = Home(Path(root)).make()
    cluster = Cluster(home)
    cluster.ensure()
    web = (sys.executable, *GRANIAN, "--port", port, "site_under_test:application")
    programs = [
        Program("web", web, env={"DSN": cluster.dsn()}, ready=lambda: listening(int(port))),
        Program("brief", (sys.executable, "-c", ENDS_AT_ONCE, str(home.run / "brief.pids"))),
        Program(
            "silent",
            (sys.executable, "-c", HANGS, str(home.run / "silent.pids")),
            grace=0.2,
            heartbeat=home.run / "silent.beat",
            heartbeat_within=1.0,
        ),
        Program("stubborn", (sys.executable, "-c", HANGS, str(home.run / "stubborn.pids")), grace=60),
    ]
    try:
        return Supervisor(home, programs, cluster=cluster, prepare=(home.run / "prepared").touch).run()
    except ShukeError as failure:
        print(failure)
        return 3


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
