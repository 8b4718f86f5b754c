"""Which cameras and sound devices there are, and whether they work, for the owner."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, jsonify, request

from device.config import file
from device.control.commands import Command
from device.errors import CommandError, ConfigError, ProbeError
from device.messages import Level
from device.web.context import current

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("devices", __name__, url_prefix="/api/v1")


@blueprint.get("/cameras")
def cameras() -> ResponseReturnValue:
    """Return the cameras that are connected."""
    return jsonify([dataclasses.asdict(one) for one in current().view.probe.cameras()])


@blueprint.post("/cameras/picture")
def picture() -> ResponseReturnValue:
    """Return a picture from a camera that the kiosk does not use."""
    return Response(current().view.probe.picture(_said("camera", "source")), mimetype="image/jpeg")


@blueprint.get("/speakers")
def speakers() -> ResponseReturnValue:
    """Return the sound devices."""
    return jsonify([dataclasses.asdict(one) for one in current().view.probe.speakers()])


@blueprint.post("/speakers/chime")
def chime() -> ResponseReturnValue:
    """Play a short sound on a device, and say how that went."""
    device, view = _said("sound", "device"), current().view
    if not view.probe.is_own(device):
        return jsonify(words=f"It was played on {view.probe.play(device)}.")
    sound = next((one for one in view.status.get().health if one.part == "sound"), None)
    if sound is None or sound.level is not Level.OK:
        raise ProbeError(sound.message if sound else "the kiosk is starting; try again")
    try:
        view.commands.put(Command(chime=True))
    except CommandError as error:
        raise ProbeError(str(error)) from error
    return jsonify(words=f"The kiosk plays it now on {sound.message}.")


def _said(table: str, name: str) -> str:
    """Return a value from the request's JSON. Aborts with 400 unless the configuration takes it."""
    given = request.get_json(silent=True)
    value = given.get(name) if isinstance(given, dict) else None
    try:
        file.parse({table: {name: value}}, name="device")
    except ConfigError as error:
        abort(400, str(error))
    return str(value)
