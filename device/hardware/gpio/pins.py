"""Opens GPIO pins with gpiozero, and words its errors."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, TypeVar

from device.errors import GpioError

if TYPE_CHECKING:
    from collections.abc import Callable

Made = TypeVar("Made")


def open_device(name: str, make: Callable[[], Made]) -> Made:
    """Return the device that `make` opens. Raises GpioError, beginning with `name`."""
    try:
        import gpiozero  # noqa: F401 (is it there?)
    except ImportError as error:
        raise GpioError(f"{name}: gpiozero is not installed") from error
    try:
        # gpiozero warns of each pin library that it lacks; the error below says it in one line.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return make()
    except pin_errors() as error:
        raise GpioError(f"{name}: {describe_error(error)}") from error


def pin_errors() -> tuple[type[Exception], ...]:
    """Return the errors that gpiozero and its pin library raise; lgpio has its own."""
    from gpiozero import GPIOZeroError

    own = getattr(sys.modules.get("lgpio"), "error", None)
    # ImportError: $GPIOZERO_PIN_FACTORY names a library that is not installed.
    known = (GPIOZeroError, ImportError, OSError, RuntimeError)
    return (*known, own) if isinstance(own, type) else known


def describe_error(error: Exception) -> str:
    """Return an error in words for somebody who wires the kiosk."""
    from gpiozero import BadPinFactory, GPIOPinInUse

    if isinstance(error, BadPinFactory):
        return "this machine has no GPIO pins, or no library for them (install python3-lgpio)"
    if isinstance(error, GPIOPinInUse):
        return f"already in use: {error}"
    return str(error) or type(error).__name__
