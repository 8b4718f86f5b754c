"""The page of what was seen and played, and its exports."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from device import history
from device.history import COUNTS, MINUTE, SPANS, STATES, HistoryStore
from device.history.store import DAY
from device.messages import EMOTIONS
from device.web import AuthService, create_app
from device.web.routes import history as pages
from tests.support.services import services

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def page(tmp_path: Path) -> Any:
    """The owner's page of a kiosk with a week of history, and its first minute."""
    from device.vision.preview import Preview

    store, last = HistoryStore(tmp_path / history.FILE), int(time.time() // MINUTE)
    with store._database:
        for back in range(0, 7 * DAY, 7):
            store._database.execute(
                f"INSERT INTO minutes VALUES (?{', ?' * len(COUNTS)})",
                (last - back, *(back % (3 + n) * 2.0 for n in range(len(STATES))), 2.0, 1.0),
            )
    store.close()
    preview, auth = Preview(), AuthService.create(None)
    view = services(preview=preview, history=tmp_path / history.FILE)
    client = create_app(view, auth).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {auth.sessions.token}"
    yield client
    preview.close()


@pytest.mark.parametrize("span", SPANS)
def test_the_page_draws_a_week_of_data(page: Any, span: str) -> None:
    text = page.get(f"/history?span={span}").text
    assert f"The last {span}" in text
    assert text.count("<rect") > 20
    assert text.count('scope="row"') == len(EMOTIONS)
    told = page.get(f"/api/v1/history?span={span}").json
    assert len(told["buckets"]) == SPANS[span][0] // SPANS[span][1]
    assert told["buckets"][0]["start"].endswith("Z")
    assert set(told["totals_s"]) == set(STATES)


def test_the_page_of_an_empty_past_says_so(page: Any, tmp_path: Path) -> None:
    (tmp_path / history.FILE).unlink()
    assert "Nobody was there." in page.get("/history").text


def test_a_span_that_is_none_is_refused(page: Any) -> None:
    assert page.get("/history?span=year").status_code == 404
    answer = page.get("/api/v1/history?span=year")
    assert answer.status_code == 400
    assert answer.json["detail"] == "span = 'year': input should be 'hour', 'day' or 'week'"
    assert page.get("/api/v1/history.xml").status_code == 404


def test_everything_is_exported(page: Any) -> None:
    rows = page.get("/api/v1/history.json")
    assert "attachment" in rows.headers["Content-Disposition"]
    table = list(csv.DictReader(io.StringIO(page.get("/api/v1/history.csv").text)))
    assert len(rows.json) == len(table) == 7 * DAY // 7
    assert list(table[0]) == ["start", *COUNTS]
    assert [float(table[5][name]) for name in COUNTS] == [rows.json[5][name] for name in COUNTS]
    assert table[5]["start"] == rows.json[5]["start"]


def test_an_export_is_read_a_few_hundred_minutes_at_a_time(
    page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, sizes = history.read_all, list[int]()

    def spied(*options: Any, **more: Any) -> Any:
        sizes.append(len(rows := read(*options, **more)))
        return rows

    monkeypatch.setattr(history, "read_all", spied)
    told = page.get("/api/v1/history.json").data
    page.get("/api/v1/history.csv")
    assert max(sizes) == pages.EXPORT_MINUTES < 7 * DAY // 7
    rows = json.loads(told)
    assert told == json.dumps(rows, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    starts = [row["start"] for row in rows]
    assert len(starts) == len(read(tmp_path / history.FILE)) == len(set(starts))
    assert starts == sorted(starts)


def test_an_empty_past_is_exported(page: Any, tmp_path: Path) -> None:
    (tmp_path / history.FILE).unlink()
    assert page.get("/api/v1/history.json").data == b"[]\n"
    head = ",".join(("start", *COUNTS))
    assert page.get("/api/v1/history.csv").data == f"{head}\r\n".encode()


def test_a_past_that_cannot_be_read_is_reported(page: Any, tmp_path: Path) -> None:
    (tmp_path / history.FILE).write_bytes(b"no database" * 1000)
    for path in ("/history", "/api/v1/history", "/api/v1/history.csv"):
        answer = page.get(path)
        assert answer.status_code == 503
        assert "not a database" in (answer.json["detail"] if answer.is_json else answer.text)
    assert json.loads(page.get("/healthz").text) == {"level": "ok"}
