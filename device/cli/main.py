"""The command `moodlift`. Each subcommand imports only what it needs, and only when it runs."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from device import __version__
from device.cli import config as config_command
from device.cli import fleet as fleet_commands
from device.cli import model as model_commands
from device.errors import ConfigError, MoodliftError

if TYPE_CHECKING:
    from collections.abc import Sequence


FAILED = 2
"""Exit status when something given to a command was wrong."""


INTERRUPTED = 130
"""Exit status after Ctrl-C in a command that has nothing to end in order."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; return the exit status."""
    options = parser().parse_args(arguments)
    level = logging.DEBUG if options.verbose else options.log_level
    logging.basicConfig(level=level, format="moodlift: %(message)s")
    try:
        status: int = options.run(options)
    except MoodliftError as error:
        for line in str(error).splitlines():
            print(f"moodlift: {line}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    root = argparse.ArgumentParser(prog="moodlift", description="Mirror a mood, and lift it.")
    root.add_argument("--version", action="version", version=f"moodlift {__version__}")
    root.set_defaults(log_level=logging.INFO)
    root.add_argument("--verbose", action="store_true", help="tell more of what goes on")
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    _add_demo(commands)
    _add_see(commands)
    _add_stage(commands)
    _add_bench(commands)
    _add_doctor(commands)
    _add_check_config(commands)
    config_command.add(commands)
    _add_pair(commands)
    _add_feedback(commands)
    model_commands.add(commands)
    fleet_commands.add(commands)
    return root


def _add_config(command: argparse.ArgumentParser) -> None:
    command.add_argument("--config", type=Path, metavar="FILE", help="another configuration file")


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser("run", help="run the kiosk, as the service does")
    _add_config(run)
    _add_show(run)
    run.set_defaults(run=_run)


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser("demo", help="run the kiosk with what this machine has")
    _add_config(demo)
    source = demo.add_mutually_exclusive_group()
    source.add_argument("--camera", metavar="SOURCE", help="picamera2, usb:<name>, file:<path>")
    source.add_argument("--clip", type=Path, metavar="FILE", help="play a video, picture or folder")
    demo.add_argument("--silent", action="store_true", help="no sound")
    demo.add_argument("--port", type=int, metavar="N", help="port of the status page")
    _add_show(demo)
    # The demo says what it chose in its own words.
    demo.set_defaults(run=_demo, log_level=logging.WARNING)


def _target(text: str) -> Path:
    """Return a file that can be written, told before the show rather than after it."""
    path = Path(text)
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise argparse.ArgumentTypeError(f"{path}: cannot be written")
    return path


def _archive(text: str) -> Path | None:
    """Return a file that can be written, or None for standard output, unless people read that."""
    if text != "-":
        return _target(text)
    if sys.stdout.isatty():
        raise argparse.ArgumentTypeError("-: an archive is not for a terminal; add > FILE")
    return None


def _count(text: str) -> int:
    value = int(text)
    if value < 2:
        raise argparse.ArgumentTypeError(f"{text}: should be 2 or more")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text}: should be more than 0")
    return value


def _add_show(command: argparse.ArgumentParser) -> None:
    """Add what `run` and `demo` share."""
    command.add_argument(
        "--display", choices=("auto", "window", "fullscreen", "offscreen"), default="auto"
    )
    command.add_argument("--seconds", type=_seconds, metavar="N", help="end after N seconds")
    command.add_argument("--screenshot", type=_target, metavar="FILE", help="at the end, save PNG")
    command.add_argument("--report", type=_target, metavar="FILE", help="at the end, save figures")


def _add_see(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    see = commands.add_parser("see", help="find the faces of pictures and videos, and their moods")
    see.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="picture or video")
    see.add_argument("--json", action="store_true", help="print a JSON object per picture")
    see.add_argument("--annotate", type=Path, metavar="DIR", help="save pictures with boxes")
    see.add_argument("--model", default="", metavar="DIR", help="another model bundle")
    see.set_defaults(run=_see)


