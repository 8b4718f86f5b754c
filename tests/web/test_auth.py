"""Who may do what: every route, every method, everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from device.web import AuthService, create_app
from device.web.auth import pairing
from device.web.auth.pairing import SECONDS, Pairing
from device.web.auth.rate_limit import ALL, EACH, WINDOW, RateLimiter
from device.web.auth.service import COOKIE, HARMLESS, HEADER, MONITORS, PASS, PUBLIC, VISITORS
from device.web.auth.visitors import CODE_SECONDS, PASS_SECONDS, VisitorPass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

HERE = {"base_url": "http://kiosk:8080"}
BODY = {
    "/api/v1/login": {"json": {"token": "x" * 43}},
    "/api/v1/order": {"json": {"muted": True}},
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
        path = path.replace("<name>", "happy").replace("<code>", "wrong").replace("<kind>", "csv")
        path = path.replace("<playlist>/happy", "calm/lantern").replace("<int:number>", "1")
        for method in sorted(rule.methods or ()):
            yield rule.endpoint, path, method


ANSWERS = {
    ("door.pair", "GET"): 403, ("door.pair", "HEAD"): 405, ("door.visit", "GET"): 403,
    ("door.visit", "HEAD"): 403, ("door.enter", "POST"): 401, ("api.classify", "POST"): 400,
    ("api.order", "POST"): 202, ("feedback.answer", "POST"): 201, ("feedback.take", "POST"): 400,
    **{("feedback.crop", method): 404 for method in ("GET", "HEAD")},
    ("feedback.delete", "DELETE"): 404,
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


def come(who: str, app: Flask, door: AuthService, domain: str = "kiosk") -> FlaskClient:
    """Return the browser, or the program, of somebody."""
    assert door.visits
    client = app.test_client()
    cookies = {
        "owner": {COOKIE: door.keys.open_session()},
        "visitor": {PASS: door.visits.open()},
        "forged": {COOKIE: "x" * 43, PASS: f"9999999999.{'x' * 32}"},
    }
    tokens = {"program": door.keys.token, "forged program": "x" * 43, "monitor": MONITOR}
    for name, value in cookies.get(who, {}).items():
        client.set_cookie(name, value, domain=domain)
    if who in tokens:
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens[who]}"
    return client


@pytest.mark.parametrize(
    "who", ["nobody", "forged", "forged program", "monitor", "visitor", "owner", "program"]
)
def test_every_route_answers_each_as_it_should(
    app: Flask, door: AuthService, who: str, tmp_path: Path
) -> None:
    file = tmp_path / "monitor"
    file.write_text(f"{MONITOR}\n", "utf-8")
    door.monitors = str(file)
    everything = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert everything > PUBLIC | VISITORS
    open_to = {"owner": everything, "program": everything, "visitor": PUBLIC | VISITORS}
    open_to["monitor"] = PUBLIC | MONITORS
    for endpoint, path, method in routes(app):
        door.throttle = RateLimiter()
        code = ask(come(who, app, door), method, path, headers=RIGHT).status_code
        allowed = endpoint in open_to.get(who, PUBLIC)
        assert code == (ANSWERS.get((endpoint, method), 200) if allowed else 401), (path, method)


def test_a_monitor_s_file_that_cannot_be_used_lets_nobody_in(
    app: Flask, door: AuthService, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "monitor"
    for content in (None, b"", b"\n", b"\xff\n", b"short\n"):
        if content is not None:
            file.write_bytes(content)
        door.monitors, door.throttle = str(file), RateLimiter()
        assert ask(come("monitor", app, door), "GET", "/metrics").status_code == 401
        told = caplog.text.count("no monitor is let in")
        assert told == 1, "once for each fault, however often somebody asks"
        assert ask(come("monitor", app, door), "GET", "/metrics").status_code == 401
        assert caplog.text.count("no monitor is let in") == told
        caplog.clear()
        door.unread = ""
    door.monitors = ""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer "
    assert ask(client, "GET", "/metrics").status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "kiosk.evil.example:8080", "203.0.113.9", "0.0.0.0", "[::]"]
)
def test_no_route_answers_under_a_foreign_name(app: Flask, door: AuthService, host: str) -> None:
    for _, path, method in routes(app):
        owner = come("owner", app, door, domain=host)
        answer = ask(owner, method, path, base_url=f"http://{host}/", headers=RIGHT)
        assert answer.status_code == 421, (path, method)


@pytest.mark.parametrize("who", ["owner", "visitor"])
def test_another_sites_page_changes_nothing(app: Flask, door: AuthService, who: str) -> None:
    changing = [(end, path, method) for end, path, method in routes(app) if method not in HARMLESS]
    assert len(changing) >= 4
    for endpoint, path, method in changing:
        for origin in ("http://evil.example", "null"):
            foreign = {**RIGHT, "Origin": origin}
            answer = ask(come(who, app, door), method, path, headers=foreign)
            assert answer.status_code == 403, (path, method)
        if who == "owner" or endpoint in VISITORS:
            answer = ask(come(who, app, door), method, path)
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


def test_a_session_ends_when_its_browser_logs_out(app: Flask, door: AuthService) -> None:
    client, session = app.test_client(), door.keys.open_session()
    client.set_cookie(COOKIE, session, domain="kiosk")
    assert ask(client, "GET", "/camera_feed").status_code == 200
    answer = client.post("/api/v1/logout", headers={HEADER: "page"}, **HERE)
    assert answer.json == {"owner": False}
    assert client.get_cookie(COOKIE, domain="kiosk") is None
    assert not door.keys.is_session(session)


def test_a_cookie_is_strict_and_out_of_scripts_reach(app: Flask, door: AuthService) -> None:
    for scheme in ("http", "https"):
        link = f"/pair/{door.pairing.show()}"
        answer = app.test_client().get(link, base_url=f"{scheme}://kiosk/")
        assert (answer.status_code, answer.location) == (303, "/")
        words = answer.headers["Set-Cookie"]
        assert "HttpOnly" in words
        assert "SameSite=Strict" in words
        assert ("Secure" in words) == (scheme == "https")


def test_to_look_at_an_invitation_does_not_use_it_up(app: Flask, door: AuthService) -> None:
    link, client = f"/pair/{door.pairing.show()}", app.test_client()
    assert ask(client, "HEAD", link).status_code == 405
    assert ask(client, "GET", link).status_code == 303


def test_a_visitor_comes_by_the_code_on_stage_and_may_only_try(
    app: Flask, door: AuthService
) -> None:
    assert door.visits
    client = app.test_client()
    assert ask(client, "GET", "/try").status_code == 401
    assert b"Scan it with your phone" in client.get("/try", **HERE).data
    answer = client.get(f"/visit/{door.visits.code}", **HERE)
    assert (answer.status_code, answer.location) == (303, "/try")
    words = answer.headers["Set-Cookie"]
    assert "HttpOnly" in words
    assert "SameSite=Strict" in words
    assert ask(client, "GET", "/try").status_code == 200
    assert ask(client, "GET", "/camera_feed").status_code == 401


def test_a_visit_ends_and_so_do_codes() -> None:
    now, secret = [1_000_000.0], ["secret"]
    visits = VisitorPass(lambda: secret[0], lambda: now[0])
    code, pass_ = visits.code, visits.open()
    assert visits.is_code(code)
    assert visits.is_open(pass_)
    assert not visits.is_code(code[:-1])
    assert not visits.is_open(pass_[:-1])
    assert not visits.is_open(f"9{pass_}")
    for nonsense in ("", ".", "x", "1.", "\u0660.x", "nan." + pass_.partition(".")[2]):
        assert not visits.is_open(nonsense)
        assert not visits.is_code(nonsense)
    now[0] += CODE_SECONDS
    assert visits.is_code(code)
    assert visits.code != code
    now[0] += CODE_SECONDS
    assert not visits.is_code(code)
    now[0] += PASS_SECONDS
    assert not visits.is_open(pass_)
    pass_ = visits.open()
    secret[0] = "another token"
    assert not visits.is_open(pass_)


def test_a_kiosk_may_have_no_place_for_visitors(kiosk: Any) -> None:
    door = AuthService.of(None, ("kiosk",), visitors=False)
    client = create_app(kiosk.view(), door).test_client()
    code, pass_ = (
        VisitorPass(lambda: door.keys.token).code,
        VisitorPass(lambda: door.keys.token).open(),
    )
    assert ask(client, "GET", f"/visit/{code}").status_code == 403
    client.set_cookie(PASS, pass_, domain="kiosk")
    assert ask(client, "GET", "/try").status_code == 401


def test_visitors_guess_no_more_often_than_owners(app: Flask) -> None:
    client = app.test_client()
    codes = [ask(client, "GET", f"/visit/{number}").status_code for number in range(EACH + 1)]
    assert codes == [403] * EACH + [429]


def test_a_code_is_good_once_and_for_five_minutes(tmp_path: Path) -> None:
    now = [1000.0]
    codes = Pairing(tmp_path, lambda: now[0])
    for make in (codes.show, lambda: pairing.leave(tmp_path, lambda: now[0])):
        code = make()
        assert len(code) >= 22
        assert not codes.redeem(code[:-1])
        assert codes.redeem(code)
        assert not codes.redeem(code)
        old = make()
        now[0] += SECONDS
        assert not codes.redeem(old)
    code = codes.show()
    assert codes.shown == code
    codes.hide()
    assert codes.shown is None
    assert not codes.redeem(code)
    assert codes.redeem(codes.show())
    assert codes.shown is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"code": 1, "until": "x"}', "\0"])
def test_a_damaged_code_lets_nobody_in(tmp_path: Path, text: str) -> None:
    (tmp_path / pairing.FILE).write_text(text)
    assert not Pairing(tmp_path).redeem("")
    assert not Pairing(tmp_path).redeem("1")


def test_tries_are_limited_for_each_and_for_all() -> None:
    now = [0.0]
    throttle = RateLimiter(lambda: now[0])
    for _ in range(EACH):
        assert throttle.wait("a") == 0
        throttle.fail("a")
    assert throttle.wait("a") == WINDOW
    assert throttle.wait("b") == 0
    for number in range(ALL - EACH):
        throttle.fail(f"address {number}")
    assert throttle.wait("b") == WINDOW
    now[0] += WINDOW
    assert throttle.wait("a") == throttle.wait("b") == 0


def test_many_addresses_do_not_take_all_memory() -> None:
    throttle = RateLimiter(lambda: 0.0)
    for number in range(3000):
        throttle.fail(str(number))
    assert len(throttle._each) <= 1000


def test_half_a_character_is_a_wrong_token(app: Flask) -> None:
    """JSON can hold it; it is no UTF-8, and counts as a try all the same."""
    client = app.test_client()
    codes = [
        client.post("/api/v1/login", data=rb'{"token": "\ud800"}', headers=JSON).status_code
        for _ in range(EACH + 1)
    ]
    assert codes == [401] * EACH + [429]


def test_guessing_is_stopped(app: Flask, door: AuthService) -> None:
    client = app.test_client()
    right = {HEADER: "page"}
    for token in ("a", "b", "c", "d", "e"):
        assert client.post("/api/v1/login", json={"token": token}, headers=right).status_code == 401
    answer = client.post("/api/v1/login", json={"token": door.keys.token}, headers=right)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= WINDOW
    assert client.get(f"/pair/{door.pairing.show()}").status_code == 429
    bearer = {"Authorization": f"Bearer {door.keys.token}"}
    assert client.get("/camera_feed", headers=bearer).status_code == 429
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"token": 3}', b"\xff"])
def test_a_login_that_is_none_is_told(nobody: FlaskClient, body: bytes) -> None:
    answer = nobody.post("/api/v1/login", data=body, headers={HEADER: "page"})
    assert (answer.status_code, answer.json["detail"]) == (400, 'send JSON: {"token": "..."}')
