"""Folders are private, and folders above ours are left alone."""

from shuke.runtime.home import Home


def test_every_folder_is_private_and_those_above_keep_their_mode(tmp_path):
    tmp_path.chmod(0o755)
    home = Home(tmp_path / "deep" / "home").make()
    assert {folder.stat().st_mode & 0o777 for folder in (home.root, *home.root.iterdir())} == {0o700}
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_folder_that_was_opened_is_closed_again(tmp_path):
    home = Home(tmp_path / "home").make()
    home.secrets.chmod(0o755)
    home.make()
    assert home.secrets.stat().st_mode & 0o777 == 0o700
