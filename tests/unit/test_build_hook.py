import gettext
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hook():
    spec = importlib.util.spec_from_file_location("build_hook", ROOT / "build_hook.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path):
    """As much of a checkout as the hook reads."""
    (tmp_path / "frontend/licences").mkdir(parents=True)
    for name in ("build_hook.py", "frontend/package-lock.json", "frontend/icons.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def icons(tmp_path: Path, **shapes: str) -> Path:
    folder = tmp_path / "@tabler/icons/icons/outline"
    folder.mkdir(parents=True)
    for name, shape in shapes.items():
        (folder / f"{name}.svg").write_text(f'<svg width="24">\n  {shape}\n</svg>')
    return tmp_path


def test_sprite_holds_the_listed_icons_and_no_other(hook, tmp_path):
    sprite = hook.sprite(icons(tmp_path, home='<path d="M1 1"/>', star="<path/>"), ["home"])
    assert '<symbol id="home" viewBox="0 0 24 24" fill="none" stroke="currentColor"><path d="M1 1"/></symbol>' in sprite
    assert "star" not in sprite


def test_unknown_icon_stops_the_build_with_its_name(hook, tmp_path):
    with pytest.raises(RuntimeError, match="no icon named hoem"):
        hook.sprite(icons(tmp_path), ["hoem"])


def test_libraries_come_without_source_maps(hook, tmp_path, monkeypatch):
    monkeypatch.setattr(hook, "LIBRARIES", {"a.js": "b.js", "a.css": "b.css"})
    (tmp_path / "a.js").write_text("run();\n//# sourceMappingURL=a.js.map\n")
    (tmp_path / "a.css").write_text("b{color:red}\n/*# sourceMappingURL=a.css.map */")
    hook.copy_libraries(tmp_path, tmp_path)
    assert (tmp_path / "b.js").read_text() == "run();\n"
    assert (tmp_path / "b.css").read_text() == "b{color:red}"


def test_style_sheet_that_names_a_missing_font_stops_the_build(hook, tmp_path, monkeypatch):
    monkeypatch.setattr(hook, "LIBRARIES", {"a.css": "b.css"})
    (tmp_path / "a.css").write_text("@font-face{src:url('fonts/a.eot?v=1')} i{background:url(data:image/svg+xml,x)}")
    with pytest.raises(RuntimeError, match=r"fonts/a\.eot"):
        hook.copy_libraries(tmp_path, tmp_path)


def test_every_library_needs_a_licence(hook, tmp_path):
    (tmp_path / "htmx").mkdir()
    (tmp_path / "htmx/package.json").write_text('{"name": "htmx", "version": "2", "license": "0BSD"}')
    with pytest.raises(FileNotFoundError, match=r"htmx\.txt"):
        hook.licences(tmp_path, tmp_path / "none")


@pytest.mark.parametrize("changed", ["frontend/package-lock.json", "frontend/icons.txt", "build_hook.py"])
def test_libraries_are_fetched_again_only_when_their_recipe_changes(hook, checkout, changed):
    assets = hook.Assets(checkout)
    assets.vendor.mkdir(parents=True)
    assets.stamp.write_text(assets.fingerprint())
    assert assets.are_current()
    (checkout / changed).write_text("different")
    assert not hook.Assets(checkout).are_current()


def test_failed_fetch_leaves_what_was_there(hook, checkout, monkeypatch):
    assets = hook.Assets(checkout)
    assets.vendor.mkdir(parents=True)
    (assets.vendor / "htmx.min.js").write_text("old")
    for name in ("package.json", ".npmrc"):
        (checkout / "frontend" / name).touch()
    monkeypatch.setattr(hook, "npm_ci", lambda folder: (_ for _ in ()).throw(RuntimeError("offline")))
    with pytest.raises(RuntimeError, match="offline"):
        assets.install()
    assert (assets.vendor / "htmx.min.js").read_text() == "old"
    assert not assets.are_current()


def test_translations_are_compiled_where_they_are_newer(hook, tmp_path):
    folder = tmp_path / "zh_Hans/LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Save"\nmsgstr "保存"\n',
        encoding="utf-8",
    )
    hook.compile_translations(tmp_path)
    compiled = folder / "django.mo"
    assert gettext.GNUTranslations(compiled.open("rb")).gettext("Save") == "保存"
    before = compiled.stat().st_mtime_ns
    hook.compile_translations(tmp_path)
    assert compiled.stat().st_mtime_ns == before


def test_lockfile_names_no_registry():
    assert '"resolved"' not in (ROOT / "frontend/package-lock.json").read_text()
