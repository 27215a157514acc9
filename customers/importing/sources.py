"""Finding the tables in whatever was given: workbooks, CSV, Parquet, zips and folders of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from customers.importing.archives import MOST_MEMBERS, TOO_MANY, Budget, most_unpacked, unpack_gzip
from customers.importing.contents import GZIP, PARQUET, WORKBOOK, ZIP, NoTable, kind_of
from customers.importing.csv_parts import Found, part_of
from customers.importing.given_files import GivenFile, files_of, files_of_zip, readable
from customers.importing.headings import known_headings
from customers.importing.parts import Correction, Part
from customers.importing.rejects_files import is_rejects_file, split_rejects
from customers.importing.unreadable import UnreadableSource
from customers.importing.workbooks import parquet_as_csv, sheets_as_csv

Tell = Callable[[str], object]
Known = Callable[[Part], Correction | None]


@dataclass(frozen=True)
class _Candidate:
    """What may become a part, under its short name or, where that is taken, its long one."""

    file: GivenFile
    found: Found
    longer: str


@dataclass
class _Work:
    """Where the parts of one source are prepared."""

    folder: Path
    budget: Budget
    places: int = 0
    files: int = 0
    passed_over: list[UnreadableSource] = field(default_factory=list)
    tell: Tell = lambda sentence: None
    known: Known = lambda part: None

    def pass_over(self, file: GivenFile, error: UnreadableSource) -> None:
        """Leave a file out that is no table, and say so."""
        self.passed_over.append(error)
        self.tell(f"Left out: the file {file.shown}. {error}")

    def count(self) -> None:
        """One more file; those of all archives count."""
        self.files += 1
        if self.files > MOST_MEMBERS:
            raise UnreadableSource(TOO_MANY.format("folder", MOST_MEMBERS))

    def place(self) -> Path:
        """A new folder."""
        self.places += 1
        path = self.folder / f"source-{self.places}"
        path.mkdir()
        return path


def find_parts(
    source: Path,
    folder: Path,
    corrections: Mapping[str, Correction],
    called: str = "",
    tell: Tell = lambda sentence: None,
    known: Known = lambda part: None,
) -> list[Part]:
    """The sheets and files of a source, prepared in the folder, in the order of the source.

    `corrections` says by the name of a part what a person knows of its format; `called` is the
    name of an uploaded file, where it is kept under another one. `tell` hears a sentence about
    each file that is left out, and `known` says what is known of a part of which a person says
    nothing. Raises UnreadableSource when there is nothing to be read, or when
    a file that was meant to be read can't be.
    """
    work = _Work(folder, Budget(most_unpacked()), tell=tell, known=known)
    candidates: list[_Candidate] = []
    for file in files_of(source, work.place(), work.budget, called):
        candidates += _candidates(file, work)
    parts = _parts(_named_apart(candidates), work, corrections)
    if parts:
        return parts
    raise next(iter(work.passed_over), _nothing(called or source.name))


def _nothing(name: str) -> UnreadableSource:
    return UnreadableSource(
        f"There is no table in {readable(name)}."
        " Give an Excel workbook (.xlsx), CSV files or a zip of them."
    )


def _candidates(file: GivenFile, work: _Work) -> list[_Candidate]:
    """What a file may become; nothing, said by the work, where it is no table."""
    work.count()
    try:
        return _read(file, work)
    except NoTable as error:
        if file.is_meant:
            raise
        work.pass_over(file, error)
    return []


def _read(file: GivenFile, work: _Work) -> list[_Candidate]:
    kind = kind_of(file.path, file.shown)
    if kind == ZIP and file.is_loose:
        inside = files_of_zip(file, work.place(), work.budget)
        return [candidate for inner in inside for candidate in _candidates(inner, work)]
    if kind == GZIP:
        unpacked = unpack_gzip(file.path, work.place() / "part.csv", work.budget, file.shown)
        file, kind = replace(file, path=unpacked), kind_of(unpacked, file.shown)
        if kind == GZIP:
            kind = ZIP
    if kind == ZIP:
        raise UnreadableSource(
            f"The archive has another archive in it: {file.shown}."
            " Put the files straight into one zip."
        )
    if kind == WORKBOOK:
        return _sheets(file, work)
    path = work.place() / "part.csv"
    if kind == PARQUET:
        parquet_as_csv(file.path, path, work.budget)
    else:
        # DuckDB takes characters such as * in a path for a pattern; this path has none.
        path.symlink_to(file.path.resolve())
    is_text = kind != PARQUET
    found = Found(file.stem, f"file {file.shown}", path, "csv" if is_text else PARQUET, not is_text)
    return [_Candidate(file, found, str(PurePosixPath(file.name).with_name(file.stem)))]


def _sheets(file: GivenFile, work: _Work) -> list[_Candidate]:
    return [
        _Candidate(
            file, Found(title, f"sheet {title}", path, WORKBOOK, True), f"{file.stem}/{title}"
        )
        for title, path in sheets_as_csv(file.path, work.place(), work.budget, work.tell).items()
    ]


def _named_apart(candidates: list[_Candidate]) -> list[_Candidate]:
    """No two with one name; of two workbooks, both are told apart by the names of the files."""
    counts = Counter(candidate.found.name for candidate in candidates)
    names = distinct_names(
        c.found.name if counts[c.found.name] == 1 else c.longer for c in candidates
    )
    return [
        replace(c, found=replace(c.found, name=name))
        for c, name in zip(candidates, names, strict=True)
    ]


def distinct_names(names: Iterable[str]) -> list[str]:
    """The names, the second "a" as "a (2)"."""
    found: list[str] = []
    for name in names:
        number, other = 1, name
        while other in found:
            number += 1
            other = f"{name} ({number})"
        found.append(other)
    return found


def _parts(
    candidates: list[_Candidate], work: _Work, corrections: Mapping[str, Correction]
) -> list[Part]:
    parts: list[Part] = []
    for candidate in candidates:
        name = candidate.found.name
        said = corrections.get(name)
        if said is None and len(candidates) == len(corrections) == 1:
            said = next(iter(corrections.values()))  # one file has another name each day
        parts += _parts_of(candidate, said, work, alone=len(candidates) == 1)
    names = distinct_names(part.name for part in parts)
    return [replace(part, name=name) for part, name in zip(parts, names, strict=True)]


def _parts_of(
    candidate: _Candidate, said: Correction | None, work: _Work, *, alone: bool
) -> list[Part]:
    try:
        part = _part(candidate.found, said or Correction(), work.known)
    except UnreadableSource as error:
        if alone or candidate.file.has_tables_name:
            raise
        work.pass_over(candidate.file, error)
        return []
    if is_rejects_file(part):
        found = split_rejects(part, work.place())
        return [part_of(one, Correction()) for one in found]
    if alone or said or _is_table(candidate.file, part):
        return [part]
    work.tell(f"Left out: the {part.label}. None of its columns is known.")
    return []


def _part(found: Found, said: Correction, known: Known) -> Part:
    """The part as it is said to be written, or as an earlier one that was found alike was said."""
    as_found = _as_found(found)
    correction = said
    if as_found and said == Correction():
        correction = known(as_found) or said
        if correction == said:
            return as_found
    try:
        # Last, since both may be written to the same file in UTF-8.
        part = part_of(found, correction)
    except UnreadableSource:
        if correction == said:
            raise
        return part_of(found, said)
    return replace(part, correction=correction, uncorrected=as_found)


def _as_found(found: Found) -> Part | None:
    """The part without a correction, if it can be read so."""
    try:
        return part_of(found, Correction())
    except UnreadableSource:
        return None


def _is_table(file: GivenFile, part: Part) -> bool:
    """Whether a part is more than a note that lies beside the tables."""
    known = known_headings(part.headings)
    return known > 1 or (file.has_tables_name and (known > 0 or len(part.headings) > 1))