def _add_stage(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    stage = commands.add_parser("stage", help="show a scene without a camera")
    what = stage.add_mutually_exclusive_group(required=True)
    what.add_argument("--mood", metavar="SCENE", help="an emotion, nobody, paused or group")
    what.add_argument("--all", action="store_true", help="a sheet of all scenes, a picture")
    stage.add_argument("--seconds", type=_seconds, default=6.0, metavar="N", help="default 6")
    stage.add_argument("--size", type=_size, default=(1280, 720), metavar="WxH")
    stage.add_argument(
        "--record", type=_target, required=True, metavar="FILE", help=".mp4, .png or .jpg"
    )
    stage.set_defaults(run=_stage)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    size = (int(width), int(height))
    if min(size) < 48 or max(size) > 7680:
        raise argparse.ArgumentTypeError(f"{text}: should be WIDTHxHEIGHT of 48 to 7680 pixels")
    return size


def _add_bench(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bench = commands.add_parser("bench", help="measure speed and memory on this machine")
    bench.add_argument("--json", action="store_true", help="print one JSON object")
    bench.add_argument("--runs", type=_count, default=200, metavar="N", help="pictures per figure")
    what = bench.add_mutually_exclusive_group()
    what.add_argument("--vision-only", action="store_true", help="do not start a kiosk")
    what.add_argument("--stage", action="store_true", help="frame times of each scene instead")
    bench.set_defaults(run=_bench)


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser("doctor", help="check what the kiosk needs")
    _add_config(doctor)
    doctor.set_defaults(run=_doctor, log_level=logging.WARNING)


def _add_check_config(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = commands.add_parser("check-config", help="check the configuration file")
    _add_config(check)
    check.set_defaults(run=_check_config)


def _add_pair(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    pair = commands.add_parser("pair", help="let a browser in to the owner's pages")
    _add_config(pair)
    what = pair.add_mutually_exclusive_group()
    what.add_argument("--token", action="store_true", help="print the token, for programs")
    what.add_argument("--revoke", action="store_true", help="shut everybody out; a new token")
    pair.set_defaults(run=_pair)


def _add_feedback(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    feedback = commands.add_parser("feedback", help='what people answered to "Was I right?"')
    _add_config(feedback)
    what = feedback.add_subparsers(required=True, metavar="WHAT", dest="what")
    list_all = what.add_parser("list", help="print the agreement, and a line per crop that is kept")
    list_all.add_argument("--json", action="store_true", help="print a JSON object per crop")
    export = what.add_parser("export", help="write all crops into one archive (.zip)")
    export.add_argument("file", type=_archive, metavar="FILE", help="or - for standard output")
    purge = what.add_parser("purge", help="delete crops for good")
    which = purge.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true", help="every crop")
    which.add_argument("numbers", type=int, nargs="*", default=[], metavar="ID")
    feedback.set_defaults(run=_feedback, log_level=logging.WARNING)


def _run(options: argparse.Namespace) -> int:
    from device.config.settings import Settings
    from device.kiosk.kiosk import Kiosk, RunOptions
    from device.system.restart import reap_children

    reap_children()
    settings = Settings(options.config)
    run = RunOptions(options.display, options.seconds, options.screenshot, options.report)
    Kiosk(settings.config, run, settings).run()
    return 0


def _demo(options: argparse.Namespace) -> int:
    from device.cli import demo

    return demo.demo(options)


def _see(options: argparse.Namespace) -> int:
    from device.cli.see import see

    failures = see(options.paths, options.json, options.annotate, options.model)
    return FAILED if failures else 0


def _stage(options: argparse.Namespace) -> int:
    from device.cli import render

    if options.all:
        render.sheet(options.record)
    elif options.mood in render.SCENES:
        render.rehearse(options.mood, options.seconds, options.size, options.record)
    else:
        raise ConfigError(f"no scene {options.mood!r}; there are {', '.join(render.SCENES)}")
    return 0


def _bench(options: argparse.Namespace) -> int:
    from device.cli.bench import bench, bench_stage

    if options.stage:
        return bench_stage(options.json)
    return bench(options.runs, options.json, kiosk=not options.vision_only)


def _doctor(options: argparse.Namespace) -> int:
    from device.cli.doctor import doctor
    from device.config.settings import Settings

    settings = Settings(options.config)
    return doctor(settings)


def _check_config(options: argparse.Namespace) -> int:
    from device import reactions
    from device.config.settings import Settings
    from device.music import Library
    from device.stage import load_strings
    from device.system.paths import SYSTEM_CONFIG, expand_user
    from device.vision import bundle

    path = options.config or SYSTEM_CONFIG
    settings = Settings(options.config)
    if settings.fault:
        raise ConfigError(settings.fault)
    for line in settings.warnings:
        print(f"moodlift: {line}", file=sys.stderr)
    config = settings.config
    library = Library(config.sound.music_folder)
    if library.fault:
        raise ConfigError(f"{path}: sound.music_folder: {library.fault}")
    rules = reactions.load(config.reactions.file, library.playlists())
    load_strings(config.stage.language)
    if config.vision.model:
        bundle.load(expand_user(config.vision.model))
    if path.is_file():
        print(f"{path}: OK; {len(rules)} reactions")
    else:
        print(f"{path}: no such file; the defaults are used")
    if settings.path.is_file():
        print(f"{settings.path}: OK (overrides the file above)")
    return 0


def _pair(options: argparse.Namespace) -> int:
    from device.config.settings import Settings
    from device.system.paths import state_directory
    from device.web.auth import pairing
    from device.web.auth.sessions import SessionStore
    from device.web.server.lan import url

    folder = state_directory()
    if options.token:
        keys = SessionStore(folder)
        keys.check()
        print(keys.token)
    elif options.revoke:
        keys = SessionStore(folder)
        keys.revoke()
        keys.check()
        print("every browser is shut out, and the token is another one")
    else:
        config = Settings(options.config).config.web
        address = url(config.host, config.port, secure=config.https != "off")
        link = f"{address}pair/{pairing.write_code(folder)}"
        print(f"{link}\nopen it in one browser, within five minutes")
    return 0


def _feedback(options: argparse.Namespace) -> int:
    from device.cli import feedback
    from device.config.settings import Settings

    config = Settings(options.config).config.feedback
    if options.what == "list":
        feedback.list_all(config, options.json)
    elif options.what == "export":
        feedback.export(config, options.file)
    else:
        feedback.purge(config, options.numbers)
    return 0
