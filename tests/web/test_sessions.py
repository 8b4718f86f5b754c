"""The owner's token, the browsers that were let in with it, and the command that gives both."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from device.cli import main
from device.errors import OutputError
from device.web import AuthService, create_app
from device.web.auth.sessions import FILE, MAX_SESSIONS, SESSION_DAYS, SessionStore


def test_keys_are_kept_private_and_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    keys = SessionStore(folder)
    session = keys.open_session()
    assert len(keys.token) >= 43
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert session not in (folder / FILE).read_text()
    again = SessionStore(folder)
    assert again.token == keys.token
    assert again.is_session(session)
    assert not again.is_session(session[:-1])
    assert [path.name for path in folder.iterdir()] == [FILE]
    again.revoke()
    assert not keys.is_session(session), "what another process writes holds at once"
    assert keys.token == again.token


def test_sessions_end_by_themselves_and_do_not_pile_up(tmp_path: Path) -> None:
    now = [0.0]
    keys = SessionStore(tmp_path, lambda: now[0])
    sessions = []
    for _ in range(MAX_SESSIONS + 3):
        now[0] += 1.0
        sessions.append(keys.open_session())
    alive = [keys.is_session(one) for one in sessions]
    assert alive == [False] * 3 + [True] * MAX_SESSIONS
    now[0] += SESSION_DAYS * 86_400
    assert not any(map(keys.is_session, sessions))
    keys.open_session()
    assert len(json.loads((tmp_path / FILE).read_text())["sessions"]) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"token": "short", "sessions": {}}'])
def test_damaged_keys_are_reported_and_made_anew(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_text(text)
    keys = SessionStore(tmp_path)
    assert len(keys.token) >= 43
    assert SessionStore(tmp_path).token == keys.token
    assert "generating a new token" in caplog.text


def test_keys_that_cannot_be_kept_last_for_the_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    keys = SessionStore(tmp_path / "file" / "state")
    assert keys.is_token(keys.token)
    assert keys.is_session(keys.open_session())
    assert len(caplog.records) == 1


def full(self: Path, *rest: Any, **options: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))


def test_a_disk_that_was_full_once_does_not_keep_revoked_browsers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keys = SessionStore(tmp_path)
    before = keys.open_session()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "touch", full)
        sessions = [keys.open_session() for _ in range(2)]
        assert len(caplog.records) == 1, "once for a fault"
        with pytest.raises(OutputError, match="No space left"):
            keys.check()
    assert all(map(keys.is_session, (before, *sessions)))
    SessionStore(tmp_path).revoke()
    assert not any(map(keys.is_session, (before, *sessions)))
    assert SessionStore(tmp_path).is_session(keys.open_session())
    keys.check()


def test_pair_prints_a_link_that_works(
    kiosk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    auth = AuthService.create(tmp_path / "moodlift", ("kiosk",))
    client = create_app(kiosk.services(), auth).test_client()
    assert main.main(["pair"]) == 0
    link = capsys.readouterr().out.splitlines()[0]
    assert link.startswith("http://127.0.0.1:8080/pair/")
    assert client.post(link.removeprefix("http://127.0.0.1:8080")).status_code == 303
    assert client.get("/camera_feed").status_code == 200
    assert main.main(["pair", "--token"]) == 0
    assert capsys.readouterr().out.strip() == auth.sessions.token
    assert main.main(["pair", "--revoke"]) == 0
    assert client.get("/camera_feed").status_code == 401


def test_pair_says_where_it_cannot_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "moodlift").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for options in ([], ["--token"], ["--revoke"]):
        assert main.main(["pair", *options]) == 2
        told = capsys.readouterr()
        assert "run this as the kiosk's own user" in told.err
        assert told.out == ""


def test_pair_revokes_nothing_where_it_cannot_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    keys = SessionStore(tmp_path / "moodlift")
    session = keys.open_session()
    monkeypatch.setattr(Path, "touch", full)
    assert main.main(["pair", "--revoke"]) == 2
    assert "No space left on device; run this as" in capsys.readouterr().err
    assert keys.is_session(session)
    assert main.main(["pair", "--token"]) == 0
    assert capsys.readouterr().out.strip() == keys.token
