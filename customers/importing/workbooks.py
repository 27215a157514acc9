"""The sheets of an Excel workbook as CSV files with a line number in front."""

import logging
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from django.conf import settings

from customers.importing.archives import check_workbook, most_unpacked
from customers.importing.unreadable import UnreadableSource
from customers.importing.workbook_reader import CPU_SECONDS, REFUSED, TOO_FAR

logger = logging.getLogger(__name__)
MOST_SECONDS = 2 * CPU_SECONDS  # a busy machine may take its time


class ReaderBroken(RuntimeError):
    """The program that reads workbooks failed for another reason than the workbook."""


def sheets_as_csv(path: Path, folder: Path, names: Collection[str]) -> dict[str, Path]:
    """Write each known sheet of a workbook to a CSV file in the folder: {name: file}.

    The first column of the file, without a heading, is the row's number in the sheet. Blank rows
    are left out. Raises UnreadableSource for a file that is no workbook, has a sheet twice or
    takes more memory or time than a workbook may.
    """
    check_workbook(path)
    _run_reader([str(path), str(folder), str(most_unpacked()), *names])
    files = {name: folder / f"{name}.csv" for name in names}
    return {name: file for name, file in files.items() if file.exists()}


def _run_reader(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "customers.importing.workbook_reader", *arguments]
    try:
        reader = subprocess.run(  # noqa: S603 - no shell, and every argument is a path of ours
            command,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableSource(
            "The workbook takes too long to read. Save its sheets as CSV files and zip them."
        ) from error
    if reader.returncode == REFUSED:
        raise UnreadableSource(reader.stdout)
    if reader.returncode < 0:
        logger.warning("Reading a workbook ended with signal %s.", -reader.returncode)
        raise UnreadableSource(TOO_FAR)
    if reader.returncode:
        raise ReaderBroken(reader.stderr)
