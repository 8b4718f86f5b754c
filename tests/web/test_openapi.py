"""The document says what the interface does, and the interface does what the document says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from device.config.schema import FeedbackConfig
from device.deployment.models import Models
from device.feedback import FeedbackRecorder
from device.models.store import ModelStore
from device.vision.preview import Preview
from device.web import AuthService, create_app
from device.web.app import ROUTES
from device.web.auth.rate_limit import RateLimiter
from device.web.auth.roles import Role, required_role
from device.web.context import context_of
from device.web.openapi.document import document
from tests.web.conftest import Kiosk, settings_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient


def _document() -> dict[str, Any]:
    app = Flask("device.web.app")
    for module in ROUTES:
        app.register_blueprint(module.blueprint)
    return document(app)


DOCUMENT = _document()
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip


def test_the_document_is_valid() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_it_is_served_and_shown(client: FlaskClient) -> None:
    assert client.get("/api/v1/openapi.json").json == DOCUMENT
    text = client.get("/api").text
    for path in DOCUMENT["paths"]:
        assert path in text


def test_it_has_every_route_of_the_interface(app: Flask) -> None:
    told = {
        (path, method.upper(), "security" in call)
        for path, calls in DOCUMENT["paths"].items()
        for method, call in calls.items()
    }
    routes = set()
    for rule in app.url_map.iter_rules():
        if (
            rule.endpoint.startswith("api.")
            or rule.rule.startswith(("/api/", "/metrics"))
            or (rule.endpoint in ("pages.healthz", "pages.readyz"))
        ):
            path = rule.rule.replace("<int:number>", "{number}")
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                routes.add((path, method, required_role(app, rule.endpoint) is Role.ANYONE))
    assert told == routes


def test_it_names_nothing_that_is_not_defined() -> None:
    named = set(re.findall(r"#/components/schemas/(\w+)", str(DOCUMENT)))
    assert named <= set(DOCUMENT["components"]["schemas"])


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, AuthService]]:
    preview = Preview()
    settings = settings_in(tmp_path_factory.mktemp("settings"))
    recorder = FeedbackRecorder(FeedbackConfig(), settings.path.parent)
    recorder.start()
    models = Models(store=ModelStore(settings.path.parent / "models"))
    kiosk = Kiosk(preview, settings=settings, feedback=recorder, models=models)
    auth = AuthService.create(None)
    yield create_app(kiosk.services(), auth), auth
    recorder.close()
    preview.close()


ENDLESS = "/api/v1/events"


CALLS = [
    (path, method)
    for path, calls in DOCUMENT["paths"].items()
    for method in calls
    if path != ENDLESS
]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), CALLS)
def test_the_interface_does_as_it_says(
    owner: tuple[Flask, AuthService], path: str, method: str
) -> None:
    """No request, from any client, causes a server error or a response that the document lacks."""
    app, auth = owner
    headers = {"Authorization": f"Bearer {auth.sessions.token}", "X-Moodlift": "test"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, headers=headers)
    (found,) = schema.include(path=path, method=method.upper()).get_all_operations()
    assert isinstance(found, Ok)
    operation = found.ok()
    tried = []

    @settings(
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(), st.booleans())
    def ask(case: schemathesis.Case[Any], known: bool) -> None:
        auth.rate_limiter = RateLimiter()
        context_of(app).answers = RateLimiter()
        list(context_of(app).services.commands.drain())
        answer = case.call_and_validate(headers=headers if known else {}, checks=CHECKS)
        tried.append(answer.status_code)

    ask()
    assert len(tried) >= 2
