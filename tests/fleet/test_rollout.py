"""A kiosk takes what is offered when its turn has come, once, and says what became of it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from device.config.schema import ModelsConfig
from device.deployment.models import Models
from device.errors import BundleError
from device.fleet.fetch import Fetcher
from device.fleet.rollout import TRIES, Rollout
from device.fleet.rollout_log import RolloutLog, RolloutRecord
from tests.support.authority import Authority
from tests.support.bundles import OTHER_KEY, SHIPPED, archive, files, quick, trust
from tests.support.fleets import QUICK
from tests.support.offers import VERSION, HttpsServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from device.deployment import acceptance
    from device.fleet.outcome import RolloutStatus

NOW = SHIPPED.name.removeprefix("emotion-")


def failing(candidate: Path, present: Path | None, slower: float) -> acceptance.Benchmark:
    raise BundleError("too slow here")


class Kiosk:
    """A kiosk's models, and what it does about offers."""

    def __init__(self, folder: Path, ca_file: Path) -> None:
        self._folder, self._fetcher = folder, Fetcher(str(ca_file))
        self.models = Models(examine=quick)
        self.rollout: Rollout | None = None

    def start(self, kiosk: str = "kiosk-1", url: str = "") -> None:
        self.stop()
        args = (kiosk, self.models, self._folder, self._fetcher, url, QUICK)
        self.rollout = Rollout(*args)

    def stop(self) -> None:
        if self.rollout:
            self.rollout.close()

    def give(self, offer: dict[str, Any]) -> None:
        assert self.rollout
        self.rollout.give(json.dumps(offer).encode())

    def stands(self, stand: str, words: str = "") -> RolloutStatus:
        """Return the outcome once it is this one."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            assert self.rollout
            got = self.rollout.outcome
            if got and got.stand == stand and words in got.reason:
                return got
            time.sleep(0.02)
        pytest.fail(f"it stands at {got}")


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


def test_an_offer_is_taken_on_trial_and_passes(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.give(server.offer(archive(files(VERSION))))
    kiosk.stands("trial")
    state = kiosk.models.store.state()
    assert (state.current, state.before) == (VERSION, NOW)
    kiosk.models.accept(VERSION)
    got = kiosk.stands("passed")
    assert (got.rollout, got.version) == ("spring", VERSION)
    assert server.asked == ["/model"]


def test_whoever_s_turn_has_not_come_does_nothing(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.give(server.offer(archive(files(VERSION)), percent=0.0))
    settle(kiosk)
    assert kiosk.rollout
    assert kiosk.rollout.outcome is None
    assert server.asked == []
    kiosk.give(server.offer(archive(files(VERSION)), percent=100.0))
    kiosk.stands("trial")


def test_a_halted_rollout_is_not_taken_and_what_was_taken_is_told_on(
    kiosk: Kiosk, server: HttpsServer
) -> None:
    offer = server.offer(archive(files(VERSION)))
    kiosk.give(offer)
    kiosk.stands("trial")
    kiosk.give(offer | {"percent": 0.0})
    settle(kiosk)
    kiosk.stands("trial")


def test_a_version_that_failed_here_is_not_tried_again(kiosk: Kiosk, server: HttpsServer) -> None:
    offer = server.offer(archive(files(VERSION)))
    kiosk.give(offer)
    kiosk.stands("trial")
    kiosk.models.give_up(VERSION, "it was slow")
    kiosk.stands("failed", "it was slow")
    for again in (offer, offer | {"rollout": "summer"}):
        kiosk.start()
        kiosk.give(again)
        kiosk.stands("failed", "it was slow")
    assert server.asked == ["/model"]
    assert kiosk.models.store.state().current == NOW


def test_what_is_refused_is_remembered_over_a_restart(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.models = Models(examine=failing)
    kiosk.start()
    offer = server.offer(archive(files(VERSION)))
    kiosk.give(offer)
    kiosk.stands("failed", "too slow here")
    kiosk.start()
    kiosk.give(offer | {"rollout": "summer"})
    kiosk.stands("failed", "too slow here")
    assert server.asked == ["/model"]


def test_the_owner_s_choice_holds(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.give(server.offer(archive(files(VERSION))))
    kiosk.stands("trial")
    kiosk.models.roll_back()
    kiosk.stands("declined", "the owner went on to another model")
    kiosk.start()
    kiosk.give(server.offer(archive(files(VERSION))))
    kiosk.stands("declined")
    assert kiosk.models.store.state().current == NOW


def test_a_later_rollout_can_go_back(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.give(server.offer(archive(files(VERSION))))
    kiosk.stands("trial")
    kiosk.models.accept(VERSION)
    kiosk.stands("passed")
    kiosk.give(server.offer(b"", rollout="back", version=NOW))
    assert kiosk.stands("trial").rollout == "back"
    assert kiosk.models.store.state().current == NOW
    assert server.asked == ["/model"], "it was here already"


@pytest.mark.parametrize(
    ("data", "changes", "stand", "words"),
    [
        (archive(files(VERSION), key=None), {}, "waiting", "not signed"),
        (archive(files(VERSION), key=OTHER_KEY), {}, "waiting", "does not trust"),
        (archive(files("8.0.0")), {}, "failed", "the file holds the model 8.0.0, where 9.0.0"),
        (archive(files(VERSION)), {"sha256": "0" * 64}, "waiting", "sha256 differs"),
        (b"no archive", {}, "failed", "not a model archive"),
        (b"x" * 9_000_000, {}, "waiting", "the file is larger than 8.4 MB"),
    ],
    ids=["unsigned", "another key", "another version", "another file", "no archive", "large"],
)
def test_what_is_wrong_is_not_taken(
    kiosk: Kiosk,
    server: HttpsServer,
    data: bytes,
    changes: dict[str, Any],
    stand: str,
    words: str,
) -> None:
    kiosk.models = Models(ModelsConfig(allow_unsigned=True), examine=quick)
    kiosk.start()
    kiosk.give(server.offer(data, **changes))
    kiosk.stands(stand, words)
    assert kiosk.models.store.state().current in ("", NOW)
    assert len(server.asked) < 20, "it waits between two tries"


def test_a_server_that_comes_back_is_asked_again(kiosk: Kiosk, server: HttpsServer) -> None:
    offer = server.offer(archive(files(VERSION)))
    model, server.files["/model"] = server.files["/model"], 503
    kiosk.give(offer)
    kiosk.stands("waiting", "127.0.0.1 answers 503")
    server.files["/model"] = model
    kiosk.stands("trial")


def test_the_configuration_has_the_last_word(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.models = Models(configured="/a/model", examine=quick)
    kiosk.start()
    kiosk.give(server.offer(archive(files(VERSION))))
    kiosk.stands("declined", "the configuration says")
    assert server.asked == []


def test_a_model_with_which_the_kiosk_ends_is_not_tried_for_ever(
    kiosk: Kiosk, server: HttpsServer, own_state: Path
) -> None:
    kiosk.stop()
    offer = server.offer(archive(files(VERSION)))
    RolloutLog(own_state).note(RolloutRecord("spring", offer["sha256"], tries=TRIES))
    kiosk.start()
    kiosk.give(offer)
    kiosk.stands("failed", "the kiosk ended 3 times")


def test_a_disk_that_is_full_is_not_the_models_fault(
    kiosk: Kiosk, server: HttpsServer, own_state: Path
) -> None:
    (own_state / "models").parent.mkdir(parents=True, exist_ok=True)
    (own_state / "models").write_text("in the way")
    offer = server.offer(archive(files(VERSION)))
    kiosk.give(offer)
    end = time.monotonic() + 10
    while server.asked.count("/model") < TRIES + 2:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert kiosk.rollout
    assert kiosk.rollout.outcome
    assert kiosk.rollout.outcome.stand == "waiting"
    (own_state / "models").unlink()
    kiosk.stands("trial")


def test_an_address_that_is_none_ends_nothing(kiosk: Kiosk, server: HttpsServer) -> None:
    offer = server.offer(archive(files(VERSION)))
    kiosk.give(offer | {"url": "https://[/x", "rollout": "broken"})
    kiosk.stands("waiting", "not an address")
    kiosk.give(offer)
    kiosk.stands("trial")


def test_an_offer_that_is_polled(kiosk: Kiosk, server: HttpsServer) -> None:
    kiosk.start(url=f"{server.address}/offer")
    assert kiosk.rollout
    end = time.monotonic() + 5
    while "answers 404" not in kiosk.rollout.fault:
        assert time.monotonic() < end
        time.sleep(0.02)
    server.files["/offer"] = json.dumps(server.offer(archive(files(VERSION)))).encode()
    kiosk.start(url=f"{server.address}/offer")
    kiosk.stands("trial")
    assert kiosk.rollout.fault == ""


def test_what_is_no_offer_is_told_and_changes_nothing(kiosk: Kiosk, server: HttpsServer) -> None:
    assert kiosk.rollout
    kiosk.give(server.offer(archive(files(VERSION))))
    kiosk.rollout.give(b"nonsense")
    assert kiosk.rollout.fault.startswith("the offer cannot be read")
    kiosk.stands("trial")


def test_a_damaged_memory_is_told_and_begun_anew(
    own_state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own_state.mkdir(parents=True, exist_ok=True)
    for text in ("{", "[]", '{"rollouts": [{"rollout": 1, "sha256": ""}]}', '{"rollouts": [1]}'):
        (own_state / "rollouts.json").write_text(text)
        memory = RolloutLog(own_state)
        assert "rollouts are heeded anew" in caplog.text
        caplog.clear()
    memory.note(RolloutRecord("a", "b"), refused="words")
    assert RolloutLog(own_state).recall("c", "b").refused == "words"
