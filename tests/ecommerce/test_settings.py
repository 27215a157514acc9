"""An installation refuses settings that would harm it, and makes its own first ones."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as installed
from django.core.management import call_command
from pytest_django import Settings

from ecommerce.env_file import write_env_file

SAFE = {
    "DEPLOYMENT": "production",
    "SECRET_KEY": "a-good-key-of-many-different-characters-0123456789-xyz",
    "ALLOWED_HOSTS": "coterie.example",
    "DEBUG": "off",
}


def start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "import ecommerce.settings"],
        env=os.environ | {"DATA_DIR": str(folder)} | environment,
        cwd=installed.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"DEBUG": "on"}, "DEBUG is on in production."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too weak for production."),
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set."),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is empty."),
        ({"DEPLOYMENT": "prod"}, "set it to production or local."),
    ],
)
def test_production_refuses_to_start(tmp_path: Path, values: dict[str, str], sentence: str) -> None:
    refused = start(tmp_path, **SAFE | values)
    assert refused.returncode == 1
    assert sentence in refused.stderr


@pytest.mark.parametrize("name", ["data*", "what?", "data[1]"])
def test_a_data_folder_that_reads_like_a_pattern_is_refused(tmp_path: Path, name: str) -> None:
    refused = start(tmp_path / name)
    assert "DATA_DIR can't contain *, ? or [." in refused.stderr
    assert not (tmp_path / name).exists()


def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "DATA_DIR can't be made" in start(tmp_path / "file" / "data").stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "DATA_DIR can't be written" in start(tmp_path).stderr


def test_production_starts_with_safe_settings(tmp_path: Path) -> None:
    assert start(tmp_path, **SAFE).returncode == 0


def test_the_first_settings_are_written_once_and_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert write_env_file(path)
    written = path.read_text()
    assert not write_env_file(path)
    assert path.read_text() == written
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_first_settings_are_those_of_a_local_site_with_a_key_of_its_own(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    keys = set()
    for path in (one, other):
        write_env_file(path)
        values = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
        assert values["DEPLOYMENT"] == "local"
        assert len(values["SECRET_KEY"]) >= 50
        keys.add(values["SECRET_KEY"])
    assert len(keys) == 2


def test_every_static_file_that_is_named_exists(settings: Settings) -> None:
    """The manifest storage fails on a file that names another one that is not there."""
    storage = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": storage}
    call_command("collectstatic", interactive=False, verbosity=0)
    assert (Path(settings.STATIC_ROOT) / "staticfiles.json").exists()
