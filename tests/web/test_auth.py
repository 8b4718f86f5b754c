"""Who may do what: every route, every method, everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from device.web import AuthService, create_app
from device.web.auth.rate_limit import PER_ADDRESS, WINDOW_SECONDS, RateLimiter
from device.web.auth.roles import Role, allow, required_role
from device.web.auth.visitors import CODE_SECONDS, PASS_SECONDS, VisitorPass
from device.web.routes.auth import FORMS, HEADER, SAFE_METHODS, SESSION_COOKIE, VISITOR_COOKIE
from tests.support.answers import content

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

HERE = {"base_url": "http://kiosk:8080"}
SESSION, VISIT = (one.format(port=8080) for one in (SESSION_COOKIE, VISITOR_COOKIE))
BODY: dict[str, dict[str, Any]] = {
    "/api/v1/login": {"json": {"token": "x" * 43}},
    "/api/v1/commands": {"json": {"muted": True}},
    "/api/v1/settings": {"json": {"stage.mirror": True}},
    "/api/v1/cameras/picture": {"json": {"source": "usb:Good"}},
    "/api/v1/speakers/chime": {"json": {"device": ""}},
    "/api/v1/camera": {"json": {"blurred": True}},
    "/api/v1/feedback/answer": {"json": {"shown": "happy", "felt": "sad"}},
    "/api/v1/models/use": {"json": {"version": "none"}},
}


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield every endpoint with an address of it and a method."""
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<path:filename>", "style.css")
        path = path.replace("<name>", "happy").replace("<code>", "wrong")
        path = path.replace("<playlist>/happy", "calm/lantern").replace("<int:number>", "1")
        for method in sorted(rule.methods or ()):
            yield rule.endpoint, path, method


ANSWERS = {
    ("auth.pair", "POST"): 403, ("auth.visit", "POST"): 403, ("auth.login", "POST"): 401,
    ("api.classify", "POST"): 400,
    ("api.command", "POST"): 202, ("feedback.answer", "POST"): 201,
    ("feedback.create_crop", "POST"): 400,
    **{("feedback.get_crop", method): 404 for method in ("GET", "HEAD")},
    ("feedback.delete_crop", "DELETE"): 404,
    **{(f"certificate.{name}", method): 404 for name in ("show", "download")
       for method in ("GET", "HEAD")},
    ("models.install", "POST"): 400, ("models.use", "POST"): 409,
    ("models.roll_back", "POST"): 409,
}  # fmt: skip
"""What those get who may ask; all others get 200. The code and the token here are wrong."""
MONITOR = "the token of those who look after many kiosks"
RIGHT = {HEADER: "page"}
JSON = {**RIGHT, "Content-Type": "application/json"}


def ask(client: FlaskClient, method: str, path: str, **options: Any) -> TestResponse:
    options = {**HERE, **BODY.get(path, {}), **options}
    answer = client.open(path, method=method, buffered=False, **options)
    answer.close()
    return answer


def come(who: str, app: Flask, auth: AuthService, domain: str = "kiosk") -> FlaskClient:
    """Return the browser, or the program, of somebody."""
    assert auth.visitors
    client = app.test_client()
    cookies = {
        "owner": {SESSION: auth.sessions.open_session()},
        "visitor": {VISIT: auth.visitors.issue()},
        "forged": {SESSION: "x" * 43, VISIT: f"9999999999.{'x' * 32}"},
    }
    tokens = {"program": auth.sessions.token, "forged program": "x" * 43, "monitor": MONITOR}
    for name, value in cookies.get(who, {}).items():
        client.set_cookie(name, value, domain=domain)
    if who in tokens:
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens[who]}"
    return client


@pytest.mark.parametrize(
    "who", ["nobody", "forged", "forged program", "monitor", "visitor", "owner", "program"]
)
def test_every_route_answers_each_as_it_should(
    app: Flask, auth: AuthService, who: str, tmp_path: Path
) -> None:
    file = tmp_path / "monitor"
    file.write_text(f"{MONITOR}\n", "utf-8")
    auth.monitor_token_file = str(file)
    roles = {"owner": set(Role), "program": set(Role)}
    roles |= {"visitor": {Role.ANYONE, Role.VISITOR}, "monitor": {Role.ANYONE, Role.MONITOR}}
    for endpoint, path, method in routes(app):
        auth.rate_limiter = RateLimiter()
        code = ask(come(who, app, auth), method, path, headers=RIGHT).status_code
        allowed = required_role(app, endpoint) in roles.get(who, {Role.ANYONE})
        assert code == (ANSWERS.get((endpoint, method), 200) if allowed else 401), (path, method)


