"""A folder that several machines read: on a disk that all of them have, or in an object store."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pyarrow import ArrowException
from pyarrow.fs import FileSelector, FileSystem, FileType, LocalFileSystem, copy_files

from shuke.core.words import mark as _
from shuke.runtime.problems import Problem

__all__ = ["NotShared", "SharedFolder"]

PART = ".part"


class NotShared(Problem):
    code = "folder_not_shared"
    message = _("The facts cannot be written to %(place)s.")
    remedy = _("Check SHUKE_MIRROR, that it is there, and that this account may write to it.")


class SharedFolder:
    """The folder "mirror" below an address: a path, or s3://bucket/folder with options of the store behind `?`.

    It is ours alone. What cannot be done to it is NotShared.
    """

    def __init__(self, address: str) -> None:
        above, _mark, options = address.partition("?")
        self.place = f"{above.rstrip('/')}/mirror"
        self._in_store = address.startswith("s3://")
        with self._named():
            if self._in_store:
                self._files, self._folder = FileSystem.from_uri(f"{self.place}?{options}")
            else:
                self._files, self._folder = LocalFileSystem(), self.place

    def hold(self, files: Sequence[Path]) -> None:
        """Copy what is not there yet, and remove what is not one of these `files` any more.

        A file never changes under its name: one of the same length is the same.
        """
        with self._named():
            there = self._sizes()
            for file in files:
                if there.pop(file.name, None) != file.stat().st_size:
                    self._copy(file)
            for name in there:
                self._files.delete_file(f"{self._folder}/{name}")

    def try_out(self) -> None:
        """Write a file and take it away again."""
        with self._named():
            self._files.create_dir(self._folder)
            with self._files.open_output_stream(f"{self._folder}/try{PART}") as file:
                file.write(b"?")
            self._files.delete_file(f"{self._folder}/try{PART}")

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ArrowException):
            raise NotShared(place=self.place) from None

    def address(self, name: str) -> str:
        """How Spark calls a file of the folder."""
        scheme = "s3a" if self._in_store else "file"
        return f"{scheme}://{self.place.removeprefix('s3://')}/{name}"

    def _sizes(self) -> dict[str, int]:
        self._files.create_dir(self._folder)
        found = self._files.get_file_info(FileSelector(self._folder))
        return {info.base_name: info.size for info in found if info.type == FileType.File}

    def _copy(self, file: Path) -> None:
        to = f"{self._folder}/{file.name}"
        if self._in_store:
            copy_files(str(file), to, source_filesystem=LocalFileSystem(), destination_filesystem=self._files)
        else:
            copy_files(str(file), to + PART, source_filesystem=self._files, destination_filesystem=self._files)
            self._files.move(to + PART, to)
