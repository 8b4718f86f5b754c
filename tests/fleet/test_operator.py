"""The operator's tool against a real broker and simulated kiosks: it goes on, or it halts."""

from __future__ import annotations

import asyncio
import json
import sys
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from device.cli import main
from device.fleet import release as releases
from device.fleet import report
from tests.load.simulated_kiosks import Crowd, Simulated, running, until
from tests.support.brokers import Listener, Mosquitto
from tests.support.bundles import archive, files
from tests.support.fleets import QUICK, sample

if TYPE_CHECKING:
    from pathlib import Path

KIOSKS = [f"kiosk-{number}" for number in range(150)]


@pytest.fixture
def release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Have the tool describe a model archive."""
    model = tmp_path / "emotion-9.0.0.moodlift"
    model.write_bytes(archive(files("9.0.0")))
    path = tmp_path / "release.json"
    command = [
        "fleet",
        "release",
        str(model),
        "--url",
        "https://models.example/a",
        "--rollout",
        "r",
    ]
    assert main.main(command) == 0
    path.write_text(capsys.readouterr().out)
    return path


def config(folder: Path, port: int) -> Path:
    path = folder / "operator.toml"
    path.write_text(f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\ntls = false\n')
    return path


def simulated(crowd: Crowd) -> list[Simulated]:
    state = report.state(sample())
    return [Simulated(crowd, name, lambda _now: state) for name in KIOSKS]


async def roll_out(folder: Path, release: Path, port: int, stages: str) -> tuple[int, str, str]:
    """Run the tool as the operator does."""
    arguments = ["fleet", "rollout", release, "--config", config(folder, port), "--stages", stages]
    arguments += ["--stage-minutes", "0.01", "--max-failed", "5"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "device", *map(str, arguments),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


def released(port: int) -> dict[str, Any]:
    """Return the release that the broker has retained."""
    with Listener(port, "moodlift/release") as later:
        later.until(lambda: later.kept)
        got: dict[str, Any] = json.loads(later.kept["moodlift/release"])
        return got


@pytest.mark.slow
def test_a_good_model_reaches_all(tmp_path: Path, release: Path) -> None:
    async def go(port: int) -> tuple[int, str, str]:
        crowd = Crowd(port, Random(1), QUICK)
        async with running(simulated(crowd)):
            await until(lambda: crowd.online == len(KIOSKS))
            done = await roll_out(tmp_path, release, port, "10,50,100")
            assert crowd.installed == set(KIOSKS)
            return done

    with Mosquitto(tmp_path) as broker:
        code, output, errors = asyncio.run(go(broker.port))
        assert (code, errors) == (0, "")
        assert output.splitlines()[-1] == "r: done"
        shares = [line.split(" %")[0] for line in output.splitlines()[:-1]]
        assert list(dict.fromkeys(shares)) == ["10", "50", "100"]
        assert released(broker.port)["percent"] == 100.0


@pytest.mark.slow
def test_where_a_fifth_fails_it_halts_by_itself(tmp_path: Path, release: Path) -> None:
    async def go(port: int) -> tuple[int, str, str]:
        crowd = Crowd(port, Random(1), QUICK, faulty=frozenset(KIOSKS[::5]))
        async with running(simulated(crowd)):
            await until(lambda: crowd.online == len(KIOSKS))
            done = await roll_out(tmp_path, release, port, "10,50,100")
            tenth = releases.parse(release.read_bytes()).model_copy(update={"percent": 10.0})
            assert crowd.installed == {one for one in KIOSKS if tenth.includes(one)}
            assert 0 < len(crowd.installed) < 30
            # A kiosk that connects only now is spared as well.
            late = Crowd(port, Random(1), QUICK)
            async with running([Simulated(late, "kiosk-late", lambda _now: {})]):
                await until(lambda: late.online)
                await asyncio.sleep(0.3)
                assert late.installed == set()
            return done

    with Mosquitto(tmp_path) as broker:
        code, _, errors = asyncio.run(go(broker.port))
        assert code == 3
        assert errors == "r: halted, too many kiosks failed\n"
        assert released(broker.port)["percent"] == 0.0
        code, _, errors = asyncio.run(roll_out(tmp_path, release, broker.port, "10,100"))
        assert code == 2
        assert "the rollout r was halted; choose another name" in errors


@pytest.mark.slow
def test_a_broker_that_forgets_holds_it_up_and_no_more(tmp_path: Path, release: Path) -> None:
    async def go(broker: Mosquitto) -> tuple[int, str, str]:
        crowd = Crowd(broker.port, Random(1), QUICK)
        async with running(simulated(crowd)):
            await until(lambda: crowd.online == len(KIOSKS))
            rollout = asyncio.create_task(roll_out(tmp_path, release, broker.port, "10,50,100"))
            await until(lambda: crowd.installed)
            await asyncio.to_thread(broker.stop, True)
            await until(lambda: crowd.online == 0)
            await asyncio.to_thread(broker.start)
            return await rollout

    with Mosquitto(tmp_path) as broker:
        code, output, errors = asyncio.run(go(broker))
        assert code == 0, errors
        assert output.splitlines()[-1] == "r: done"
        assert errors.count("; trying again") == 1
        assert released(broker.port)["percent"] == 100.0


def test_another_file_needs_another_name(tmp_path: Path, release: Path) -> None:
    with Mosquitto(tmp_path) as broker, Listener(broker.port) as operator:
        other = json.loads(release.read_text()) | {"percent": 50.0, "sha256": "0" * 64}
        operator.say("moodlift/release", json.dumps(other), kept=True)
        code, _, errors = asyncio.run(roll_out(tmp_path, release, broker.port, "10,100"))
    assert code == 2
    assert "the rollout r is of another file; choose another name" in errors


@pytest.mark.slow
def test_what_was_left_is_gone_on_with(tmp_path: Path, release: Path) -> None:
    async def go(port: int) -> tuple[int, str, str]:
        crowd = Crowd(port, Random(1), QUICK)
        async with running(simulated(crowd)):
            await until(lambda: crowd.online == len(KIOSKS))
            return await roll_out(tmp_path, release, port, "10,50,100")

    with Mosquitto(tmp_path) as broker, Listener(broker.port) as operator:
        half = json.loads(release.read_text()) | {"percent": 50.0}
        operator.say("moodlift/release", json.dumps(half), kept=True)
        code, output, _ = asyncio.run(go(broker.port))
    assert code == 0
    assert output.startswith("50 %: ")


@pytest.mark.slow
def test_the_kiosks_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Mosquitto(tmp_path) as broker, Listener(broker.port) as operator:
        operator.say("moodlift/kiosk-1/online", "online", kept=True)
        state = report.state(sample()) | {"problems": ["camera"]}
        operator.say("moodlift/kiosk-1/state", report.encode(state), kept=True)
        operator.say("moodlift/kiosk-2/online", "offline", kept=True)
        operator.say("moodlift/kiosk-2/state", "nonsense", kept=True)
        path = str(config(tmp_path, broker.port))
        assert main.main(["fleet", "list", "--config", path]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].split() == ["kiosk-1", "online", "model", "0.5.0", "camera"]
        assert lines[1].split()[:2] == ["kiosk-2", "offline"]
        assert main.main(["fleet", "list", "--json", "--config", path]) == 0
        output = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert output[0]["state"]["mood"] == "happy"


def test_this_kiosk_s_own_name(own_state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["fleet", "id"]) == 0
    assert capsys.readouterr().out == (own_state / "fleet-id").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list",), "no broker is configured: set [mqtt] host"),
        (("rollout", "none.json"), "none.json: No such file or directory"),
        (("release", "none", "--url", "https://a/b"), "none: No such file or directory"),
        (("release", __file__, "--url", "https://a/b"), "not a model archive"),
    ],
)
def test_what_cannot_be_done_is_reported_in_a_line(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["fleet", *arguments]) == 2
    errors = capsys.readouterr().err
    assert words in errors
    assert len(errors.splitlines()) == 1


def test_a_wrong_configuration_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "operator.toml"
    path.write_text("[mqtt]\nhots = 1\n", "utf-8")
    assert main.main(["fleet", "list", "--config", str(path)]) == 2
    assert "operator.toml:2: mqtt.hots: unknown key" in capsys.readouterr().err


@pytest.mark.parametrize("stages", ["10,5", "0,10", "10,101", "10,10", "all"])
def test_stages_that_do_not_rise_are_refused(stages: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main.main(["fleet", "rollout", "release.json", "--stages", stages])
