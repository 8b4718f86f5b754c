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

    from device.kiosk.replay import Event


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
    for event in replay.run(lines):
        print(json.dumps(event, ensure_ascii=False) if options.json else _sentence(event))
    return 0


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
