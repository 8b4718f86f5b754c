"""Checks every request before its route runs, and the routes that log browsers in and out."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    render_template,
    request,
    url_for,
)
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from device.config.section import Section
from device.control.schemas import Schema
from device.web import cors
from device.web.auth.roles import Role, allow, required_role
from device.web.auth.service import Credentials
from device.web.auth.sessions import DAY, SESSION_DAYS
from device.web.auth.visitors import PASS_SECONDS
from device.web.context import current
from device.web.openapi.operation import operation
from device.web.problems import is_api

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
SESSION_COOKIE, VISITOR_COOKIE = "moodlift-{port}", "moodlift-visit-{port}"
"""Names of cookies. A browser sends a host's cookies to all of its ports."""
HEADER = "X-Moodlift"
"""Our scripts send it with every unsafe method. Another site's page cannot send it."""
FORMS = ("auth.pair", "auth.visit")
"""Endpoints of forms, which work without scripts and so without `HEADER`: their code is the proof,
and browsers send the Origin of every form."""
NONCE_BYTES = 16
NO_VISITORS = "Visitor access is disabled ([web] visitor_access = false)."

blueprint = Blueprint("auth", __name__)


class Token(Section):
    """The owner's token."""

    token: str


@dataclass(slots=True)
class Login(Schema):
    """Whether this browser is the owner's now."""

    owner: bool


def protect(app: Flask) -> None:
    """Check every request of an app before its route runs."""
    app.before_request(_check)
    allow(Role.ANYONE)(app.view_functions["static"])


def is_logged_in() -> bool:
    """Return whether the present request comes from a logged-in browser."""
    return current().auth.is_session(_credentials())


@blueprint.get("/login")
@allow("anyone")
def login_page() -> ResponseReturnValue:
    """Show the page to log in."""
    return render_template("login.html", next=url_for("pages.status"))


@blueprint.post("/api/v1/login")
@allow("anyone")
@operation(
    "Log a browser in, which also sends the header X-Moodlift.",
    Login,
    body=Token,
    errors=(403, 429),
)
def login(body: Token) -> ResponseReturnValue:
    """Start a session for a browser that sends the token."""
    auth = current().auth
    if not auth.attempt(_address(), lambda: auth.sessions.is_token(body.token.strip())):
        abort(401, "wrong token")
    return _start_session(_json(Login(owner=True)))


@blueprint.get("/pair/<code>")
@allow("anyone")
def show_pairing(code: str) -> str:  # noqa: ARG001 - the form sends it back, with its own address
    """Ask whether to log this browser in: what follows links by itself must not use up the code."""
    return render_template("enter.html", owner=True, nonce=secrets.token_urlsafe(NONCE_BYTES))


@blueprint.post("/pair/<code>")
@allow("anyone")
def pair(code: str) -> ResponseReturnValue:
    """Start a session for the browser that scanned a pairing code or opened its link."""
    auth, nonce = current().auth, request.form.get("nonce", "")
    if not auth.attempt(_address(), lambda: auth.pairing.redeem(code, nonce)):
        abort(403, "this code was already used, or is older than five minutes")
    return _start_session(Response(status=303, headers={"Location": url_for("pages.status")}))


@blueprint.get("/visit/<code>")
@allow("anyone")
def show_visit(code: str) -> str:  # noqa: ARG001 - as above
    """Invite the browser that scanned the code on the stage."""
    if current().auth.visitors is None:
        abort(403, NO_VISITORS)
    return render_template("enter.html", owner=False)


@blueprint.post("/visit/<code>")
@allow("anyone")
def visit(code: str) -> ResponseReturnValue:
    """Give a visitor pass to the browser that scanned the code on the stage."""
    auth, visitors = current().auth, current().auth.visitors
    if visitors is None:
        abort(403, NO_VISITORS)
    if not auth.attempt(_address(), lambda: visitors.is_code(code)):
        abort(403, "this code has expired: scan the one that the kiosk shows now")
    response = Response(status=303, headers={"Location": url_for("try_it.show")})
    _set_cookie(response, VISITOR_COOKIE, visitors.issue(), PASS_SECONDS)
    return response


