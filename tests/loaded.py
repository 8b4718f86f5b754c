"""What is loaded once for all commands that tests run: see `commands`."""

from training import backends

backends.start()
__import__("keras")
