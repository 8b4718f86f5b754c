"""Links with a code: to look at one spends nothing, and they work from other sites and in mail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.browsers import PHONE, sync_api

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Page, Route

    from device.web import AuthService

HERE: dict[str, Any] = {"base_url": "http://kiosk:8080"}
ELSEWHERE = "http://elsewhere.example/"
NONCE = re.compile('name="nonce" value="[^"]*"')
LOOKS = {
    "a chat's preview": {"User-Agent": "WhatsApp/2.23.20.0"},
    "a prefetch": {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"},
    "a mail's scanner": {"User-Agent": "Mozilla/5.0", "Sec-Fetch-Mode": "navigate"},
}


@pytest.fixture
def links(auth: AuthService) -> dict[str, str]:
    """The links of a kiosk, and where each leads to."""
    assert auth.visitors
    return {f"/pair/{auth.pairing.show()}": "/", f"/visit/{auth.visitors.code}": "/try"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("look", LOOKS)
def test_to_look_at_a_link_spends_and_sets_nothing(
    app: Flask, links: dict[str, str], method: str, look: str
) -> None:
    for link, target in links.items():
        for _ in range(9):
            answer = app.test_client().open(link, method=method, headers=LOOKS[look], **HERE)
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers
        answer = app.test_client().post(link, **HERE)
        assert (answer.status_code, answer.location) == (303, target)


def test_to_look_at_a_wrong_link_is_no_attempt_and_tells_nothing(
    app: Flask, links: dict[str, str]
) -> None:
    for link in links:
        wrong = f"{link[:-2]}--"
        pages = [app.test_client().get(path, **HERE).text for path in (link, wrong)]
        assert len({NONCE.sub("", page) for page in pages}) == 1
        assert app.test_client().post(wrong, **HERE).status_code == 403
        assert app.test_client().post(link, **HERE).status_code == 303


@pytest.mark.parametrize("origin", [ELSEWHERE.rstrip("/"), "null", "http://kiosk.evil.example"])
def test_another_site_s_form_does_not_press_the_button(
    app: Flask, links: dict[str, str], origin: str
) -> None:
    for link in links:
        answer = app.test_client().post(link, headers={"Origin": origin}, **HERE)
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers
        right = {"Origin": HERE["base_url"]}
        assert app.test_client().post(link, headers=right, **HERE).status_code == 303


def test_the_button_works_behind_a_proxy_that_keeps_the_host_to_itself(
    app: Flask, links: dict[str, str]
) -> None:
    for link in links:
        origin = {"Origin": "https://kiosk"}
        answer = app.test_client().post(link, headers=origin, base_url="http://127.0.0.1:8080")
        assert answer.status_code == 303


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_cookies_come_along_with_links_and_are_out_of_scripts_reach(
    app: Flask, links: dict[str, str], scheme: str
) -> None:
    """Without forms of other sites: SameSite=Lax sends them with GET alone."""
    for link in links:
        answer = app.test_client().post(link, base_url=f"{scheme}://kiosk/")
        words = answer.headers["Set-Cookie"]
        assert "HttpOnly" in words
        assert "SameSite=Lax" in words
        assert ("Secure" in words) == (scheme == "https")


def test_a_visitor_comes_by_the_code_on_stage_and_may_only_try(
    app: Flask, auth: AuthService
) -> None:
    assert auth.visitors
    client = app.test_client()
    assert code_of(client, "/try") == 401
    assert b"Scan it with your phone" in client.get("/try", **HERE).data
    client.post(f"/visit/{auth.visitors.code}", **HERE)
    assert code_of(client, "/try") == 200
    assert code_of(client, "/camera_feed") == 401


def code_of(client: FlaskClient, path: str) -> int:
    return client.get(path, **HERE).status_code


def follow(page: Page, link: str) -> None:
    """Click a link on another site's page."""

    def show(route: Route) -> None:
        body = f'<title>elsewhere</title><a href="{link}">there</a>'
        route.fulfill(content_type="text/html", body=body)

    page.route(f"{ELSEWHERE}**", show)
    page.goto(ELSEWHERE)
    page.get_by_role("link", name="there").click()
    page.wait_for_url(link)


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False])
def test_a_link_on_another_site_lets_a_browser_in(
    visit: Any, auth: AuthService, scripts: bool
) -> None:
    expect = sync_api.expect
    one = visit(owner=False, viewport=PHONE, java_script_enabled=scripts)
    page: Page = one.page
    home = one.address
    follow(page, f"{home}pair/{auth.pairing.show()}")
    page.reload()
    page.get_by_role("button", name="Log this browser in").click()
    page.wait_for_url(home)
    expect(page.get_by_role("link", name="Settings")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Settings")).to_be_visible()
    assert auth.visitors
    follow(page, f"{home}visit/{auth.visitors.code}")
    page.get_by_role("button", name="Let me try it").click()
    page.wait_for_url(f"{home}try")
    expect(page.locator("h1")).to_have_text("Try it with your own camera")


@pytest.mark.slow
def test_a_code_lets_one_browser_in(visit: Any, auth: AuthService) -> None:
    link = f"/pair/{auth.pairing.show()}"
    pages = [visit(owner=False, viewport=PHONE).open(link) for _ in range(2)]
    for page in pages:
        page.get_by_role("button", name="Log this browser in").click()
    sync_api.expect(pages[0].get_by_role("button", name="Log out")).to_be_visible()
    sync_api.expect(pages[1].locator("main")).to_contain_text("this code was already used")
    sync_api.expect(pages[1].get_by_role("link", name="Log in")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False])
