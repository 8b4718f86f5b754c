"""What Python's forkserver loads once for all commands that tests run: see `commands`."""

from importlib import import_module

from training import backends

backends.start()
import_module("keras")
