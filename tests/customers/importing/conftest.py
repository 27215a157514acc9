from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for the files of one import."""
    path = tmp_path / "given"
    path.mkdir()
    return path