@blueprint.post("/api/v1/logout")
@operation("End this browser's session.", Login)
def logout() -> ResponseReturnValue:
    """End this browser's session."""
    current().auth.sessions.close_session(_credentials().session)
    response = _json(Login(owner=False))
    response.delete_cookie(_at_port(SESSION_COOKIE), path=_path())
    return response


def _check() -> ResponseReturnValue | None:
    """Return the refusal of the present request; None lets it pass."""
    if not current().auth.trusted_hosts.is_trusted(_host()):
        abort(421, "unknown host name; add it to [web] trusted_hosts in the configuration")
    unsafe = request.method not in SAFE_METHODS
    if unsafe and not _has_trusted_origin():
        abort(403, "cross-origin request refused")
    if request.endpoint is None:
        return None  # which pages do not exist is no secret
    required = required_role(current_app, request.endpoint)
    caller = _caller(required)
    if caller is None:
        return _refuse(required)
    # A program with a token needs none.
    needs_header = request.endpoint not in FORMS and (caller is not Role.OWNER or is_logged_in())
    if unsafe and needs_header and HEADER not in request.headers:
        abort(403, f"the header {HEADER} is missing")
    return None


def _caller(required: Role) -> Role | None:
    """Return as whom the caller passes a route's check; None if it does not."""
    if required is Role.ANYONE:
        return Role.ANYONE  # before credentials are parsed: /api/v1/status is requested most
    auth, credentials = current().auth, _credentials()
    if required is Role.MONITOR and auth.is_monitor(credentials):
        return Role.MONITOR
    if required is Role.VISITOR and auth.is_visitor(credentials):
        return Role.VISITOR
    return Role.OWNER if auth.is_owner(credentials) else None


def _credentials() -> Credentials:
    if "credentials" not in g:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        g.credentials = Credentials(
            _address(),
            token.strip() if kind.lower() == "bearer" else None,
            request.cookies.get(_at_port(SESSION_COOKIE), ""),
            request.cookies.get(_at_port(VISITOR_COOKIE), ""),
        )
    credentials: Credentials = g.credentials
    return credentials


def _address() -> str:
    return request.remote_addr or ""


def _host() -> str:
    """Return the Host as it was sent: `request.host` is empty for names with an underscore."""
    return request.headers.get("Host") or request.host


def _at_port(cookie: str) -> str:
    found = re.search(r":(\d+)$", _host())
    return cookie.format(port=found[1] if found else "443" if request.is_secure else "80")


def _has_trusted_origin() -> bool:
    """Return whether a page of ours or of a listed site sent the request, or a program.

    Behind a proxy the Host may be another than the browser's: then one of our names will do, with
    `HEADER`, which a page on another port of this machine cannot send, or for `FORMS`.
    """
    origin = request.headers.get("Origin")
    if origin is None or cors.is_listed(origin):
        return True
    host = origin.partition("://")[2]
    is_ours = HEADER in request.headers or request.endpoint in FORMS
    return host == _host() or (is_ours and current().auth.trusted_hosts.is_trusted(host))


def _path() -> str:
    return request.script_root or "/"


def _refuse(required: Role) -> ResponseReturnValue:
    is_visit = required is Role.VISITOR
    if is_api(request.path):
        raise Unauthorized(
            "this visit has ended: scan the code on the kiosk's screen again"
            if is_visit
            else "owner access required: log in, or send the token",
            www_authenticate=WWWAuthenticate("bearer"),
        )
    page = "invite.html" if is_visit else "login.html"
    return render_template(page, next=request.script_root + request.path), 401


def _json(body: Schema) -> Response:
    return Response(body.to_json(), mimetype="application/json")


def _start_session(response: Response) -> Response:
    session = current().auth.sessions.open_session()
    _set_cookie(response, SESSION_COOKIE, session, SESSION_DAYS * DAY)
    return response


def _set_cookie(response: Response, name: str, value: str, seconds: float) -> None:
    response.set_cookie(
        _at_port(name),
        value,
        max_age=round(seconds),
        path=_path(),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
