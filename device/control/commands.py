"""The commands a running kiosk executes: from the page, from MQTT, and from the kiosk itself."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import ConfigDict, Field, ValidationError

from device.config.explain import explain
from device.config.section import Section
from device.config.types import Emotion, Share
from device.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 32
"""Commands that may wait for the kiosk's next frame."""
LONGEST_SCENE = 120.0


class ShowScene(Section):
    """Show an emotion's scene for some seconds, whatever the faces show."""

    emotion: Emotion
    seconds: Annotated[float, Field(gt=0.0, le=LONGEST_SCENE)] = 20.0


class Command(Section):
    """What to change; what is left out stays as it is.

    `skip` goes to the next track, `chime` plays a short sound, `restart` starts the kiosk again.
    `calm_faces` learns what a calm face looks like here, from the one in view for 20 seconds, or
    forgets that.
    """

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    paused: bool | None = None
    muted: bool | None = None
    volume: Share | None = None
    skip: bool = False
    chime: bool = False
    restart: bool = False
    show: ShowScene | None = None
    calm_faces: Literal["learn", "forget"] | None = None


def parse(values: object) -> Command:
    """Return a command from JSON. Raises CommandError, which says what is wrong with it."""
    try:
        command = Command.model_validate(values)
    except ValidationError as error:
        first = explain(error, Command)[0]
        raise CommandError(str(first) if first.key else first.at("command")) from error
    require_change(command)
    return command


def require_change(command: Command) -> None:
    """Raise CommandError for a command that changes nothing."""
    if command == Command():
        raise CommandError(f"command: empty; known are {', '.join(Command.model_fields)}")


class CommandQueue:
    """Carries commands from other threads to the kiosk's loop."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Command] = queue.Queue(MOST)

    def put(self, command: Command) -> None:
        """Add a command. Raises CommandError when too many wait."""
        try:
            self._queue.put_nowait(command)
        except queue.Full as error:
            raise CommandError("too many commands at once") from error

    def drain(self) -> Iterator[Command]:
        """Yield the commands that were put since the last call."""
        while True:
            try:
                yield self._queue.get_nowait()
            except queue.Empty:
                return
