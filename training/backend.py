"""TensorFlow, quiet and with a set number of threads."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

STDERR = 2


def tensorflow(threads: int | None = None) -> Any:
    """Import TensorFlow and return it; `threads` is 1 where it was never said otherwise.

    One thread is the fastest on a busy machine. The number can't change once TensorFlow computes.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with hushed():
        import tensorflow as tf

    tf.get_logger().setLevel("ERROR")
    threading = tf.config.threading
    if threads is None:
        threads = threading.get_intra_op_parallelism_threads() or 1
    if threading.get_intra_op_parallelism_threads() != threads:
        threading.set_intra_op_parallelism_threads(threads)
        threading.set_inter_op_parallelism_threads(threads)
    return tf


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """Keep what TensorFlow's native code and Keras print inside off the person's screen.

    The native code logs before it can be told not to, and Keras prints as it exports. Exceptions
    come through.
    """
    with tempfile.TemporaryFile() as sink, contextlib.redirect_stdout(io.StringIO()):
        kept = os.dup(STDERR)
        os.dup2(sink.fileno(), STDERR)
        try:
            yield
        finally:
            os.dup2(kept, STDERR)
            os.close(kept)
