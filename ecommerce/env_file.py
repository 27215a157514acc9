"""Write a first `.env` for this machine: `python -m ecommerce.env_file`. An existing one stays."""

import secrets
from pathlib import Path

ENV_FILE = Path(__file__).resolve().parent.parent / ".env"

FIRST_SETTINGS = """\
# Settings of this installation; docs/operations.md explains each.
DEPLOYMENT=local
SECRET_KEY={key}
"""


def write_env_file(path: Path = ENV_FILE) -> bool:
    """Write the file with a fresh random key; False, and nothing touched, if it is there."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(FIRST_SETTINGS.format(key=secrets.token_urlsafe(64)))
    except FileExistsError:
        return False
    path.chmod(0o600)
    return True


if __name__ == "__main__":
    write_env_file()
