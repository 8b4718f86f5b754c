"""`moodlift replay`: play a script of faces through the show, and print what happens when."""

from __future__ import annotations

import json
import sys
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING

from device.cli import arguments
from device.errors import ScriptError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from device.kiosk.replay import Event, Moment


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    replay = commands.add_parser("replay", help="play a script of faces, and print what happens")
    arguments.add_config(replay)
    replay.add_argument("script", metavar="SCRIPT", help="JSON Lines; - is standard input")
    replay.add_argument("--json", action="store_true", help="print a JSON object per event")
    replay.add_argument(
        "--at",
        type=_local_time,
        default=time(12),
        metavar="HH:MM",
        help="local time at the start (default: 12:00)",
    )
    replay.add_argument(
        "--film", type=arguments.output_file, metavar="FILE", help="draw the show: .mp4 or .webp"
    )
    replay.add_argument(
        "--size",
        type=arguments.size,
        default=(1280, 720),
        metavar="WxH",
        help="pixels of the film (default: 1280x720)",
    )
    replay.set_defaults(run=_replay)


def _local_time(text: str) -> time:
    return time.fromisoformat(text)


def _replay(options: argparse.Namespace) -> int:
    from device import reactions
    from device.config.settings import Settings
    from device.kiosk import script
    from device.kiosk.replay import Replay

    config = Settings(options.config).config
    replay = Replay(config, reactions.load(config.reactions.file, None), options.at)
    lines = script.parse(_lines(options.script), options.script)
    moments = _print(replay.play(lines), as_json=options.json)
    if options.film is None:
        for _ in moments:
            pass
        return 0
    from device.cli import film

    frames = film.draw(moments, config.stage, options.size)
    film.write(options.film, frames, options.size, config.stage.fps)
    return 0


def _print(moments: Iterator[Moment], *, as_json: bool) -> Iterator[Moment]:
    """Print the events of each moment, and pass it on."""
    for moment in moments:
        for event in moment.events:
            print(json.dumps(event, ensure_ascii=False) if as_json else _sentence(event))
        yield moment


def _lines(path: str) -> Iterator[str]:
    if path == "-":
        yield from sys.stdin
        return
    try:
        with Path(path).open(encoding="utf-8-sig") as file:
            yield from file
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ScriptError(f"{path}: {reason}") from error


def _sentence(event: Event) -> str:
    fields = {key: value for key, value in event.items() if key not in ("t", "event")}
    words = " ".join(f"{key}={value}" for key, value in fields.items())
    return f"{event['t']:9.3f}  {event['event']:9} {words}"
