"""What is raised for settings that ask for something impossible."""

from collections.abc import Iterable


class BadSettings(ValueError):
    """The settings ask for something that cannot be done; the text is one sentence for people."""


def check_known(kind: str, name: str, known: Iterable[str]) -> None:
    """Raise BadSettings for a name of that kind that is not among the known ones."""
    names = list(known)
    if name not in names:
        raise BadSettings(f"There is no {kind} “{name}”. Known ones: {', '.join(names)}.")
