"""The command `moodlift fleet`: this kiosk's name among many, and the operator's tools."""

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

HALTED = 3
"""Exit status when a rollout was halted."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its own ones."""
    fleet = commands.add_parser("fleet", help="many kiosks: see how they do, roll a model out")
    kinds = fleet.add_subparsers(required=True, metavar="WHAT")
    own = kinds.add_parser("id", help="this kiosk's name among many")
    own.set_defaults(run=_id)
    show = kinds.add_parser("list", help="the kiosks that the broker knows")
    show.add_argument("--json", action="store_true", help="print a JSON object per kiosk")
    show.set_defaults(run=_list)
    offer = kinds.add_parser("offer", help="describe a model archive, for rollout or a web server")
    offer.add_argument("file", type=Path, metavar="FILE", help="NAME.moodlift")
    offer.add_argument("--url", required=True, help="where kiosks fetch it, by HTTPS")
    offer.add_argument("--rollout", metavar="NAME", help="a name; the version if there is none")
    offer.add_argument("--percent", type=float, default=100.0, metavar="P", help="default 100")
    offer.set_defaults(run=_offer)
    roll = kinds.add_parser("rollout", help="offer a model to more and more kiosks, or halt")
    roll.add_argument("offer", type=Path, metavar="OFFER.json", help="what `fleet offer` printed")
    roll.add_argument("--stages", type=_stages, default="1,10,50,100", metavar="P,P,...")
    roll.add_argument("--minutes", type=float, default=20.0, help="a stage lasts as long, at least")
    roll.add_argument(
        "--failures", type=float, default=2.0, metavar="P", help="more than so many percent halt it"
    )
    roll.set_defaults(run=_roll_out)
    for one in (own, show, roll):
        one.add_argument("--config", type=Path, metavar="FILE", help="another configuration file")


def _stages(text: str) -> tuple[float, ...]:
    stages = tuple(float(one) for one in text.split(","))
    if list(stages) != sorted(set(stages)) or not 0.0 < stages[0] <= stages[-1] <= 100.0:
        raise argparse.ArgumentTypeError(f"{text}: should be rising percentages, as 1,10,50,100")
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

    desk = OperatorClient(_config(options).mqtt, states=True)
    desk.open()
    desk.close()
    for kiosk, online in sorted(desk.online.items()):
        state = desk.states.get(kiosk, {})
        if options.json:
            print(json.dumps({"id": kiosk, "online": online, "state": state}))
            continue
        problems = ", ".join(map(str, state.get("problems") or ())) or "no problems"
        told = desk.outcomes.get(kiosk)
        rollout = f"; {told.rollout}: {told.version} {told.stand} {told.reason}" if told else ""
        here = "online" if online else "offline"
        print(f"{kiosk}  {here:7}  model {state.get('model', '?')!s:8}  {problems}{rollout}")
    return 0


def _offer(options: argparse.Namespace) -> int:
    from device.fleet import release as offers
    from device.models import archive
    from device.vision.bundle import MANIFEST

    try:
        data = options.file.read_bytes()
        version = json.loads(archive.read(data).files[MANIFEST])["version"]
    except OSError as error:
        raise ReleaseError(f"{options.file}: {error.strerror}") from error
    except (BundleError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{options.file}: {error}") from error
    told = {
        "rollout": options.rollout or version,
        "version": version,
        "url": options.url,
        "sha256": hashlib.sha256(data).hexdigest(),
        "percent": options.percent,
    }
    print(offers.parse(json.dumps(told).encode()).model_dump_json(indent=2))
    return 0


def _roll_out(options: argparse.Namespace) -> int:
    from device.fleet import release as offers
    from device.fleet.campaign import Plan
    from device.fleet.operator import OperatorClient, roll_out

    try:
        offer = offers.parse(options.offer.read_bytes())
    except OSError as error:
        raise ReleaseError(f"{options.offer}: {error.strerror}") from error
    plan = Plan(options.stages, 60.0 * options.minutes, options.failures)
    desk = OperatorClient(_config(options).mqtt)
    if not roll_out(desk, offer, plan, lambda line: print(line, flush=True)):
        print(f"{offer.rollout} is halted: too many kiosks have failed", file=sys.stderr)
        return HALTED
    print(f"{offer.rollout}: done")
    return 0
