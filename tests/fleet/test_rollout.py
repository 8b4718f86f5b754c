"""A kiosk installs a released model when the release includes it, once, and reports the result."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from device.config.schema import ModelsConfig
from device.deployment.models import Models
from device.errors import BundleError
from device.fleet.fetch import Fetcher
from device.fleet.rollout import MOST_ATTEMPTS, Rollout
from device.fleet.rollout_log import FILE, RolloutLog, RolloutRecord
from tests.support.authority import Authority
from tests.support.bundles import OTHER_KEY, SHIPPED, archive, files, quick, trust
from tests.support.fleets import QUICK
from tests.support.https_server import VERSION, HttpsServer
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.deployment import acceptance
    from device.fleet.rollout_status import RolloutStatus

NOW = SHIPPED.name.removeprefix("emotion-")


def failing(candidate: Path, present: Path | None, slower: float) -> acceptance.Benchmark:
    raise BundleError("too slow here")


class Kiosk:
    """A kiosk's models, and its part in rollouts."""

    def __init__(self, folder: Path, ca_file: Path) -> None:
        self._folder, self._fetcher = folder, Fetcher(str(ca_file))
        self.models = Models(validate=quick)
        self.rollout: Rollout | None = None

    def start(self, kiosk: str = "kiosk-1", url: str = "") -> None:
        self.stop()
        args = (kiosk, self.models, self._folder, self._fetcher, url, QUICK)
        self.rollout = Rollout(*args)

    def stop(self) -> None:
        if self.rollout:
            self.rollout.close()

    def receive(self, release: dict[str, Any]) -> None:
        assert self.rollout
        self.rollout.receive(json.dumps(release).encode())

    def reaches(self, state: str, words: str = "") -> RolloutStatus:
        """Return the outcome once it is this one."""
        rollout = self.rollout
        assert rollout

        def reached() -> RolloutStatus | None:
            got = rollout.status
            return got if got and got.state == state and words in got.reason else None

        status = until(reached, seen=lambda: rollout.status)
        assert status
        return status


@pytest.fixture
def server(tmp_path: Path) -> Iterator[HttpsServer]:
    authority = Authority(tmp_path)
    with HttpsServer(authority.issue()) as server:
        yield server


@pytest.fixture
def kiosk(own_state: Path, tmp_path: Path, server: HttpsServer) -> Iterator[Kiosk]:
    trust()
    kiosk = Kiosk(own_state, tmp_path / "tests-authority.pem")
    kiosk.start()
    yield kiosk
    kiosk.stop()


def settle(kiosk: Kiosk) -> None:
    """Wait until a kiosk has had time to do what it would do."""
    time.sleep(0.5)


