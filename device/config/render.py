"""The configuration's reference: a commented configuration file, and tables for docs/CONFIG.md."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

import tomlkit

from device.config.fields import tables
from device.config.stream_url import masked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.config.fields import ConfigKey, ConfigTable

HEAD = """\
The kiosk's configuration. Every key is optional. A commented key shows its default, or an example
for a key without one; to change a key, remove the # before it. After a change: moodlift
check-config, then sudo systemctl restart moodlift. Keys that are set on the settings page override
this file.
"""
WIDTH = 100
_CODE_OR_LESS = re.compile(r"`[^`]*`|<")


def commented(values: dict[str, Any]) -> str:
    """Return a configuration file that explains every key and sets those of `values`.

    `values` are those of a configuration file: tables of keys. Every other key is a comment. A
    password in the address of an IP camera is masked.
    """
    lines = _comment(HEAD)
    for table in tables():
        lines += ["", *_comment(_plain(table.description)), f"[{table.name}]"]
        for key in table.keys:
            lines += ["", *_key(key, values.get(table.name, {}))]
    return "\n".join(lines) + "\n"


def markdown() -> str:
    """Return a heading and a table of keys for each table of the configuration."""
    return "\n".join(line for table in tables() for line in _markdown(table))


def _key(key: ConfigKey, values: dict[str, Any]) -> Iterator[str]:
    limits = f" ({key.values})" if key.values else ""
    yield from _comment(_plain(f"{key.title}{limits}. {key.sentences}"))
    if key.name in values:
        yield f"{key.name} = {_toml(masked(values[key.name]))}"
    else:
        yield f"#{key.name} = {_toml(key.example if key.default is None else key.default)}"


def _markdown(table: ConfigTable) -> Iterator[str]:
    yield f"### [{table.name}]"
    yield ""
    yield re.sub(r"docs/(\w+\.md)", r"[\1](\1)", " ".join(table.description.split()))
    yield ""
    yield "| key | default | values | meaning |"
    yield "|---|---|---|---|"
    for key in table.keys:
        default = "" if key.default is None else f"`{_toml(key.default)}`"
        meaning = _CODE_OR_LESS.sub(_escaped, f"{key.title}. {key.sentences}".strip())
        yield f"| `{key.name}` | {default} | {key.values} | {meaning} |"
    yield ""


def _comment(text: str) -> list[str]:
    text = " ".join(text.split())
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH - 2, break_on_hyphens=False)]


def _escaped(match: re.Match[str]) -> str:
    return "&lt;" if match[0] == "<" else match[0]


def _plain(text: str) -> str:
    """Return a text without Markdown's marks of code."""
    return text.replace("`", "")


def _toml(value: Any) -> str:
    return str(tomlkit.item(value).as_string())
