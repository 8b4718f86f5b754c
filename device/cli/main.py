"""The command `moodlift`. Each subcommand imports only what it needs, and only when it runs."""

from __future__ import annotations

import argparse
import logging
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from device import __version__
from device.cli import arguments, check_config, config, feedback, fleet, model, pair, replay
from device.errors import ConfigError, MoodliftError
from device.system import stdio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.cli.see import Form

FAILED = 2
"""Exit status for a wrong argument, file or configuration."""
INTERRUPTED = 130
"""Exit status after Ctrl-C in a command that needs no cleanup."""


def main(command_line: Sequence[str] | None = None) -> int:
    """Run one subcommand; return the exit status."""
    return stdio.run(partial(_run_command, command_line))


def _run_command(command_line: Sequence[str] | None) -> int:
    options = parser().parse_args(command_line)
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
    return status


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    root = argparse.ArgumentParser(prog="moodlift", description="Mirror a mood, and lift it.")
    root.add_argument("--version", action="version", version=f"moodlift {__version__}")
    root.set_defaults(log_level=logging.INFO)
    root.add_argument("--verbose", action="store_true", help="log details")
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    _add_demo(commands)
    _add_see(commands)
    _add_render(commands)
    _add_bench(commands)
    _add_doctor(commands)
    for module in (check_config, config, pair, feedback, model, fleet, replay):
        module.add(commands)
    return root


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser("run", help="run the kiosk, as the service does")
    arguments.add_config(run)
    _add_run_options(run)
    run.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from device.config.settings import Settings
    from device.kiosk.kiosk import Kiosk, RunOptions
    from device.system.restart import reap_children

    reap_children()
    settings = Settings(options.config)
    run = RunOptions(options.display, options.seconds, options.screenshot, options.report)
    Kiosk(settings.config, run, settings).run()
    return 0


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser("demo", help="run the kiosk with the devices of this machine")
    arguments.add_config(demo)
    source = demo.add_mutually_exclusive_group()
    source.add_argument(
        "--camera", metavar="SOURCE", help="picamera2, usb:<name>, file:<path> or rtsp://..."
    )
    source.add_argument("--clip", type=Path, metavar="FILE", help="play a video, picture or folder")
    demo.add_argument("--silent", action="store_true", help="play no sound")
    demo.add_argument("--port", type=int, metavar="N", help="port of the status page")
    _add_run_options(demo)
    # The demo prints its choices itself.
    demo.set_defaults(run=_demo, log_level=logging.WARNING)


def _add_run_options(command: argparse.ArgumentParser) -> None:
    """Add the options that `run` and `demo` share."""
    command.add_argument(
        "--display",
        choices=("auto", "window", "fullscreen", "offscreen"),
        default="auto",
        help="where to show the stage (default: auto)",
    )
    command.add_argument(
        "--seconds", type=arguments.seconds, metavar="N", help="stop after N seconds"
    )
    command.add_argument(
        "--screenshot", type=arguments.output_file, metavar="FILE", help="save a PNG at the end"
    )
    command.add_argument(
        "--report",
        type=arguments.output_file,
        metavar="FILE",
        help="save figures as JSON at the end",
    )


def _demo(options: argparse.Namespace) -> int:
    from device.cli.demo import demo

    return demo(options)


def _add_see(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    see = commands.add_parser("see", help="detect faces and their moods in pictures and videos")
    see.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="picture or video")
    see.add_argument("--json", action="store_true", help="print one JSON object per picture")
    see.add_argument("--script", action="store_true", help="print a script for `moodlift replay`")
    see.add_argument("--annotate", type=Path, metavar="DIR", help="save pictures with boxes")
    see.add_argument("--model", default="", metavar="DIR", help="model bundle")
    see.set_defaults(run=_see)


def _see(options: argparse.Namespace) -> int:
    from device.cli.see import see

    form: Form = "script" if options.script else "json" if options.json else "text"
    failures = see(options.paths, form, options.annotate, options.model)
    return FAILED if failures else 0


def _add_render(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    render = commands.add_parser("render", help="draw a scene to a file, without a camera")
    what = render.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--scene", metavar="NAME", help="an emotion, smile, nobody, paused, blind or group"
    )
    what.add_argument("--all", action="store_true", help="a contact sheet of all scenes")
    render.add_argument(
        "--seconds", type=arguments.seconds, default=6.0, metavar="N", help="duration (default: 6)"
    )
    render.add_argument(
        "--size",
        type=arguments.size,
        default=(1280, 720),
        metavar="WxH",
        help="pixels (default: 1280x720)",
    )
    render.add_argument(
        "--output",
        type=arguments.output_file,
        required=True,
        metavar="FILE",
        help=".mp4, .webp, .png or .jpg",
    )
    render.set_defaults(run=_render)


def _render(options: argparse.Namespace) -> int:
    from device.cli import render

    if options.all:
        render.render_sheet(options.output)
    elif options.scene in render.SCENES:
        render.render_scene(options.scene, options.seconds, options.size, options.output)
    else:
        known = ", ".join(render.SCENES)
        raise ConfigError(f"unknown scene {options.scene!r} (known: {known})")
    return 0


def _add_bench(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bench = commands.add_parser("bench", help="measure speed and memory on this machine")
    bench.add_argument("--json", action="store_true", help="print one JSON object")
    bench.add_argument(
        "--runs",
        type=arguments.count,
        default=200,
        metavar="N",
        help="pictures per measurement (default: 200)",
    )
    what = bench.add_mutually_exclusive_group()
    what.add_argument("--vision-only", action="store_true", help="do not start a kiosk")
    what.add_argument("--stage", action="store_true", help="measure the frames of each scene only")
    bench.set_defaults(run=_bench)


def _bench(options: argparse.Namespace) -> int:
    from device.cli.bench import bench, bench_stage

    if options.stage:
        return bench_stage(options.json)
    return bench(options.runs, options.json, kiosk=not options.vision_only)


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser("doctor", help="check everything the kiosk needs")
    arguments.add_config(doctor)
    doctor.set_defaults(run=_doctor, log_level=logging.WARNING)


def _doctor(options: argparse.Namespace) -> int:
    from device.cli.doctor import doctor
    from device.config.settings import Settings

    return doctor(Settings(options.config))