def test_no_other_route_is_open(app: Flask) -> None:
    marked: dict[Role, set[str]] = {role: set() for role in Role}
    for endpoint in app.view_functions:
        marked[required_role(app, endpoint)].add(endpoint)
    assert marked.pop(Role.OWNER)
    assert marked == {
        Role.ANYONE: {
            "static", "pages.status", "pages.emoji", "pages.healthz", "pages.readyz", "api.status",
            "api.follow", "auth.login_page", "auth.login", "auth.show_pairing", "auth.pair",
            "auth.show_visit", "auth.visit", "certificate.show", "certificate.download",
        },
        Role.VISITOR: {
            "try_it.show", "try_it.track", "api.classify", "feedback.answer",
            "feedback.create_crop",
        },
        Role.MONITOR: {"pages.prometheus"},
    }  # fmt: skip


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="visitors"):
        allow("visitors")


def test_a_monitor_s_file_that_cannot_be_used_lets_nobody_in(
    app: Flask, auth: AuthService, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "monitor"
    for token in (None, b"", b"\n", b"\xff\n", b"short\n"):
        if token is not None:
            file.write_bytes(token)
        auth.monitor_token_file, auth.rate_limiter = str(file), RateLimiter()
        assert ask(come("monitor", app, auth), "GET", "/metrics").status_code == 401
        told = caplog.text.count("/metrics accepts no monitor")
        assert told == 1, "once for each fault, however often somebody asks"
        assert ask(come("monitor", app, auth), "GET", "/metrics").status_code == 401
        assert caplog.text.count("/metrics accepts no monitor") == told
        caplog.clear()
        auth._file_fault = ""
    auth.monitor_token_file = ""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer "
    assert ask(client, "GET", "/metrics").status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "kiosk.evil.example:8080", "203.0.113.9", "0.0.0.0", "[::]"]
)
def test_no_route_answers_under_a_foreign_name(app: Flask, auth: AuthService, host: str) -> None:
    for _, path, method in routes(app):
        owner = come("owner", app, auth, domain=host)
        answer = ask(owner, method, path, base_url=f"http://{host}/", headers=RIGHT)
        assert answer.status_code == 421, (path, method)


@pytest.mark.parametrize("who", ["owner", "visitor"])
def test_another_sites_page_changes_nothing(app: Flask, auth: AuthService, who: str) -> None:
    changing = [
        (end, path, method) for end, path, method in routes(app) if method not in SAFE_METHODS
    ]
    assert len(changing) >= 4
    for endpoint, path, method in changing:
        for origin in ("http://evil.example", "null"):
            foreign = {**RIGHT, "Origin": origin}
            answer = ask(come(who, app, auth), method, path, headers=foreign)
            assert answer.status_code == 403, (path, method)
        takes_role = who == "owner" or required_role(app, endpoint) is Role.VISITOR
        if takes_role and endpoint not in FORMS:
            answer = ask(come(who, app, auth), method, path)
            assert answer.status_code == 403, (path, method, "without the header")


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "KIOSK", "kiosk.:80"]
)
def test_the_machine_knows_its_own_names(nobody: FlaskClient, host: str) -> None:
    answer = ask(nobody, "GET", "/healthz", base_url=f"http://{host}/")
    assert answer.status_code == 200


@pytest.mark.parametrize("host", ["", "[", "a b", "localhost.evil.example", "127.0.0.1.nip.io"])
def test_other_names_are_not_its_own(app: Flask, host: str) -> None:
    answer = app.test_client().get("/healthz", environ_overrides={"HTTP_HOST": host})
    assert answer.status_code in (400, 421)


def test_a_session_ends_when_its_browser_logs_out(app: Flask, auth: AuthService) -> None:
    client, session = app.test_client(), auth.sessions.open_session()
    client.set_cookie(SESSION, session, domain="kiosk")
    assert ask(client, "GET", "/camera_feed").status_code == 200
    answer = client.post("/api/v1/logout", headers={HEADER: "page"}, **HERE)
    assert answer.json == {"owner": False}
    assert client.get_cookie(SESSION, domain="kiosk") is None
    assert not auth.sessions.is_session(session)


