"""The files of whatever was given: one file, a folder or a zip."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from customers.importing.archives import MOST_MEMBERS, TOO_MANY, Budget, is_hidden, unpack_zip
from customers.importing.contents import ZIP, kind_of
from customers.importing.unreadable import UnreadableSource
from customers.storable import storable

LONGEST_NAME = 100
# Endings of files that hold tables; any other text counts only if its headings are known.
TABLES = {"", ".csv", ".txt", ".tsv", ".tab", ".dat", ".xls", ".xlsx", ".xlsm", ".parquet"}
PACKED = (".gz", ".gzip")
NOTES = {"", ".txt", ".dat"}  # endings of tables that other files have as well


@dataclass(frozen=True)
class GivenFile:
    """A file of the source, wherever it lies now."""

    path: Path
    name: str  # in the source, with its folders
    is_loose: bool = False  # in a folder, where it may be a zip as well

    @property
    def shown(self) -> str:
        return PurePosixPath(self.name).name

    @property
    def stem(self) -> str:
        """The name without .csv, .csv.gz and the like; most people have no other endings."""
        path = PurePosixPath(self.shown)
        bare = PurePosixPath(path.stem) if path.suffix.casefold() in PACKED else path
        return bare.stem if bare.suffix.casefold() in TABLES else bare.name

    @property
    def has_tables_name(self) -> bool:
        path = PurePosixPath(self.shown.casefold())
        return path.suffix in TABLES or path.suffix in PACKED

    @property
    def is_meant(self) -> bool:
        """Whether its name says that it holds a table and nothing else."""
        return self.has_tables_name and PurePosixPath(self.shown.casefold()).suffix not in NOTES


def files_of(source: Path, folder: Path, budget: Budget, called: str = "") -> Iterator[GivenFile]:
    """The files of a source one by one; those of a zip are unpacked into the folder.

    Files that systems and programs make for themselves are left out. Raises UnreadableSource for
    what can't be opened.
    """
    try:
        if source.is_dir():
            return _in_folder(source)
        name = readable(called or source.name)
        if not source.is_file():
            raise _not_there(source)  # nor is a pipe, which would never end
        if kind_of(source, name) == ZIP:
            return files_of_zip(GivenFile(source, name), folder, budget)
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, UnreadableSource):
            raise
        raise _not_there(source) from error
    return iter([GivenFile(source, name)])


def files_of_zip(archive: GivenFile, folder: Path, budget: Budget) -> Iterator[GivenFile]:
    """The files of a zip, unpacked into the folder one by one."""
    within = f"{archive.name}/" if archive.is_loose else ""
    for name, path in unpack_zip(archive.path, folder, budget):
        yield GivenFile(path, readable(f"{within}{name}"))


def _in_folder(source: Path) -> Iterator[GivenFile]:
    found = 0
    for folder, folders, names in os.walk(source, onerror=_refuse_folder):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            inside = path.relative_to(source).as_posix()
            if is_hidden(inside):
                continue
            found += 1
            if found > MOST_MEMBERS:
                raise UnreadableSource(TOO_MANY.format("folder", MOST_MEMBERS))
            if not path.is_file():
                raise _not_there(path)
            yield GivenFile(path, readable(inside), is_loose=True)


def _refuse_folder(error: OSError) -> None:
    raise _not_there(Path(str(error.filename))) from error


def _not_there(path: Path) -> UnreadableSource:
    return UnreadableSource(f"There is no file or folder {readable(path.name)} that can be read.")


def readable(name: str) -> str:
    """A name of a file as it can be shown and stored."""
    shown = "".join(c if c.isprintable() else "\ufffd" for c in storable(name))
    return shown if len(shown) <= LONGEST_NAME else f"…{shown[-LONGEST_NAME:]}"
