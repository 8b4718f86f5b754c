"""`moodlift demo`: run the kiosk with the devices of this machine, and print the choices."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from device.config.file import parse
from device.config.settings import Settings
from device.config.stream_url import masked
from device.errors import CertificateError, OutputError, PortInUse
from device.hardware.audio import find_outlets
from device.hardware.camera.file import open_file
from device.hardware.camera.source import available
from device.kiosk.kiosk import Kiosk, RunOptions
from device.system.paths import ASSETS, state_directory
from device.system.restart import reap_children
from device.web.auth import pairing

if TYPE_CHECKING:
    import argparse

    from device.config.schema import Config

CLIP = ASSETS / "clip" / "demo.mp4"


def demo(options: argparse.Namespace) -> int:
    """Run the demo; return the exit status.

    Raises CameraError or ConfigError for impossible options.
    """
    reap_children()
    settings = Settings(options.config)
    config, camera = _choose(settings.config, options)
    run = RunOptions(options.display, options.seconds, options.screenshot, options.report)
    kiosk = Kiosk(config, run, settings)
    _print_choice("camera", camera, "--camera usb:NAME, --camera picamera2, --clip FILE")
    _print_choice(
        "screen", kiosk.container.display.description, "--display window, fullscreen or offscreen"
    )
    _print_choice("sound", _sound(kiosk, options.silent), "--silent")
    _print_choice("page", _serve(kiosk), "--port N")
    if kiosk.container.web.address:
        print(f"owner:  {_pairing_link(kiosk.container.web.address)}", flush=True)
    if options.seconds is None:
        print("Press Ctrl-C to stop.", flush=True)
    kiosk.run()
    return 0


def _serve(kiosk: Kiosk) -> str:
    """Put the status page on the first free port; return its address, or why there is none."""
    try:
        kiosk.container.web.serve_anywhere()
    except (PortInUse, CertificateError) as error:
        return str(error)
    return kiosk.container.web.address or kiosk.container.web.health[1]


def _pairing_link(address: str) -> str:
    """Return a link that lets a browser in to the owner's pages, or why there is none."""
    try:
        return f"{address}pair/{pairing.write_code(state_directory())}  (once, within 5 minutes)"
    except OutputError as error:
        return str(error)


def _sound(kiosk: Kiosk, silent: bool) -> str:
    if silent:
        return "silent (--silent)"
    return (
        kiosk.container.player.device
        if find_outlets(os.environ)
        else "silent: this machine has no sound device"
    )


def _choose(config: Config, options: argparse.Namespace) -> tuple[Config, str]:
    """Return the configuration for this machine, and the camera in words."""
    source, words = _source(config, options)
    values = config.model_dump()
    values["camera"]["source"] = source
    if options.port is not None:
        values["web"]["port"] = options.port
    if options.silent or not find_outlets(os.environ):
        values["sound"]["enabled"] = False
    if not options.config:
        values["stage"]["fullscreen"] = False
    return parse(values, name="command line"), words


def _source(config: Config, options: argparse.Namespace) -> tuple[str, str]:
    """Return the camera's source, and a description of the choice."""
    if options.clip:
        with open_file(options.clip) as clip:
            clip.read()
        return f"file:{options.clip.resolve()}", str(options.clip)
    if options.camera:
        return options.camera, masked(options.camera)
    if config.camera.source != "auto":
        return config.camera.source, masked(config.camera.source)
    found = available()
    if found:
        return found, found
    return f"file:{CLIP}", f"no camera found; the bundled clip {CLIP.name}"


def _print_choice(part: str, choice: str, options: str) -> None:
    print(f"{part + ':':8}{choice}  (change: {options})", flush=True)
