"""`moodlift model`: list, install, use and trust models, and roll back."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from device.cli import arguments
from device.errors import BundleError, ModelsError

if TYPE_CHECKING:
    import argparse

    from device.deployment.acceptance import Benchmark
    from device.deployment.models import ModelEntry, Models

STDIN = Path("-")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its subcommands."""
    model = commands.add_parser("model", help="install another model, or roll back")
    kinds = model.add_subparsers(required=True, metavar="COMMAND")
    show = kinds.add_parser("list", help="list the models, the one in use first")
    show.add_argument("--json", action="store_true", help="print a JSON array")
    show.set_defaults(run=_list)
    install = kinds.add_parser("install", help="check a model archive and put it on trial")
    install.add_argument(
        "file", type=Path, metavar="FILE", help="NAME.moodlift; - for standard input"
    )
    install.add_argument(
        "--allow-unsigned", action="store_true", help="accept an archive without signature"
    )
    install.set_defaults(run=_install)
    use = kinds.add_parser("use", help="put an installed model on trial")
    use.add_argument("version", metavar="VERSION")
    use.set_defaults(run=_use)
    back = kinds.add_parser("rollback", help="return to the previous model at once")
    back.set_defaults(run=_roll_back)
    for one in (show, install, use, back):
        arguments.add_config(one)
    trust = kinds.add_parser("trust", help="list, add or remove trusted keys")
    what = trust.add_mutually_exclusive_group()
    what.add_argument("file", type=Path, nargs="?", metavar="KEY.pem", help="public key to add")
    what.add_argument("--remove", metavar="ID", help="id of the key to remove")
    trust.set_defaults(run=_trust)


def _models(options: argparse.Namespace) -> Models:
    from device.config.settings import Settings
    from device.deployment.models import Models

    config = Settings(options.config).config
    return Models(config.models, config.vision.model)


def _list(options: argparse.Namespace) -> int:
    models = _models(options)
    entries = models.entries()
    if options.json:
        print(json.dumps([dataclasses.asdict(one) for one in entries], indent=2))
        return 0
    if models.configured:
        print(f"vision.model in the configuration selects the model: {models.configured}")
    for one in entries:
        print(_line(one))
    return 0


def _line(one: ModelEntry) -> str:
    accuracy = "" if one.accuracy is None else f"{one.accuracy:.1%} accuracy"
    origin = f"signed by {one.signed}" if one.signed else "unsigned" if one.installed else "shipped"
    line = f"{one.version:10} {one.state:10} {accuracy:14} {one.date:10}  {origin}"
    return f"{line}\n{'':10} {one.words}" if one.words else line


def _install(options: argparse.Namespace) -> int:
    models, data = _models(options), _read(options.file)
    try:
        found = models.install(data, options.allow_unsigned)
    except BundleError as error:
        raise BundleError(f"{options.file}: {error}") from error
    _report(found, models)
    return 0


def _use(options: argparse.Namespace) -> int:
    models = _models(options)
    _report(models.use(options.version), models)
    return 0


def _roll_back(options: argparse.Namespace) -> int:
    print(f"{_models(options).roll_back()} is in use again")
    return 0


def _trust(options: argparse.Namespace) -> int:
    from device.models.keyring import Keyring

    keyring = Keyring()
    if options.remove:
        keyring.remove(options.remove)
        print(f"key {options.remove} removed")
    elif options.file:
        try:
            print(f"key {keyring.trust(_read(options.file))} is trusted from now on")
        except ModelsError as error:
            raise ModelsError(f"{options.file}: {error}") from error
    else:
        for name, (path, _) in keyring.keys().items():
            print(f"{name}  {path}")
    return 0


def _read(path: Path) -> bytes:
    """Return a file's content. Raises BundleError when it cannot be read."""
    if path == STDIN:
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}") from error


def _report(found: Benchmark, models: Models) -> None:
    compared = f" (present model: {found.present_ms:.2f} ms)" if found.present_ms else ""
    print(f"{found.version} passed all checks: {found.ms:.2f} ms per face{compared}")
    if models.store.state().trial:
        minutes = models.config.trial_minutes
        print(f"it is in use from now on, on trial for {minutes:g} minutes of operation")
