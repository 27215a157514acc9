"""Doing things in processes of their own, which may be killed."""

import json
import os
from collections.abc import Callable
from typing import Any


def start(work: Callable[[], Any]) -> int:
    """The id of a child that does the work in silence."""
    if pid := os.fork():
        return pid
    try:
        work()
    finally:
        os._exit(0)


def child(work: Callable[[], Any]) -> Any:
    """What the work gives, done in a child so that the parent stays clean."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            pipe.write(json.dumps(work()))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(said)