def test_two_kiosks_on_one_host_do_not_log_each_other_out(kiosk: Any) -> None:
    """A browser sends the cookies of a host to all of its ports."""
    auths = {port: AuthService.create(None, ("kiosk",)) for port in (8080, 8081, 80)}
    cookies: dict[str, str] = {}

    def request(port: int, method: str, path: str, **options: Any) -> TestResponse:
        client = create_app(kiosk.services(), auths[port]).test_client(use_cookies=False)
        sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
        options["headers"] = {HEADER: "page", "Cookie": sent}
        answer = client.open(path, method=method, base_url=f"http://kiosk:{port}", **options)
        for one in answer.headers.getlist("Set-Cookie"):
            name, _, value = one.partition(";")[0].partition("=")
            cookies[name] = value
        return answer

    for port, auth in auths.items():
        token = {"token": auth.sessions.token}
        assert request(port, "POST", "/api/v1/login", json=token).status_code == 200
    assert [request(port, "GET", "/settings").status_code for port in auths] == [200] * 3
    assert request(8081, "POST", "/api/v1/logout").status_code == 200
    assert [request(port, "GET", "/settings").status_code for port in auths] == [200, 401, 200]


def test_a_visit_ends_and_so_do_codes() -> None:
    now, secret = [1_000_000.0], ["secret"]
    visits = VisitorPass(lambda: secret[0], lambda: now[0])
    code, pass_ = visits.code, visits.issue()
    assert visits.is_code(code)
    assert visits.is_pass(pass_)
    assert not visits.is_code(code[:-1])
    assert not visits.is_pass(pass_[:-1])
    assert not visits.is_pass(f"9{pass_}")
    for nonsense in ("", ".", "x", "1.", "\u0660.x", "nan." + pass_.partition(".")[2]):
        assert not visits.is_pass(nonsense)
        assert not visits.is_code(nonsense)
    now[0] += CODE_SECONDS
    assert visits.is_code(code)
    assert visits.code != code
    now[0] += CODE_SECONDS
    assert not visits.is_code(code)
    now[0] += PASS_SECONDS
    assert not visits.is_pass(pass_)
    pass_ = visits.issue()
    secret[0] = "another token"
    assert not visits.is_pass(pass_)


def test_a_kiosk_may_have_no_place_for_visitors(kiosk: Any) -> None:
    auth = AuthService.create(None, ("kiosk",), visitor_access=False)
    client = create_app(kiosk.services(), auth).test_client()
    code, pass_ = (
        VisitorPass(lambda: auth.sessions.token).code,
        VisitorPass(lambda: auth.sessions.token).issue(),
    )
    for method in ("GET", "POST"):
        assert ask(client, method, f"/visit/{code}").status_code == 403
    client.set_cookie(VISIT, pass_, domain="kiosk")
    assert ask(client, "GET", "/try").status_code == 401


def test_visitors_guess_no_more_often_than_owners(app: Flask) -> None:
    client = app.test_client()
    codes = [
        ask(client, "POST", f"/visit/{number}").status_code for number in range(PER_ADDRESS + 1)
    ]
    assert codes == [403] * PER_ADDRESS + [429]


def test_guessing_is_stopped(app: Flask, auth: AuthService) -> None:
    client = app.test_client()
    right = {HEADER: "page"}
    for token in ("a", "b", "c", "d", "e"):
        assert client.post("/api/v1/login", json={"token": token}, headers=right).status_code == 401
    answer = client.post("/api/v1/login", json={"token": "f"}, headers=right)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= WINDOW_SECONDS
    assert client.post("/pair/wrong").status_code == 429
    assert client.post("/visit/wrong").status_code == 429
    wrong = {"Authorization": f"Bearer {auth.sessions.token}x"}
    assert client.get("/camera_feed", headers=wrong).status_code == 429
    assert client.get("/").status_code == 200


def test_guessing_stops_nobody_who_has_the_key(app: Flask, auth: AuthService) -> None:
    for _ in range(PER_ADDRESS):
        auth.rate_limiter.record("127.0.0.1")
    client, right = app.test_client(), {HEADER: "page"}
    assert client.post("/api/v1/login", json={"token": "a"}, headers=right).status_code == 429
    bearer = {"Authorization": f"Bearer {auth.sessions.token}"}
    assert client.get("/camera_feed", headers=bearer).status_code == 200
    token = {"token": auth.sessions.token}
    assert client.post("/api/v1/login", json=token, headers=right).status_code == 200
    assert client.post(f"/pair/{auth.pairing.show()}").status_code == 303
    assert auth.visitors
    assert client.post(f"/visit/{auth.visitors.code}").status_code == 303


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "body: should be a JSON object"),
        (b"[]", "body: should be a JSON object"),
        (b"{}", "token: missing"),
        (b'{"token": 3}', "token = 3: input should be a valid string"),
        (b"\xff", "body: should be a JSON object"),
    ],
)
def test_an_invalid_login_is_explained(nobody: FlaskClient, body: bytes, reason: str) -> None:
    answer = nobody.post("/api/v1/login", data=body, headers=JSON)
    assert (answer.status_code, content(answer)["detail"]) == (400, reason)
