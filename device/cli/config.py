"""`moodlift config`: print everything that can be configured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    config = commands.add_parser("config", help="print what can be configured")
    form = config.add_mutually_exclusive_group(required=True)
    form.add_argument(
        "--commented", action="store_true", help="a configuration file that explains every key"
    )
    form.add_argument("--markdown", action="store_true", help="the tables of docs/CONFIG.md")
    form.add_argument("--schema", action="store_true", help="a JSON schema, for editors")
    config.add_argument(
        "--config", type=Path, metavar="FILE", help="with --commented: set the keys of this file"
    )
    config.set_defaults(run=_config)


def _config(options: argparse.Namespace) -> int:
    from device.config import file, render
    from device.config.schema import Config

    if options.commented:
        given = file.read(options.config) if options.config else file.ConfigFile()
        file.validate(given.values, given)
        print(render.commented(given.values), end="")
    elif options.markdown:
        print(render.markdown(), end="")
    else:
        print(json.dumps(Config.model_json_schema(), indent=2))
    return 0
