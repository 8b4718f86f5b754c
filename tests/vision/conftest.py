"""The supervisor that tests start."""

from tests.support.supervisors import start

__all__ = ["start"]
