"""Finds and tests cameras and sound devices, for the owner."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from flask import Blueprint, Response, abort

from device.config import file
from device.config.section import Section
from device.control.commands import Command
from device.control.schemas import Schema
from device.errors import CommandError, ConfigError, ProbeError
from device.messages import Level
from device.web.context import current
from device.web.openapi.operation import operation

blueprint = Blueprint("devices", __name__, url_prefix="/api/v1")


class CameraChoice(Section):
    """A camera, as `camera.source` in the configuration names it."""

    source: str


class SpeakerChoice(Section):
    """A sound device, as `sound.device` in the configuration names it."""

    device: str


@dataclass(slots=True)
class Choice(Schema):
    """A device: its value in the configuration, and its name for people."""

    value: str
    name: str
    in_use: bool


@dataclass(slots=True)
class Played(Schema):
    """Where a sound was played."""

    message: str


@blueprint.get("/cameras")
@operation("List the connected cameras.", list[Choice], errors=(409,))
def cameras() -> list[Choice]:
    """Return the connected cameras."""
    return [Choice(**asdict(one)) for one in current().services.probe.cameras()]


@blueprint.post("/cameras/picture")
@operation(
    "Take a picture with a camera that the kiosk does not use.",
    "image/jpeg",
    body=CameraChoice,
    errors=(409,),
)
def picture(body: CameraChoice) -> Response:
    """Return a picture from a camera that the kiosk does not use."""
    _validate("camera", "source", body.source)
    return Response(current().services.probe.picture(body.source), mimetype="image/jpeg")


@blueprint.get("/speakers")
@operation("List the sound devices.", list[Choice], errors=(409,))
def speakers() -> list[Choice]:
    """Return the sound devices."""
    return [Choice(**asdict(one)) for one in current().services.probe.speakers()]


@blueprint.post("/speakers/chime")
@operation("Play a short sound on a device.", Played, body=SpeakerChoice, errors=(409,))
def chime(body: SpeakerChoice) -> Played:
    """Play a short sound on a device."""
    _validate("sound", "device", body.device)
    services = current().services
    if not services.probe.is_own(body.device):
        return Played(f"It was played on {services.probe.play(body.device)}.")
    sound = next((one for one in services.status.get().health if one.part == "sound"), None)
    if sound is None or sound.level is not Level.OK:
        raise ProbeError(sound.message if sound else "the kiosk is starting; try again")
    try:
        services.commands.put(Command(chime=True))
    except CommandError as error:
        raise ProbeError(str(error)) from error
    return Played(f"The kiosk plays it now on {sound.message}.")


def _validate(table: str, name: str, value: str) -> None:
    """Abort with 400 unless the configuration accepts a value."""
    try:
        file.parse({table: {name: value}}, name="device")
    except ConfigError as error:
        abort(400, str(error))
