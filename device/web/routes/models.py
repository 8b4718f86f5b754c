"""Lists, installs and chooses models, on a page and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from flask import Blueprint, abort, render_template, request
from pydantic import WithJsonSchema

from device.config.section import Section
from device.config.types import Share
from device.control.schemas import Schema
from device.deployment.models import STATES
from device.errors import BundleError, ModelsError, OutputError
from device.web.context import current
from device.web.openapi.operation import operation

if TYPE_CHECKING:
    from collections.abc import Callable

blueprint = Blueprint("models", __name__)

CALL = "/api/v1/models"


ARCHIVE = ("application/octet-stream",)


class ModelChoice(Section):
    """An installed model."""

    version: str


@dataclass(slots=True)
class ModelInfo(Schema):
    """A model. `accuracy` is the share of FER2013's PrivateTest that it gets right."""

    version: str
    state: Annotated[str, WithJsonSchema({"enum": list(STATES)})]
    message: str
    date: str
    accuracy: Share | None
    installed: bool
    signed_by: str


@dataclass(slots=True)
class ModelList(Schema):
    """All models, `previous` to go back to, and the one that the configuration fixes."""

    models: list[ModelInfo]
    previous: str
    configured: str


@blueprint.get("/models")
def show() -> str:
    """Show the models, and the form to install another."""
    models = current().services.models
    return render_template("models.html", models=list_models(), minutes=models.config.trial_minutes)


@blueprint.get(CALL)
@operation("List the models.", ModelList)
def get_models() -> ModelList:
    """Return the models."""
    return list_models()


@blueprint.post(CALL)
@operation(
    "Validate a model archive, install its model and use it, on trial.",
    ModelList,
    status=201,
    body=ARCHIVE,
    errors=(409, 503),
)
def install() -> ModelList:
    """Install the archive in the request's body, and use its model on trial."""
    data = request.get_data(cache=False)
    _do(lambda: current().services.models.install(data))
    return list_models()


@blueprint.post(f"{CALL}/use")
@operation("Use an installed model, on trial.", ModelList, body=ModelChoice, errors=(409, 503))
def use(body: ModelChoice) -> ModelList:
    """Use an installed model, on trial."""
    _do(lambda: current().services.models.use(body.version))
    return list_models()


@blueprint.post(f"{CALL}/rollback")
@operation("Go back to the last good model at once.", ModelList, errors=(409, 503))
def roll_back() -> ModelList:
    """Go back to the last good model at once."""
    _do(current().services.models.roll_back)
    return list_models()


def list_models() -> ModelList:
    """Return the models, the one in use first."""
    models = current().services.models
    infos = [
        ModelInfo(
            version=one.version,
            state=one.state,
            message=one.words,
            date=one.date,
            accuracy=one.accuracy,
            installed=one.installed,
            signed_by=one.signed,
        )
        for one in models.entries()
    ]
    return ModelList(infos, models.store.state().previous, models.configured)


def _do(change: Callable[[], object]) -> None:
    """Change the models. Aborts with 400 or 409 if that is refused, 503 if it fails."""
    try:
        change()
    except BundleError as error:
        abort(400, str(error))
    except ModelsError as error:
        abort(409, str(error))
    except OutputError as error:
        abort(503, str(error))
