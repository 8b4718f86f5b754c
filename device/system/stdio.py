"""Standard input, output and error as a command finds them.

They may be closed, know only some characters, or be a pipe whose reader has gone: none of that is a
reason for a command to fail.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from device.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable

FAILED = 2
"""Exit status when the output cannot be written."""


def run(command: Callable[[], int]) -> int:
    """Run a command, and write out what it has printed; return its exit status.

    The status is 0 when the reader of its output, such as `head`, has gone before, and 2 when the
    output cannot be written.
    """
    prepare()
    try:
        return _run(command)
    except BrokenPipeError:
        _discard()
        return 0
    except OutputError as error:
        print(error, file=sys.stderr)
        _discard()
        return FAILED


def prepare() -> None:
    """Open on /dev/null what is closed, and escape what the encoding lacks.

    A closed one would be the next file that is opened, such as a database, and everything that
    is printed would go into it.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            stream = os.fdopen(number, mode, encoding="utf-8", closefd=False)
            setattr(sys, name, stream)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run(command: Callable[[], int]) -> int:
    try:
        return command()
    finally:
        _flush()


def _flush() -> None:
    """Write out what was printed: where that fails at exit, Python prints a traceback."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"stdout: {error.strerror}") from error


def _discard() -> None:
    """Send to /dev/null what could not be written, so that Python does not complain at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(null, stream.fileno())
    os.close(null)
