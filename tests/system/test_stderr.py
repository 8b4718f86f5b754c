"""Native libraries' words on standard error."""

import logging
import os

import pytest

from device.system.stderr import silenced


def test_native_lines_are_logged_and_not_printed(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ValueError, match="as it was"), silenced(logging.getLogger("sound")):
        os.write(2, b"ALSA lib confmisc.c:855: no card\nand more\n")
        raise ValueError("as it was")
    os.write(2, b"after")
    assert caplog.messages == ["ALSA lib confmisc.c:855: no card", "and more"]
    assert capfd.readouterr().err == "after"
