"""`moodlift pair`: let a browser or a program in to the owner's pages, or revoke all access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.cli import arguments

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    pair = commands.add_parser("pair", help="let a browser in to the owner's pages")
    arguments.add_config(pair)
    what = pair.add_mutually_exclusive_group()
    what.add_argument("--token", action="store_true", help="print the API token")
    what.add_argument(
        "--revoke", action="store_true", help="log out all browsers and generate a new API token"
    )
    pair.set_defaults(run=_pair)


def _pair(options: argparse.Namespace) -> int:
    if options.token:
        _print_token()
    elif options.revoke:
        _revoke()
    else:
        _print_link(options)
    return 0


def _print_token() -> None:
    from device.system.paths import state_directory
    from device.web.auth.sessions import SessionStore

    sessions = SessionStore(state_directory())
    sessions.check()
    print(sessions.token)


def _revoke() -> None:
    from device.system.paths import state_directory
    from device.web.auth.sessions import SessionStore

    sessions = SessionStore(state_directory())
    sessions.revoke()
    sessions.check()
    print("All sessions revoked; a new API token was generated.")


def _print_link(options: argparse.Namespace) -> None:
    from device.config.settings import Settings
    from device.system.paths import state_directory
    from device.web.auth import pairing
    from device.web.server.lan import url

    config = Settings(options.config).config.web
    address = url(config.host, config.port, secure=config.https != "off")
    print(f"{address}pair/{pairing.write_code(state_directory())}")
    print("Open this link in one browser within five minutes, and press the button there.")
