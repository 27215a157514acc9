"""Uploads go to the disk as they arrive, once, and no further than the limit.

What is too much is still read, and thrown away: a browser whose connection ends while it sends
shows its own error page, and never the sentence that says what is wrong.
"""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

ARRIVING = "arriving-"  # how the names of unfinished uploads begin
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
DISK_FULL = "The server has no room left for this file. Ask an administrator to make some."
NOT_LOGGED_IN = "Log in to upload a file."


def most_bytes() -> int:
    """The size of the largest file that may be uploaded."""
    return int(settings.MAX_UPLOAD_MEGABYTES) << 20


def too_large() -> str:
    return (
        f"The file is larger than {settings.MAX_UPLOAD_MEGABYTES:,} MB."
        " Split it, or ask an administrator to import it on the server."
    )


def refusal_of(upload: "UploadedFile[Any]") -> str:
    """Why an upload can't be kept, in a sentence; empty when it can."""
    if isinstance(upload, ArrivingFile) and upload.refusal:
        return upload.refusal
    return too_large() if (upload.size or 0) > most_bytes() else ""


class ArrivingFile(TemporaryUploadedFile):
    """A file beside those that imports keep. It goes with its request unless it is moved."""

    refusal = ""

    def __init__(self, name: str, *about: Any) -> None:
        file: Any = BytesIO()
        try:
            folder = Path(settings.IMPORTS_DIR)
            folder.mkdir(parents=True, exist_ok=True)
            file = NamedTemporaryFile(prefix=ARRIVING, dir=folder)  # noqa: SIM115 - see `close`
        except OSError as error:
            self.refusal = _sentence(error)
        UploadedFile.__init__(self, file, name, *about)

    def refuse(self, reason: str) -> None:
        """Keep nothing of it; a reason that was given before stays."""
        self.refusal = self.refusal or reason
        with suppress(OSError):  # what was not yet written can't be, on a full disk
            self.close()

    def move_to(self, path: Path) -> None:
        """Make it a file that outlives the request, on the same file system."""
        os.replace(self.temporary_file_path(), path)


class UploadToImports(FileUploadHandler):
    """Receives the files of one request, all together within the limit."""

    file: ArrivingFile
    left = 0

    def handle_raw_input(self, *request: Any, **kwargs: Any) -> None:
        # More than the file is in a request, but not more than Django takes of the other fields.
        _, _, content_length, *_ = request
        fits = content_length <= most_bytes() + (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
        self.left = most_bytes() if fits else 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = ArrivingFile(
            str(self.file_name), self.content_type, 0, self.charset, self.content_type_extra
        )
        if not self._is_someone():
            self.file.refuse(NOT_LOGGED_IN)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.left -= len(raw_data)
        if self.left < 0:
            self.file.refuse(too_large())
        if not self.file.refusal:
            self._unless_full(lambda: self.file.write(raw_data))

    def file_complete(self, file_size: int) -> ArrivingFile:
        if not self.file.refusal:
            self._unless_full(lambda: self.file.seek(0))
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        self.file.refuse("The upload was interrupted.")

    def _is_someone(self) -> bool:
        """Whether the request comes from a person or a program that is known by now."""
        user = getattr(self.request, "user", None)
        return user is not None and bool(user.is_authenticated)

    def _unless_full(self, act: Callable[[], object]) -> None:
        try:
            act()
        except OSError as error:
            self.file.refuse(_sentence(error))


def _sentence(error: OSError) -> str:
    """What to say of an error of the disk. Raises it again where it is not for want of room."""
    if error.errno not in NO_SPACE:
        raise error
    return DISK_FULL
