"""The way in: every route is closed but to its owner, unless it is listed as open to others."""

from __future__ import annotations

import hmac
import logging
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, render_template, request, url_for
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, Unauthorized

from device.system.files import read_secret
from device.web.auth.pairing import Pairing
from device.web.auth.rate_limit import RateLimiter
from device.web.auth.sessions import DAY, SESSION_DAYS, SessionStore
from device.web.auth.trusted_hosts import TrustedHosts
from device.web.auth.visitors import PASS_SECONDS, VisitorPass
from device.web.context import current
from device.web.problems import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.typing import ResponseReturnValue

PUBLIC = frozenset(
    {
        "static", "pages.status", "pages.emoji", "pages.healthz", "pages.readyz", "api.status",
        "api.follow", "door.show", "door.enter", "door.pair", "door.visit",
    }
)  # fmt: skip
"""Endpoints that answer anybody: no pictures of people, and nothing that changes the kiosk."""
VISITORS = frozenset(
    {"trial.show", "trial.piece", "api.classify", "feedback.answer", "feedback.take"}
)
"""Endpoints for whoever stands before the kiosk, to try it with their own device."""
MONITORS = frozenset({"pages.figures"})
"""Endpoints for whoever looks after many kiosks: counts and levels."""
HARMLESS = ("GET", "HEAD", "OPTIONS")
SHORTEST = 20
"""Characters of a monitor's token."""
COOKIE, PASS = "moodlift", "moodlift-visit"
HEADER = "X-Moodlift"
"""Sent by our own pages with whatever changes something. Another site's page cannot send it."""

log = logging.getLogger(__name__)
blueprint = Blueprint("door", __name__)


