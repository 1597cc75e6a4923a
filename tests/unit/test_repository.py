"""What must hold for the repository itself: settings explained, migrations made, nothing of anybody's machine in it."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from shuke.config.environment import declared

ROOT = Path(__file__).resolve().parents[2]
OF_A_MACHINE = re.compile(r"/root/|/home/\w+/")
LEFT_OVERS = re.compile(r"(?:#|//|<!--|\*)\s*(?:TODO|FIXME|XXX)\b")


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines() if Path(name).name != Path(__file__).name]


def test_every_setting_is_explained():
    page = (ROOT / "docs/reference/settings.md").read_text()
    assert [name for name, _, words in declared() if name not in page or words not in page] == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("forbidden", [OF_A_MACHINE, LEFT_OVERS], ids=["machine", "left-over"])
def test_nothing_is_left_behind_in_the_files(forbidden):
    files = tracked("*.py", "*.html", "*.js", "*.css", "*.toml", "*.txt", "*.json", "*.md", "Makefile", ".ci/*")
    found = [path.name for path in files if forbidden.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_the_two_readmes_tell_the_same_commands():
    commands = re.compile(r"^(?:make|shuke) .+$|^\.venv.+$", re.MULTILINE)
    english, chinese = ((ROOT / name).read_text() for name in ("README.md", "README.zh-hans.md"))
    assert [line.split("#")[0].strip() for line in commands.findall(english)] == [
        line.split("#")[0].strip() for line in commands.findall(chinese)
    ]


def test_every_test_of_a_promise_is_told_by_accept():
    told = (ROOT / "tests/accept.py").read_text()
    marked = [path for path in tracked("tests/*.py") if "pytest.mark.promise" in path.read_text(encoding="utf-8")]
    assert [path for path in marked if f'"{path.relative_to(ROOT)}"' not in told] == []
    assert len(marked) == told.count('measured_by("')


def test_lock_files_name_packages_and_no_address():
    assert "://" not in (ROOT / "constraints.txt").read_text()
    assert '"resolved"' not in (ROOT / "frontend/package-lock.json").read_text()
