"""Shows and changes the settings, on a page and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from flask import Blueprint, Response, abort, render_template
from pydantic import ConfigDict, Field, RootModel, WithJsonSchema

from device.config.editable import EDITABLE, schema
from device.control.schemas import Schema
from device.errors import ConfigError, OutputError
from device.web import form
from device.web.context import current
from device.web.openapi.operation import operation
from device.web.problems import MIMETYPE, Problem, problem_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from device.config.settings import Setting

blueprint = Blueprint("settings", __name__)

API_PATH = "/api/v1/settings"

Value = str | int | float | bool
EditableKey = Annotated[str, WithJsonSchema({"type": "string", "enum": list(EDITABLE)})]


class SettingChanges(RootModel[dict[str, Any]]):
    """New values by dotted key."""

    model_config = ConfigDict(
        json_schema_extra=lambda body: body.update(
            properties={key: schema(key) for key in EDITABLE},
            additionalProperties=False,
            minProperties=1,
        )
    )


@dataclass(slots=True)
class SettingInfo(Schema):
    """A setting: its value, the file's, the one before the last change; whether it is in use."""

    value: Value
    default: Value
    previous: Value | None
    pending: bool


@dataclass(slots=True)
class SettingList(Schema):
    """All editable settings, and whether any waits for a restart."""

    settings: Annotated[
        dict[EditableKey, SettingInfo], Field(min_length=len(EDITABLE), max_length=len(EDITABLE))
    ]
    pending: bool


@dataclass(slots=True)
class InvalidSettings(Problem):
    """A problem with the reason for each invalid key."""

    errors: dict[str, str]


@blueprint.get("/settings")
def show() -> ResponseReturnValue:
    """Show the form, or the mistakes in a settings file that is invalid."""
    settings = current().services.settings
    try:
        fields = form.fields(settings.editable())
    except ConfigError as error:
        fault = str(error)
        from_page = fault.startswith(str(settings.path))
        return render_template("settings_fault.html", fault=fault, from_page=from_page), 409
    return render_template("settings.html", groups=fields)


@blueprint.get(API_PATH)
@operation("The editable settings.", SettingList, errors=(409,))
def get_settings() -> SettingList:
    """Return the editable settings."""
    return _settings()


@blueprint.patch(API_PATH)
@operation(
    "Change settings from the next start on: all that are named, or none.",
    SettingList,
    body=SettingChanges,
    errors=(409, 503),
    bad_request=InvalidSettings | Problem,
)
def change(body: SettingChanges) -> SettingList | Response:
    """Change settings by their dotted keys: all, or none."""
    _editable()
    try:
        current().services.settings.change(body.root)
    except ConfigError as error:
        errors = dict(zip(error.keys, str(error).splitlines(), strict=False))
        problem = problem_of(400, str(error)).to_dict()
        details = InvalidSettings(**problem, errors=errors).to_json()
        return Response(details, 400, mimetype=MIMETYPE)
    except OutputError as error:
        abort(503, str(error))
    return _settings()


@blueprint.delete(API_PATH)
@operation(
    "Go back to the configuration file; settings.toml is kept aside.",
    SettingList,
    errors=(409, 503),
)
def reset() -> SettingList:
    """Go back to the configuration file."""
    try:
        current().services.settings.reset()
    except OutputError as error:
        abort(503, str(error))
    return _settings()


def _settings() -> SettingList:
    settings = {
        one.key: SettingInfo(one.value, one.default, one.previous, one.pending)
        for one in _editable()
    }
    return SettingList(settings, any(one.pending for one in settings.values()))


def _editable() -> tuple[Setting, ...]:
    """Return the settings. Aborts with 409 when a file of them is invalid."""
    try:
        return current().services.settings.editable()
    except ConfigError as error:
        abort(409, str(error))
