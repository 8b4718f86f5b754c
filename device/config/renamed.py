"""Configuration keys under their old names: they are still read, and each is reported as old.

This is the only place that knows the old names.
"""

from __future__ import annotations

from typing import Any

UNTIL = "0.3.0"
"""The version that no longer reads them."""

TABLES = {"eye": "vision", "panel": "gpio", "before": "previous"}
"""Old and new names of tables; `before` is one of settings.toml."""

KEYS = {
    "gpio.pir": "gpio.motion_sensor",
    "models.unsigned": "models.allow_unsigned",
    "models.slower": "models.max_latency_ratio",
    "web.visitors": "web.visitor_access",
    "web.names": "web.trusted_hosts",
    "fleet.host": "mqtt.host",
    "fleet.port": "mqtt.port",
    "fleet.tls": "mqtt.tls",
    "fleet.ca_file": "mqtt.ca_file",
    "fleet.username": "mqtt.username",
    "fleet.password_file": "mqtt.password_file",
    "fleet.prefix": "mqtt.topic_prefix",
    "fleet.discovery": "mqtt.discovery_prefix",
    "fleet.orders": "fleet.commands",
    "fleet.offers": "fleet.releases",
    "fleet.offers_url": "fleet.releases_url",
}
"""Old and new names of keys; the old ones are under the new name of their table."""

Values = dict[str, Any]


class BothNamesError(Exception):
    """A key is set under its `old` name and under its `new` one."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__(f"{words(old)} is now called {words(new)}; both are set, remove the old")
        self.old = old


def update(values: Values) -> tuple[Values, dict[str, str]]:
    """Return a file's values under the new names.

    Also returns the old dotted name of each table and key that had one, by the new name. Raises
    BothNamesError.
    """
    updated: Values = {}
    old_names: dict[str, str] = {}
    origins: dict[str, str] = {}
    for table, content in values.items():
        new_table = TABLES.get(table, table)
        if new_table != table:
            old_names[new_table] = table
        if not isinstance(content, dict):
            updated.setdefault(new_table, content)
            continue
        updated.setdefault(new_table, {})
        for name, value in content.items():
            origin, new = f"{table}.{name}", new_name(f"{new_table}.{name}")
            if new in origins:
                raise BothNamesError(*((origins[new], new) if origin == new else (origin, new)))
            origins[new] = origin
            if new != f"{new_table}.{name}":
                old_names[new] = origin
            _set(updated, new, value)
    return updated, old_names


def new_name(key: str) -> str:
    """Return the present name of a table or a dotted key."""
    table, dot, name = key.partition(".")
    key = f"{TABLES.get(table, table)}{dot}{name}"
    return KEYS.get(key, key)


def warning(old: str, new: str) -> str:
    """Return the sentence that reports an old name."""
    return f"{words(old)} is now called {words(new)}; the old name is read until version {UNTIL}"


def words(key: str) -> str:
    """Return a table or a dotted key as people write it: "[web]" or "[web] port"."""
    table, dot, name = key.partition(".")
    return f"[{table}] {name}" if dot else f"[{table}]"


def _set(updated: Values, key: str, value: object) -> None:
    table, _, name = key.partition(".")
    tables = updated.setdefault(table, {})
    if isinstance(tables, dict):  # anything else is reported when the values are validated
        tables[name] = value