def test_a_double_click_lets_a_browser_in(visit: Any, auth: AuthService, scripts: bool) -> None:
    one = visit(owner=False, java_script_enabled=scripts)
    page = one.open(f"/pair/{auth.pairing.show()}")
    page.get_by_role("button", name="Log this browser in").dblclick()
    page.wait_for_url(one.address)
    sync_api.expect(page.get_by_role("link", name="Settings")).to_be_visible()


@pytest.mark.slow
def test_the_owner_who_follows_a_link_is_still_the_owner(visit: Any) -> None:
    one = visit()
    for path in ("settings", "camera_feed", ""):
        follow(one.page, f"{one.address}{path}")
        sync_api.expect(one.page.get_by_role("button", name="Log out")).to_be_visible()


@pytest.mark.slow
def test_other_sites_change_nothing_with_the_owner_s_cookie(visit: Any, kiosk: Any) -> None:
    """A browser sends it along with links alone, and each change asks for more than a cookie."""
    one = visit()
    follow(one.page, one.address)
    sync_api.expect(one.page.get_by_role("button", name="Log out")).to_be_visible()
    one.page.goto(ELSEWHERE)
    for kind in ("no-cors", "form"):
        sent = one.page.evaluate(SEND[kind], f"{one.address}api/v1/commands")
        assert sent is True
    one.page.wait_for_timeout(500)
    assert list(kiosk.commands.drain()) == []
    code = one.page.context.request.post(f"{one.address}api/v1/commands", data={"muted": True})
    assert code.status == 403, "the cookie alone, without the header of our own scripts"


SEND = {
    "no-cors": """(address) => {
  const all = {method: "POST", mode: "no-cors", credentials: "include", body: '{"muted": true}'};
  return fetch(address, all).then(() => true, () => true);
}""",
    "form": """(address) => {
  const form = document.createElement("form");
  Object.assign(form, {method: "post", action: address, enctype: "text/plain"});
  const field = document.createElement("input");
  Object.assign(field, {name: '{"muted": true, "show": null, "a', value: '": 1}'});
  form.append(field);
  document.body.append(form);
  setTimeout(() => form.submit(), 0);
  return true;
}""",
}
"""Ways in which another site's page can send something."""
