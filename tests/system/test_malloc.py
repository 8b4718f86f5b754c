"""Large memory goes back to the system when it is freed, also after the C library has learned."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import ctypes, sys
from device.system.malloc import LARGE, return_large

class Told(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
        "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Told
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
if sys.argv[1] == "returned":
    assert return_large()
libc.free(libc.malloc(8 * LARGE))  # from this glibc learns that such blocks come and go
before = libc.mallinfo2().hblks
libc.malloc(4 * LARGE)
print(libc.mallinfo2().hblks - before)
"""


def mapped(mode: str) -> int:
    """Return how many mappings of its own a large block got."""
    command = [sys.executable, "-c", PROGRAM, mode]
    return int(subprocess.run(command, check=True, capture_output=True, timeout=30).stdout)


def test_a_large_block_is_a_mapping_of_its_own_for_ever() -> None:
    assert mapped("as it was") == 0  # which is the trouble
    assert mapped("returned") == 1
