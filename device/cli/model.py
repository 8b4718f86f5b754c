"""The command `moodlift model`: what is installed, another one, and the way back."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from device.errors import BundleError, ModelsError

if TYPE_CHECKING:
    import argparse

    from device.deployment.acceptance import Benchmark
    from device.deployment.models import ModelEntry, Models

STDIN = Path("-")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its own ones."""
    model = commands.add_parser("model", help="install another model, or go back to the last one")
    kinds = model.add_subparsers(required=True, metavar="WHAT")
    show = kinds.add_parser("list", help="the models that are here, the one that serves first")
    show.add_argument("--json", action="store_true", help="print a JSON list")
    show.set_defaults(run=_list)
    install = kinds.add_parser("install", help="check a model archive, and have it serve, on trial")
    install.add_argument("file", type=Path, metavar="FILE", help="NAME.moodlift; - reads stdin")
    install.add_argument("--unsigned", action="store_true", help="also if nobody signed it")
    install.set_defaults(run=_install)
    use = kinds.add_parser("use", help="have a model serve that is here, on trial")
    use.add_argument("version", metavar="VERSION")
    use.set_defaults(run=_use)
    back = kinds.add_parser("rollback", help="go back to the last good model at once")
    back.set_defaults(run=_roll_back)
    for one in (show, install, use, back):
        one.add_argument("--config", type=Path, metavar="FILE", help="another configuration file")
    trust = kinds.add_parser("trust", help="take models that are signed with a key")
    what = trust.add_mutually_exclusive_group()
    what.add_argument("file", type=Path, nargs="?", metavar="KEY.pem", help="the public key")
    what.add_argument("--forget", metavar="ID", help="trust a key no longer")
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
        print(f"vision.model in the configuration says which serves: {models.configured}")
    for one in entries:
        print(_line(one))
    return 0


def _line(one: ModelEntry) -> str:
    right = "" if one.accuracy is None else f"{one.accuracy:.1%} right"
    by = f"signed by {one.signed}" if one.signed else "unsigned" if one.installed else "shipped"
    line = f"{one.version:10} {one.state:10} {right:12} {one.date:10}  {by}"
    return f"{line}\n{'':10} {one.words}" if one.words else line


def _install(options: argparse.Namespace) -> int:
    models, data = _models(options), _read(options.file)
    try:
        found = models.install(data, options.unsigned)
    except BundleError as error:
        raise BundleError(f"{options.file}: {error}") from error
    _tell(found, models)
    return 0


def _use(options: argparse.Namespace) -> int:
    models = _models(options)
    _tell(models.use(options.version), models)
    return 0


def _roll_back(options: argparse.Namespace) -> int:
    print(f"{_models(options).roll_back()} serves again")
    return 0


def _trust(options: argparse.Namespace) -> int:
    from device.models.keyring import Keyring

    ring = Keyring()
    if options.forget:
        ring.forget(options.forget)
        print(f"{options.forget} is trusted no longer")
    elif options.file:
        try:
            print(f"models signed with {ring.trust(_read(options.file))} are taken from now on")
        except ModelsError as error:
            raise ModelsError(f"{options.file}: {error}") from error
    else:
        for name, (path, _) in ring.keys().items():
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


def _tell(found: Benchmark, models: Models) -> None:
    compared = f" (the present one {found.present_ms:.2f} ms)" if found.present_ms else ""
    print(f"{found.version} passed every check: {found.ms:.2f} ms for a face{compared}")
    if models.store.state().trial:
        minutes = models.config.trial_minutes
        print(f"it serves from now on, for {minutes:g} minutes of seeing on trial")
