"""Finding the tables in whatever was given: a workbook, a zip or a folder of CSV files."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from customers.importing.archives import is_workbook, unpack_csv
from customers.importing.tables import SHEETS, TABLES
from customers.importing.unreadable import UnreadableSource
from customers.importing.workbooks import sheets_as_csv

ZIP, OLD_OFFICE = b"PK", b"\xd0\xcf\x11\xe0"
NEEDED = "an Excel workbook (.xlsx) or a .zip of CSV files"


@dataclass(frozen=True)
class SheetFile:
    """The CSV file of one sheet, for reading."""

    path: Path
    label: str  # what people call it: sheet customers, file customers.csv
    numbered: bool  # whether the first column holds the line's number in the workbook


def find_sheets(source: Path, folder: Path) -> dict[str, SheetFile]:
    """The known sheets of a source, unpacked into the folder: {name: file}.

    Raises UnreadableSource when there is nothing to be read.
    """
    names = set(SHEETS)
    if source.is_dir():
        found = _labelled(_in_folder(source, folder, names), "file {0}.csv")
    else:
        _check_is_zip(source)
        if is_workbook(source):
            found = _labelled(sheets_as_csv(source, folder, names), "sheet {0}", numbered=True)
        else:
            found = _labelled(unpack_csv(source, folder, names), "file {0}.csv")
    if not any(table.name in found for table in TABLES):
        wanted = ", ".join(table.name for table in TABLES)
        raise UnreadableSource(
            f"None of the tables was found. Name the sheets or CSV files {wanted}."
        )
    return found


def _labelled(
    files: dict[str, Path], label: str, *, numbered: bool = False
) -> dict[str, SheetFile]:
    return {
        name: SheetFile(path, label.format(name), numbered=numbered) for name, path in files.items()
    }


def _in_folder(source: Path, folder: Path, names: Collection[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(source.iterdir()):
        name = path.stem.casefold()
        if not path.is_file() or name not in names or path.suffix.casefold() not in ("", ".csv"):
            continue
        if name in found:
            raise UnreadableSource(f"The folder has two files named {name}. Keep one of them.")
        # DuckDB takes characters such as * in a path for a pattern; this path has none.
        found[name] = folder / f"{name}.csv"
        found[name].symlink_to(path.resolve())
    return found


def _check_is_zip(source: Path) -> None:
    start = _start_of(source)
    if start.startswith(OLD_OFFICE):
        raise UnreadableSource(
            "This is an old .xls workbook, or one with a password."
            " Save it as .xlsx without a password."
        )
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise UnreadableSource(
            "This is a web page or an XML file, whatever its name says."
            " Open it in Excel and save it as .xlsx."
        )
    if not start.startswith(ZIP):
        raise UnreadableSource(f"This is neither a workbook nor a zip. Give {NEEDED}.")


def _start_of(source: Path) -> bytes:
    try:
        with source.open("rb") as file:
            start = file.read(512)
    except OSError as error:
        raise UnreadableSource(
            f"There is no file or folder {source.name} that can be read."
        ) from error
    if not start:
        raise UnreadableSource(f"The file is empty. Give {NEEDED}.")
    return start