def test_a_released_model_goes_on_trial_and_passes(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.receive(server.release(archive(files(VERSION))))
    kiosk.reaches("trial")
    state = kiosk.models.store.state()
    assert (state.current, state.previous) == (VERSION, NOW)
    kiosk.models.accept(VERSION)
    got = kiosk.reaches("passed")
    assert (got.rollout, got.version) == ("spring", VERSION)
    assert server.asked == ["/model"]


def test_a_kiosk_that_is_not_included_does_nothing(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.receive(server.release(archive(files(VERSION)), percent=0.0))
    settle(kiosk)
    assert kiosk.rollout
    assert kiosk.rollout.status is None
    assert server.asked == []
    kiosk.receive(server.release(archive(files(VERSION)), percent=100.0))
    kiosk.reaches("trial")


def test_a_halted_rollout_is_not_installed_but_an_installed_one_is_still_reported(
    kiosk: Kiosk, server: HttpsServer
) -> None:
    release = server.release(archive(files(VERSION)))
    kiosk.receive(release)
    kiosk.reaches("trial")
    kiosk.receive(release | {"percent": 0.0})
    settle(kiosk)
    kiosk.reaches("trial")


def test_a_version_that_failed_here_is_not_tried_again(kiosk: Kiosk, server: HttpsServer) -> None:
    release = server.release(archive(files(VERSION)))
    kiosk.receive(release)
    kiosk.reaches("trial")
    kiosk.models.reject(VERSION, "it was slow")
    kiosk.reaches("failed", "it was slow")
    for again in (release, release | {"rollout": "summer"}):
        kiosk.start()
        kiosk.receive(again)
        kiosk.reaches("failed", "it was slow")
    assert server.asked == ["/model"]
    assert kiosk.models.store.state().current == NOW


def test_a_refusal_is_remembered_over_a_restart(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.models = Models(validate=failing)
    kiosk.start()
    release = server.release(archive(files(VERSION)))
    kiosk.receive(release)
    kiosk.reaches("failed", "too slow here")
    kiosk.start()
    kiosk.receive(release | {"rollout": "summer"})
    kiosk.reaches("failed", "too slow here")
    assert server.asked == ["/model"]


def test_the_owner_s_choice_holds(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.receive(server.release(archive(files(VERSION))))
    kiosk.reaches("trial")
    kiosk.models.roll_back()
    kiosk.reaches("declined", "the owner chose another model")
    kiosk.start()
    kiosk.receive(server.release(archive(files(VERSION))))
    kiosk.reaches("declined")
    assert kiosk.models.store.state().current == NOW


def test_a_later_rollout_can_go_back(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.receive(server.release(archive(files(VERSION))))
    kiosk.reaches("trial")
    kiosk.models.accept(VERSION)
    kiosk.reaches("passed")
    kiosk.receive(server.release(b"", rollout="back", version=NOW))
    assert kiosk.reaches("trial").rollout == "back"
    assert kiosk.models.store.state().current == NOW
    assert server.asked == ["/model"], "it was here already"


@pytest.mark.parametrize(
    ("data", "changes", "state", "words"),
    [
        (archive(files(VERSION), key=None), {}, "waiting", "not signed"),
        (archive(files(VERSION), key=OTHER_KEY), {}, "waiting", "does not trust"),
        (
            archive(files("8.0.0")),
            {},
            "failed",
            "the file holds version 8.0.0, not the released 9.0.0",
        ),
        (archive(files(VERSION)), {"sha256": "0" * 64}, "waiting", "sha256 differs"),
        (b"no archive", {}, "failed", "not a model archive"),
        (b"x" * 9_000_000, {}, "waiting", "the file is larger than 8.4 MB"),
    ],
    ids=["unsigned", "another key", "another version", "another file", "no archive", "large"],
)
def test_a_wrong_file_is_not_installed(
    kiosk: Kiosk,
    server: HttpsServer,
    data: bytes,
    changes: dict[str, Any],
    state: str,
    words: str,
) -> None:
    kiosk.models = Models(ModelsConfig(allow_unsigned=True), validate=quick)
    kiosk.start()
    kiosk.receive(server.release(data, **changes))
    kiosk.reaches(state, words)
    assert kiosk.models.store.state().current in ("", NOW)
    assert len(server.asked) < 20, "it waits between two tries"


def test_a_server_that_comes_back_is_asked_again(kiosk: Kiosk, server: HttpsServer) -> None:
    release = server.release(archive(files(VERSION)))
    model, server.files["/model"] = server.files["/model"], 503
    kiosk.receive(release)
    kiosk.reaches("waiting", "127.0.0.1 answers 503")
    server.files["/model"] = model
    kiosk.reaches("trial")


def test_the_configuration_has_the_last_word(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.models = Models(configured="/a/model", validate=quick)
    kiosk.start()
    kiosk.receive(server.release(archive(files(VERSION))))
    kiosk.reaches("declined", "the configuration names")
    assert server.asked == []


def test_a_model_with_which_the_kiosk_ends_is_not_tried_for_ever(
    kiosk: Kiosk, server: HttpsServer, own_state: Path
) -> None:
    kiosk.stop()
    release = server.release(archive(files(VERSION)))
    RolloutLog(own_state).store(RolloutRecord("spring", release["sha256"], attempts=MOST_ATTEMPTS))
    kiosk.start()
    kiosk.receive(release)
    kiosk.reaches("failed", "the kiosk ended 3 times")


def test_a_disk_that_is_full_is_not_the_models_fault(
    kiosk: Kiosk, server: HttpsServer, own_state: Path
) -> None:
    (own_state / "models").parent.mkdir(parents=True, exist_ok=True)
    (own_state / "models").write_text("in the way")
    release = server.release(archive(files(VERSION)))
    kiosk.receive(release)
    until(lambda: server.asked.count("/model") >= MOST_ATTEMPTS + 2)
    assert kiosk.rollout
    assert kiosk.rollout.status
    assert kiosk.rollout.status.state == "waiting"
    (own_state / "models").unlink()
    kiosk.reaches("trial")


def test_an_invalid_url_ends_nothing(kiosk: Kiosk, server: HttpsServer) -> None:
    release = server.release(archive(files(VERSION)))
    kiosk.receive(release | {"url": "https://[/x", "rollout": "broken"})
    kiosk.reaches("waiting", "not a URL")
    kiosk.receive(release)
    kiosk.reaches("trial")


def test_a_release_that_is_polled(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.start(url=f"{server.address}/release")
    rollout = kiosk.rollout
    assert rollout
    until(lambda: "answers 404" in rollout.fault)
    server.files["/release"] = json.dumps(server.release(archive(files(VERSION)))).encode()
    kiosk.start(url=f"{server.address}/release")
    kiosk.reaches("trial")
    assert kiosk.rollout
    assert kiosk.rollout.fault == ""


def test_an_invalid_release_changes_nothing(kiosk: Kiosk, server: HttpsServer) -> None:
    assert kiosk.rollout
    kiosk.receive(server.release(archive(files(VERSION))))
    kiosk.rollout.receive(b"nonsense")
    assert kiosk.rollout.fault.startswith("the release cannot be read")
    kiosk.reaches("trial")


def test_a_damaged_log_is_reported_and_starts_empty(
    own_state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own_state.mkdir(parents=True, exist_ok=True)
    for text in ("{", "[]", '{"rollouts": [{"rollout": 1, "sha256": ""}]}', '{"rollouts": [1]}'):
        (own_state / "rollouts.json").write_text(text)
        log = RolloutLog(own_state)
        assert "starting with an empty rollout log" in caplog.text
        caplog.clear()
    log.store(RolloutRecord("a", "b"), refused="words")
    assert RolloutLog(own_state).find("c", "b").refused == "words"


def test_a_log_of_the_first_version_is_still_read(own_state: Path) -> None:
    old = {"rollout": "a", "sha256": "b", "tries": 2, "taken": True, "refused": ""}
    own_state.mkdir(parents=True)
    (own_state / FILE).write_text(json.dumps({"schema": 1, "rollouts": [old]}), "utf-8")
    assert RolloutLog(own_state).find("a", "b") == RolloutRecord("a", "b", 2, installed=True)
