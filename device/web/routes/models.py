"""The models, as a page for the owner and for programs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, jsonify, render_template, request

from device.errors import BundleError, ModelsError, OutputError
from device.web.context import current

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

blueprint = Blueprint("models", __name__)

CALL = "/api/v1/models"


@blueprint.get("/models")
def show() -> str:
    """Show the models, and where another one is given."""
    models = current().view.models
    return render_template(
        "models.html",
        entries=models.entries(),
        before=models.store.state().previous,
        configured=models.configured,
        minutes=models.config.trial_minutes,
    )


@blueprint.get(CALL)
def tell() -> Response:
    """Return the models that are here."""
    models = current().view.models
    told = [dataclasses.asdict(one) for one in models.entries()]
    before = models.store.state().previous
    return jsonify(models=told, before=before, configured=models.configured)


@blueprint.post(CALL)
def install() -> ResponseReturnValue:
    """Install the archive that is the request's body, and have it serve, on trial."""
    data = request.get_data(cache=False)
    _do(lambda: current().view.models.install(data))
    return tell(), 201


@blueprint.post(f"{CALL}/use")
def use() -> ResponseReturnValue:
    """Have a model serve that is here, as JSON says: {"version": "0.1.0"}."""
    given = request.get_json(silent=True)
    wanted = given.get("version") if isinstance(given, dict) else None
    if not isinstance(wanted, str):
        abort(400, 'send JSON: {"version": "0.1.0"}')
    _do(lambda: current().view.models.use(wanted))
    return tell()


@blueprint.post(f"{CALL}/rollback")
def roll_back() -> ResponseReturnValue:
    """Go back to the last good model at once."""
    _do(current().view.models.roll_back)
    return tell()


def _do(change: Callable[[], object]) -> None:
    """Change the models. Aborts with 400 or 409 when that is refused, 503 when it fails."""
    try:
        change()
    except BundleError as error:
        abort(400, str(error))
    except ModelsError as error:
        abort(409, str(error))
    except OutputError as error:
        abort(503, str(error))
