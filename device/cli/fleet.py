"""`moodlift fleet`: this kiosk's id, and the operator's tools for many kiosks."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from device.errors import BundleError, ConfigError, ReleaseError

if TYPE_CHECKING:
    from device.config.schema import Config
    from device.fleet.release import ModelRelease

HALTED = 3
"""Exit status of a rollout that was halted."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its subcommands."""
    fleet = commands.add_parser("fleet", help="many kiosks: show their state, roll out a model")
    kinds = fleet.add_subparsers(required=True, metavar="COMMAND")
    own = kinds.add_parser("id", help="print this kiosk's id")
    own.set_defaults(run=_id)
    show = kinds.add_parser("list", help="list the kiosks that the broker knows")
    show.add_argument("--json", action="store_true", help="print one JSON object per kiosk")
    show.set_defaults(run=_list)
    _add_release(kinds)
    roll = kinds.add_parser("rollout", help="release a model to more and more kiosks")
    roll.add_argument(
        "release", type=Path, metavar="RELEASE.json", help="the output of `fleet release`"
    )
    roll.add_argument(
        "--stages",
        type=_stages,
        default="1,10,50,100",
        metavar="P,P,...",
        help="rising percentages of the kiosks (default: 1,10,50,100)",
    )
    roll.add_argument(
        "--stage-minutes",
        type=float,
        default=20.0,
        metavar="N",
        help="minimum duration of a stage (default: 20)",
    )
    roll.add_argument(
        "--max-failed",
        type=float,
        default=2.0,
        metavar="P",
        help="halt when more than P percent of a stage's kiosks fail (default: 2)",
    )
    roll.set_defaults(run=_roll_out)
    for one in (own, show, roll):
        one.add_argument("--config", type=Path, metavar="FILE", help="configuration file")


def _add_release(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    release = kinds.add_parser("release", help="describe a model archive for a rollout, as JSON")
    release.add_argument("file", type=Path, metavar="FILE", help="NAME.moodlift")
    release.add_argument("--url", required=True, help="HTTPS URL from which kiosks download it")
    release.add_argument(
        "--rollout", metavar="NAME", help="name of the rollout (default: the version)"
    )
    release.add_argument(
        "--percent",
        type=float,
        default=100.0,
        metavar="P",
        help="share of the kiosks, for a release on a web server (default: 100)",
    )
    release.set_defaults(run=_release)


def _stages(text: str) -> tuple[float, ...]:
    stages = tuple(float(one) for one in text.split(","))
    if list(stages) != sorted(set(stages)) or not 0.0 < stages[0] <= stages[-1] <= 100.0:
        raise argparse.ArgumentTypeError(f"{text}: expected rising percentages, e.g. 1,10,50,100")
    return stages


def _config(options: argparse.Namespace) -> Config:
    from device.config.settings import Settings

    settings = Settings(options.config)
    if settings.fault:
        raise ConfigError(settings.fault)
    return settings.config


def _id(options: argparse.Namespace) -> int:
    from device.fleet.identity import device_id
    from device.system.paths import state_directory

    print(_config(options).fleet.id or device_id(state_directory()))
    return 0


def _list(options: argparse.Namespace) -> int:
    from device.fleet.operator import OperatorClient

    client = OperatorClient(_config(options).mqtt, states=True)
    client.open()
    client.close()
    for kiosk, online in sorted(client.online.items()):
        state = client.states.get(kiosk, {})
        if options.json:
            print(json.dumps({"id": kiosk, "online": online, "state": state}))
            continue
        problems = ", ".join(map(str, state.get("problems") or ())) or "no problems"
        status = client.statuses.get(kiosk)
        rollout = f"; {status.rollout}: {status.version} {status.state}" if status else ""
        reason = f" ({status.reason})" if status and status.reason else ""
        connection = "online" if online else "offline"
        model = str(state.get("model", "?"))
        print(f"{kiosk}  {connection:7}  model {model:8}  {problems}{rollout}{reason}")
    return 0


def _release(options: argparse.Namespace) -> int:
    from device.fleet import release as releases
    from device.models import archive
    from device.vision.bundle import MANIFEST

    try:
        data = options.file.read_bytes()
        version = json.loads(archive.read(data).files[MANIFEST])["version"]
    except OSError as error:
        raise ReleaseError(f"{options.file}: {error.strerror}") from error
    except (BundleError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{options.file}: {error}") from error
    values = {
        "rollout": options.rollout or version,
        "version": version,
        "url": options.url,
        "sha256": hashlib.sha256(data).hexdigest(),
        "percent": options.percent,
    }
    print(releases.parse(json.dumps(values).encode()).model_dump_json(indent=2))
    return 0


def _read_release(path: Path) -> ModelRelease:
    from device.fleet import release as releases

    try:
        return releases.parse(path.read_bytes())
    except OSError as error:
        raise ReleaseError(f"{path}: {error.strerror}") from error


def _roll_out(options: argparse.Namespace) -> int:
    from device.fleet.operator import OperatorClient, roll_out
    from device.fleet.staged_rollout import Plan

    release = _read_release(options.release)
    plan = Plan(options.stages, 60.0 * options.stage_minutes, options.max_failed)
    client = OperatorClient(_config(options).mqtt)
    if not roll_out(client, release, plan, lambda line: print(line, flush=True)):
        print(f"{release.rollout}: halted, too many kiosks failed", file=sys.stderr)
        return HALTED
    print(f"{release.rollout}: done")
    return 0