@dataclass
class AuthService:
    """What decides who comes in."""

    keys: SessionStore
    pairing: Pairing
    visits: VisitorPass | None
    hosts: TrustedHosts = field(default_factory=TrustedHosts)
    monitors: str = ""
    unread: str = ""
    throttle: RateLimiter = field(default_factory=RateLimiter)

    @classmethod
    def of(
        cls,
        folder: Path | None,
        names: tuple[str, ...] = (),
        visitors: bool = True,
        monitors: str = "",
    ) -> AuthService:
        """Return the door whose keys lie in a folder; without one they are new each time.

        `monitors` is a file with the token of those who ask for figures.
        """
        keys = SessionStore(folder)
        visits = VisitorPass(lambda: keys.token) if visitors else None
        return cls(keys, Pairing(folder), visits, TrustedHosts(names), monitors)

    def is_owner(self) -> bool:
        """Tell whether the present request comes from the owner.

        A wrong bearer token counts as a try to get in, and aborts with 429 after too many.
        """
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.try_once(lambda: self.keys.is_token(token.strip()))
        return self.is_browser()

    def is_browser(self) -> bool:
        """Tell whether the present request comes from a browser that was let in."""
        session = request.cookies.get(COOKIE)
        return bool(session) and self.keys.is_session(session or "")

    def is_monitor(self) -> bool:
        """Tell whether the present request comes from a monitor; a wrong token is no try yet."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if not self.monitors or kind.lower() != "bearer":
            return False
        try:
            known, fault = read_secret(self.monitors), ""
        except OSError as error:
            known, fault = "", str(error.strerror)
        if not fault and len(known) < SHORTEST:
            fault = "too short, for nobody to guess"
        if fault and fault != self.unread:
            log.warning("%s: %s; no monitor is let in", self.monitors, fault)
        self.unread = fault
        if fault:
            return False
        return hmac.compare_digest(token.strip().encode(), known.encode())

    def is_visitor(self) -> bool:
        """Tell whether the present request comes from a visitor."""
        return self.visits is not None and self.visits.is_open(request.cookies.get(PASS, ""))

    def try_once(self, check: Callable[[], bool]) -> bool:
        """Return whether a try to get in is good. Aborts with 429 when there were too many."""
        address = request.remote_addr or ""
        wait = self.throttle.wait(address)
        if wait:
            raise TooManyRequests("too many tries; wait a minute", retry_after=math.ceil(wait))
        good = check()
        if not good:
            self.throttle.fail(address)
        return good


def guard() -> ResponseReturnValue | None:
    """Answer for whoever may not do what the present request asks for; None for the others."""
    door = current().door
    if not door.hosts.are_own(request.host):
        abort(421, "this is not the kiosk's name; [web] names in its configuration can add it")
    changes = request.method not in HARMLESS
    if changes and not _same_origin():
        abort(403, "another site's page may not do this")
    if request.endpoint is None:
        return None  # there is no such page, which is no secret
    if request.endpoint in PUBLIC:
        return None
    if request.endpoint in MONITORS and door.is_monitor():
        return None
    visits = request.endpoint in VISITORS and door.is_visitor()
    if not visits and not door.is_owner():
        return _refuse()
    if changes and (visits or door.is_browser()) and HEADER not in request.headers:
        abort(403, f"the header {HEADER} is missing")
    return None


def _same_origin() -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _refuse() -> ResponseReturnValue:
    if request.path.startswith(PROGRAMS):
        raise Unauthorized(
            "this is for the owner: log in, or send the token"
            if request.endpoint not in VISITORS
            else "this visit is over: scan the code on the kiosk's screen again",
            www_authenticate=WWWAuthenticate("bearer"),
        )
    page = "invite.html" if request.endpoint in VISITORS else "login.html"
    return render_template(page, next=request.path), 401


@blueprint.get("/login")
def show() -> ResponseReturnValue:
    """Show where to log in."""
    return render_template("login.html", next=url_for("pages.status"))


@blueprint.post("/api/v1/login")
def enter() -> ResponseReturnValue:
    """Let a browser in that sends the token, as JSON: {"token": "..."}."""
    if HEADER not in request.headers:
        abort(403, f"the header {HEADER} is missing")
    given = request.get_json(silent=True)
    token = given.get("token") if isinstance(given, dict) else None
    if not isinstance(token, str):
        abort(400, 'send JSON: {"token": "..."}')
    door = current().door
    if not door.try_once(lambda: door.keys.is_token(token.strip())):
        abort(401, "that is not the kiosk's token")
    return _welcome(jsonify(owner=True))


@blueprint.get("/pair/<code>")
def pair(code: str) -> ResponseReturnValue:
    """Let the browser in that has scanned a code, or has opened its link."""
    if request.method == "HEAD":
        abort(405)  # whoever only looks at a link does not use its code up
    door = current().door
    if not door.try_once(lambda: door.pairing.redeem(code)):
        abort(403, "this code was used already, or is older than five minutes")
    return _welcome(Response(status=303, headers={"Location": url_for("pages.status")}))


@blueprint.get("/visit/<code>")
def visit(code: str) -> ResponseReturnValue:
    """Let a visitor try the kiosk who has scanned the code that it shows to everybody."""
    door, visits = current().door, current().door.visits
    if visits is None:
        abort(403, "this kiosk has no place for visitors")
    if not door.try_once(lambda: visits.is_code(code)):
        abort(403, "this code is old: scan the one that the kiosk shows now")
    answer = Response(status=303, headers={"Location": url_for("trial.show")})
    _set_cookie(answer, PASS, visits.open(), PASS_SECONDS)
    return answer


@blueprint.post("/api/v1/logout")
def leave() -> ResponseReturnValue:
    """Forget this browser."""
    current().door.keys.close_session(request.cookies.get(COOKIE, ""))
    answer = jsonify(owner=False)
    answer.delete_cookie(COOKIE)
    return answer


def _welcome(answer: Response) -> Response:
    _set_cookie(answer, COOKIE, current().door.keys.open_session(), SESSION_DAYS * DAY)
    return answer


def _set_cookie(answer: Response, name: str, value: str, seconds: float) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=round(seconds),
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )


def close(app: Flask) -> None:
    """Have every request of an app come by the guard."""
    app.before_request(guard)
    app.register_blueprint(blueprint)
