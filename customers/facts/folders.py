"""The folder of a snapshot on disk: complete or not, taken over by the next one, removed.

Files are never changed once they are written, so that two snapshots may share them by hard links.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

# Raise it when the files of a snapshot change their columns: the next refresh writes all anew.
LAYOUT = 1
CONTENTS = "snapshot.json"
LOCK = "refreshing.lock"


def seal(folder: Path, made: str) -> None:
    """Write down what a finished folder holds and bring all of it to the disk.

    `made` tells this snapshot from one of the same number, such as that of a restored database.
    """
    contents = {"layout": LAYOUT, "made": made, "files": _sizes(folder)}
    (folder / CONTENTS).write_text(json.dumps(contents), encoding="utf-8")
    for path in (*folder.rglob("*"), folder, folder.parent):
        _sync(path)


def is_damaged(folder: Path) -> bool:
    """Whether the folder is gone or has lost files; one that was never sealed is believed."""
    contents = _contents(folder)
    return not folder.is_dir() or (contents is not None and not _holds(folder, contents))


def is_whole(folder: Path, made: str) -> bool:
    """Whether it is that snapshot, as this program writes them, with all its files."""
    contents = _contents(folder)
    if contents is None or (contents.get("layout"), contents.get("made")) != (LAYOUT, made):
        return False
    return _holds(folder, contents)


def take_over(source: Path, target: Path) -> None:
    """Give an unchanged file a second name, or copy it where the disk has no hard links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


@contextmanager
def being_written(root: Path) -> Iterator[None]:
    """Say that a snapshot is written; a process that is killed stops saying so by itself."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def remove_all_but(kept: Callable[[], Collection[Path]], root: Path) -> list[Path]:
    """Remove the other folders unless a snapshot is written now; returns those removed.

    `kept` is asked only once nobody writes: a refresh may have ended since this one did.
    """
    with (root / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return []
        keep = kept()
        left = [path for path in root.iterdir() if path.is_dir() and path not in keep]
        for folder in left:
            shutil.rmtree(folder, ignore_errors=True)
        return left


def _contents(folder: Path) -> "dict[str, object] | None":
    try:
        contents = json.loads((folder / CONTENTS).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:
        return {}
    return contents if isinstance(contents, dict) else {}


def _holds(folder: Path, contents: "dict[str, object]") -> bool:
    return contents.get("files") == _sizes(folder)


def _sizes(folder: Path) -> dict[str, int]:
    files = folder.rglob("*.parquet")
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
