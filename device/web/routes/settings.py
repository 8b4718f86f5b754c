"""The settings, as a page for the owner and for programs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, jsonify, render_template, request

from device.errors import ConfigError, OutputError
from device.web import form, problems
from device.web.context import current

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from device.config.settings import Setting

blueprint = Blueprint("settings", __name__)

API_PATH = "/api/v1/settings"


@blueprint.get("/settings")
def show() -> ResponseReturnValue:
    """Show the form, or the mistakes in a settings file that is invalid."""
    settings = current().view.settings
    try:
        fields = form.fields(settings.editable())
    except ConfigError as error:
        fault = str(error)
        from_page = fault.startswith(str(settings.path))
        return render_template("settings_fault.html", fault=fault, from_page=from_page), 409
    return render_template("settings.html", groups=fields)


@blueprint.get(API_PATH)
def read() -> ResponseReturnValue:
    """Return every editable setting, with its default and its previous value."""
    settings = {one.key: dataclasses.asdict(one) for one in _editable()}
    for one in settings.values():
        del one["key"]
    return jsonify(settings=settings, pending=any(one["pending"] for one in settings.values()))


@blueprint.patch(API_PATH)
def change() -> ResponseReturnValue:
    """Change the settings of a JSON object of dotted keys: all of them, or none."""
    wanted = request.get_json(silent=True)
    if not isinstance(wanted, dict):
        abort(400, 'settings: send JSON such as {"stage.mirror": true}')
    _editable()
    try:
        current().view.settings.change(wanted)
    except ConfigError as error:
        errors = dict(zip(error.keys, str(error).splitlines(), strict=False))
        details = problems.details(400, str(error), errors=errors)
        return Response(details, 400, mimetype=problems.MIMETYPE)
    except OutputError as error:
        abort(503, str(error))
    return read()


@blueprint.delete(API_PATH)
def reset() -> ResponseReturnValue:
    """Go back to the configuration file alone."""
    try:
        current().view.settings.reset()
    except OutputError as error:
        abort(503, str(error))
    return read()


def _editable() -> tuple[Setting, ...]:
    """Return the settings. Aborts with 409 when a file of them is invalid."""
    try:
        return current().view.settings.editable()
    except ConfigError as error:
        abort(409, str(error))
