"""Uploads on their way to the disk."""

import errno
import gc
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, UnreadablePostError
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from pytest_django import Settings

from customers.uploads import DISK_FULL, ArrivingFile, refusal_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db
MEGABYTE = 1 << 20


def body(*contents: bytes, **fields: str) -> bytes:
    files = {f"file{n}": SimpleUploadedFile("book.xlsx", c) for n, c in enumerate(contents)}
    return encode_multipart(BOUNDARY, fields | files)


def posted(content: bytes, *, length: int | None = None, user: Any = None) -> HttpRequest:
    """A request whose body has not been read yet; `length` is what it says of itself."""
    request = RequestFactory().generic("POST", "/", content, MULTIPART_CONTENT)
    if length is not None:
        source = {"CONTENT_LENGTH": str(length), "wsgi.input": BytesIO(content)}
        request = type(request)(request.environ | source)
    request.user = user or make_user()
    return request


def arrived(request: HttpRequest) -> ArrivingFile:
    [file] = [file for _, [file] in request.FILES.lists()]
    return file


@pytest.fixture
def left(settings: Settings) -> Callable[[], list[Path]]:
    """The files that lie beside those of the imports."""

    def files() -> list[Path]:
        gc.collect()
        return list(settings.IMPORTS_DIR.iterdir())

    return files


Left = Callable[[], list[Path]]


@pytest.mark.parametrize("content", [b"x", b"x" * 3 * MEGABYTE], ids=["small", "large"])
def test_a_file_is_written_beside_the_imports_and_moved_to_stay(
    settings: Settings, left: Left, content: bytes
) -> None:
    request = posted(body(content, dry_run="on"))
    file = arrived(request)
    assert (file.name, file.size, request.POST["dry_run"]) == ("book.xlsx", len(content), "on")
    assert file.read() == content
    file.move_to(settings.IMPORTS_DIR / "upload-1")
    request.close()
    assert [path.read_bytes() for path in left()] == [content]


def test_a_file_that_nobody_keeps_goes_with_its_request(left: Left) -> None:
    request = posted(body(b"x"))
    arrived(request)
    assert len(left()) == 1
    request.close()
    assert left() == []


def test_a_file_over_the_limit_is_thrown_away_while_it_comes(
    settings: Settings, left: Left
) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    request = posted(body(b"x" * (MEGABYTE + 1), dry_run="on"))
    file = arrived(request)
    assert left() == []
    assert refusal_of(file).startswith("The file is larger than 1 MB.")
    assert (file.size, request.POST["dry_run"]) == (MEGABYTE + 1, "on")
    request.close()


def test_a_file_of_just_the_limit_is_kept(settings: Settings, left: Left) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    request = posted(body(b"x" * MEGABYTE))
    assert refusal_of(arrived(request)) == ""
    assert [path.stat().st_size for path in left()] == [MEGABYTE]


def test_the_limit_is_for_all_files_of_a_request(settings: Settings, left: Left) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    request = posted(body(b"x" * (MEGABYTE - 1), b"yy"))
    first, second = request.FILES["file0"], request.FILES["file1"]
    assert refusal_of(first) == ""
    assert refusal_of(second) != ""
    assert len(left()) == 1


def test_a_request_that_says_it_is_far_too_large_writes_nothing(
    settings: Settings, left: Left
) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    request = posted(body(b"x" * 100), length=1 << 40)
    assert refusal_of(arrived(request)).startswith("The file is larger than 1 MB.")
    assert left() == []


def test_a_request_that_says_less_than_it_is_is_read_no_further(left: Left) -> None:
    request = posted(body(b"x" * MEGABYTE), length=1000)
    assert not request.FILES
    assert left() == []


class Breaking(BytesIO):
    """What a client has sent before it went away."""

    def read(self, size: int | None = -1) -> bytes:
        if chunk := super().read(size):
            return chunk
        raise ConnectionResetError


def test_a_client_that_goes_away_leaves_no_file(left: Left) -> None:
    half = body(b"x" * MEGABYTE)[: MEGABYTE // 2]
    request = posted(half, length=MEGABYTE)
    request.environ["wsgi.input"] = Breaking(half)
    request = type(request)(request.environ)
    request.user = make_user()
    with pytest.raises(UnreadablePostError):
        request.POST  # noqa: B018 - reads the body
    del request
    assert left() == []


def test_two_uploads_at_once_do_not_meet() -> None:
    files = [arrived(posted(body(content))) for content in (b"one", b"two")]
    assert [file.read() for file in files] == [b"one", b"two"]


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk on which nothing can be written."""
    monkeypatch.setattr(
        "customers.uploads.NamedTemporaryFile",
        lambda **_: Path("/dev/full").open("wb"),  # noqa: SIM115 - closed by its request
    )


def test_a_disk_without_room_for_a_name_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(**_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("customers.uploads.NamedTemporaryFile", refuse)
    assert refusal_of(arrived(posted(body(b"x")))) == DISK_FULL


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("size", [1, MEGABYTE])
def test_a_full_disk_is_said_in_a_sentence(left: Left, size: int) -> None:
    request = posted(body(b"x" * size))
    file = arrived(request)
    assert (file.size, refusal_of(file)) == (size, DISK_FULL)
    request.close()
    assert left() == []


def test_the_file_of_a_stranger_is_not_written(left: Left) -> None:
    request = posted(body(b"x" * 100), user=AnonymousUser())
    assert refusal_of(arrived(request)) == "Log in to upload a file."
    assert left() == []


@pytest.fixture
def marketer(client: Client) -> Client:
    client.force_login(make_user("Marketer"))
    return client


def test_the_page_says_that_a_file_is_too_large(
    marketer: Client, settings: Settings, left: Left
) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    file = SimpleUploadedFile("book.xlsx", b"x" * 2 * MEGABYTE)
    response = marketer.post("/data/import/", {"file": file})
    assert response.status_code == 422
    assert "The file is larger than 1 MB." in response.content.decode()
    assert left() == []
