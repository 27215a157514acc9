"""What programs that read strangers' files may take: only they end when it is too much."""

import resource
from contextlib import suppress

REFUSED = 3  # the exit code when the reason is on the standard output
MEMORY_BYTES = 2 << 30  # a million rows of 8 cells take a third of it
CPU_SECONDS = 600


def set_limits() -> None:
    """Limit the memory and the time of this process."""
    limit(resource.RLIMIT_AS, MEMORY_BYTES)
    limit(resource.RLIMIT_CPU, CPU_SECONDS)


def limit_file(most_bytes: int) -> None:
    """Limit what this process can write into one file from now on."""
    limit(resource.RLIMIT_FSIZE, most_bytes)


def limit(what: int, most: int) -> None:
    """Lower one limit of this process."""
    hard = resource.getrlimit(what)[1]
    # Where a stricter limit is set already, or none can be, only this process is at stake.
    with suppress(ValueError):
        resource.setrlimit(what, (most, hard))
