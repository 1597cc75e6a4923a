"""All figures on speed and size, one after the other: `make bench`, or `python bench/<one>.py` for one of them.

Whoever starts this has the verdict in its lines; it fails only where a script ends without having told all its figures.
"""

import subprocess
import sys
from pathlib import Path

from figures import DOES_NOT

HERE = Path(__file__).parent
SCRIPTS = (
    "intake.py",
    "api.py",
    "rfm.py",
    "night.py",
    "lists.py",
    "inday.py",
    "duplicates.py",
    "lifetime.py",
    "pipeline.py",
    "churn.py",
    "clusters.py",
    "potential.py",
)


def main() -> int:
    failed = 0
    for script in SCRIPTS:
        print(f"== {script}", flush=True)
        code = subprocess.run([sys.executable, str(HERE / script)], check=False).returncode
        if code:
            failed += 1
            print(f"{DOES_NOT} {script}: ended with code {code} before it had told all its figures", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
