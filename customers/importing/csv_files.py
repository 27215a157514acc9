"""Reading one part into DuckDB without losing a row of it."""

from pathlib import Path

import duckdb

from customers.duck import literal
from customers.importing.line_ends import count_lines, has_plain_line_ends, mended, too_long_line
from customers.importing.parts import Part
from customers.importing.sql import scalar
from customers.importing.unreadable import UnreadableSource

MOST_KEPT = 32_000  # characters of a broken row; a cell of a spreadsheet holds so many
LINE_ENDS = "chr(13) || chr(10)"
# What comes after such an error may have been taken for a part of the same row.
SWALLOWS = "error_type IN ('UNQUOTED VALUE', 'LINE SIZE OVER MAXIMUM')"


class _Unparsable(ValueError):
    """The rows can't be told apart, from this line on if it is known."""

    def __init__(self, line: int | None = None) -> None:
        super().__init__(line)
        self.line = line


def read_part(db: duckdb.DuckDBPyConnection, part: Part, name: str) -> int:
    """Read a part: the number of its rows, blank ones left out and broken ones counted.

    `records_<name>` has `line`, and `c0`, `c1`, ... for the headings, as text or NULL for an empty
    cell. `broken_<name>` has the rows that can't be told apart into cells: line, error_type, row.
    Raises UnreadableSource when the rows can't be told apart from each other.
    """
    try:
        if not has_plain_line_ends(part.path):
            raise _Unparsable
        _read(db, part, name, part.path, skip=0 if part.numbered else part.format.heading_line)
    except _Unparsable:
        # Mixed line ends or blank lines are the usual reason.
        path = mended(part, part.path.with_suffix(".mended"))
        try:
            _read(db, part, name, path, skip=0)
        except _Unparsable as error:
            raise UnreadableSource(_sentence(part, error.line)) from error
    _number(db, part, name)
    if part.unmended:
        _keep_unmended(db, part.unmended, name)
    return scalar(
        db, f"SELECT (SELECT count(*) FROM records_{name}) + (SELECT count(*) FROM broken_{name})"
    )


def _read(db: duckdb.DuckDBPyConnection, part: Part, name: str, path: Path, *, skip: int) -> None:
    """Read a file of which so many rows are the headings and what is above them."""
    try:
        # A temporary table is not compressed, which takes six times as long as reading.
        db.execute(
            f"CREATE OR REPLACE TEMP TABLE cells_{name} AS FROM {_csv(part, name, path, skip)}"
        )
    except duckdb.InvalidInputException as error:
        raise _Unparsable from error
    _check_swallowed(db, part, name, skip)
    _keep_broken(db, part, name, skip)
    columns = 1 if len(part.headings) + part.numbered == 1 else 2
    lines = count_lines(path, trailing=columns == 1) - (part.above if skip else 0)
    if lines != _lines_read(db, part, name, lines):
        raise _Unparsable


def _csv(part: Part, name: str, path: Path, skip: int) -> str:
    columns = [f"'c{position}': 'VARCHAR'" for position in range(len(part.headings))]
    if part.numbered:
        columns.insert(0, "'line': 'BIGINT'")
    dialect = part.format
    return (
        f"read_csv({literal(path)}, header = false, auto_detect = false,"
        f" skip = {skip}, delim = {literal(dialect.delimiter)},"
        f" quote = {literal(dialect.quote)}, escape = {literal(dialect.escape)},"
        f" columns = {{{', '.join(columns)}}}, store_rejects = true, rejects_limit = 0,"
        f" rejects_table = 'errors_{name}', rejects_scan = 'scans_{name}')"
    )


def _check_swallowed(db: duckdb.DuckDBPyConnection, part: Part, name: str, skip: int) -> None:
    swallowing = db.execute(
        f"SELECT min({_line(part, 'csv_line', skip)}) FROM errors_{name} WHERE {SWALLOWS}"
        f" AND (csv_line = '' OR regexp_matches(trim(csv_line, {LINE_ENDS}), '[\\r\\n]'))"
    ).fetchone()
    if swallowing and swallowing[0]:
        db.execute(f"DROP TABLE errors_{name}; DROP TABLE scans_{name}")
        raise _Unparsable(swallowing[0])


