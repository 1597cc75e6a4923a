"""All figures on speed and size, one after the other: `make bench`, or `python bench/<one>.py` for one of them."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = ("intake.py", "api.py", "rfm.py", "lists.py", "inday.py", "duplicates.py", "lifetime.py")


def main() -> int:
    failed = 0
    for script in SCRIPTS:
        print(f"== {script}", flush=True)
        failed += subprocess.run([sys.executable, str(HERE / script)], check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
