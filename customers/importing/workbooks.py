"""Sheets of Excel workbooks and Parquet files as CSV files with a line number in front."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from customers.importing.archives import Budget, check_workbook, with_texts_of_errors
from customers.importing.reader_limits import CPU_SECONDS, REFUSED
from customers.importing.unreadable import UnreadableSource
from customers.importing.workbook_reader import TOO_FAR

logger = logging.getLogger(__name__)
MOST_SECONDS = 2 * CPU_SECONDS  # a busy machine may take its time
HIDDEN = "Left out: the sheet {0}, which is hidden."


class ReaderBroken(RuntimeError):
    """The program that reads workbooks failed for another reason than the workbook."""


def sheets_as_csv(
    path: Path, folder: Path, budget: Budget, tell: Callable[[str], object]
) -> dict[str, Path]:
    """Write each visible sheet of a workbook to a CSV file in the folder: {title: file}.

    The first column of the file is the row's number in the sheet. Blank rows are left out. `tell`
    hears of each hidden sheet. Raises UnreadableSource for a file that is no workbook or takes more
    memory or time than one may.
    """
    if check_workbook(path, "workbook", budget):
        path = with_texts_of_errors(path, folder / "texts.xlsx", budget)
    titles, hidden = json.loads(_run("workbook_reader", TOO_FAR, [path, folder, budget.left]))
    for title in hidden:
        tell(HIDDEN.format(title))
    files = {title: folder / f"{number}.csv" for number, title in enumerate(titles)}
    budget.spend(sum(file.stat().st_size for file in files.values()), "workbook")
    return files


def parquet_as_csv(path: Path, target: Path, budget: Budget) -> Path:
    """Write a Parquet file to a CSV file whose first column is the row's line.

    Raises UnreadableSource for a file that is damaged or takes more memory or time than one may.
    """
    too_much = "The Parquet file takes too much memory or time. Split it, or save it as CSV."
    # DuckDB takes characters such as * in a path for a pattern; this path has none.
    link = target.with_suffix(".parquet")
    link.symlink_to(path.resolve())
    _run("parquet_reader", too_much, [link, target, budget.left])
    budget.spend(target.stat().st_size, "Parquet file")
    return target


def _run(program: str, too_much: str, arguments: list[object]) -> str:
    """What one of our reading programs says."""
    command = [sys.executable, "-m", f"customers.importing.{program}", *map(str, arguments)]
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
            "The file takes too long to read. Save its sheets as CSV files and zip them."
        ) from error
    if reader.returncode == REFUSED:
        raise UnreadableSource(reader.stdout)
    if reader.returncode < 0:
        logger.warning("The %s ended with signal %s.", program, -reader.returncode)
        raise UnreadableSource(too_much)
    if reader.returncode:
        raise ReaderBroken(reader.stderr)
    return reader.stdout