def _keep_broken(db: duckdb.DuckDBPyConnection, part: Part, name: str, skip: int) -> None:
    row = f"trim(any_value(csv_line), {LINE_ENDS})"
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE broken_{name} AS"
        f" SELECT {_line(part, row, skip)} AS line,"
        " arg_min(error_type, byte_position)::VARCHAR AS error_type,"
        f" left({_bare_row(part, row)}, {MOST_KEPT}) AS row, 1 + {_line_feeds(row)} AS lines"
        f" FROM errors_{name} e GROUP BY e.line, e.line_byte_position"
    )
    db.execute(f"DROP TABLE errors_{name}; DROP TABLE scans_{name}")
    twice = db.execute(
        f"SELECT min(line) FROM broken_{name} WHERE line IN"
        f" (SELECT line FROM broken_{name} GROUP BY line HAVING count(*) > 1)"
    ).fetchone()
    if twice and twice[0]:
        # DuckDB lost count of the rows among quotation marks that contradict each other.
        raise _Unparsable(twice[0])


def _line(part: Part, row: str, skip: int) -> str:
    """The line of a broken row in SQL."""
    if part.numbered:
        return f"try_cast(regexp_extract({row}, '[0-9]+') AS BIGINT)"
    return f"line + {part.format.heading_line - skip}"


def _bare_row(part: Part, row: str) -> str:
    """A broken row as it stood in the source, in SQL."""
    return f"regexp_replace({row}, '^\"?[0-9]+\"?,?', '')" if part.numbered else row


def _keep_unmended(db: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    """Rows of a file of rejected ones that nobody mended are as broken as they were."""
    db.execute(
        f"INSERT INTO broken_{name} SELECT line, 'NOT MENDED', row FROM read_csv({literal(path)},"
        " header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"',"
        " columns = {'line': 'BIGINT', 'row': 'VARCHAR'})"
    )


def _line_feeds(text: str) -> str:
    return f"(length({text}) - length(replace({text}, chr(10), '')))"


def _lines_read(db: duckdb.DuckDBPyConnection, part: Part, name: str, expected: int) -> int:
    """How many lines of the file the rows come from; the line ends in cells count if need be."""
    rows = scalar(db, f"SELECT count(*) FROM cells_{name}")
    lines = rows + scalar(db, f"SELECT coalesce(sum(lines), 0) FROM broken_{name}")
    if lines == expected:
        return lines
    inner = " + ".join(f"coalesce({_line_feeds(f'c{n}')}, 0)" for n in range(len(part.headings)))
    return lines + scalar(db, f"SELECT coalesce(sum({inner}), 0) FROM cells_{name}")


def _number(db: duckdb.DuckDBPyConnection, part: Part, name: str) -> None:
    """Makes `records_<name>` of the cells, each row with its line."""
    cells = ", ".join(f"c{position}" for position in range(len(part.headings)))
    line, source, chosen = f"rowid + {part.format.heading_line + 1}", f"cells_{name}", "true"
    if part.numbered:
        line, chosen = "line", f"line > {part.format.heading_line}"
    elif scalar(db, f"SELECT count(*) FROM broken_{name}"):
        line = "line"
        _number_around_broken(db, part, name, cells)
    if scalar(db, f"SELECT count(*) FROM {source} WHERE coalesce({cells}) IS NULL"):
        chosen += f" AND coalesce({cells}) IS NOT NULL"
    db.execute(
        f"CREATE OR REPLACE TEMP VIEW records_{name} AS"
        f" SELECT {line} AS line, {cells} FROM {source} WHERE {chosen}"
    )
    db.execute(f"ALTER TABLE broken_{name} DROP lines")


def _number_around_broken(db: duckdb.DuckDBPyConnection, part: Part, name: str, cells: str) -> None:
    """A row's line is its place among the rows, after the broken ones before it."""
    # The n-th broken row stands before every row that would have its line or a later one if only
    # the n - 1 before it were counted.
    line = f"c.rowid + {part.format.heading_line + 1}"
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE cells_{name} AS"
        f" SELECT {line} + coalesce(s.broken, 0) AS line, {cells} FROM cells_{name} c"
        " ASOF LEFT JOIN (SELECT threshold, max(broken) AS broken FROM ("
        " SELECT row_number() OVER (ORDER BY line) AS broken, line - broken + 1 AS threshold"
        f" FROM broken_{name}) GROUP BY threshold) s ON {line} >= s.threshold"
    )


def _sentence(part: Part, line: int | None) -> str:
    if line is not None:
        return (
            f"A quotation mark in line {line} of the {part.label} is never closed,"
            " so the rows after it can't be told apart. Correct that line."
        )
    if long := too_long_line(part.path):
        return f"Line {long} of the {part.label} is far too long for a row. Correct that line."
    return f"The {part.label} can't be read as a table. Save it as CSV UTF-8."
