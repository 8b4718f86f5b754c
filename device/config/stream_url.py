"""Addresses of IP cameras, such as rtsp://user:password@192.168.1.20:554/stream.

Many hold a password, so nothing shows one as it was written: `StreamUrl.shown` stands in messages,
`masked` in settings, `redacted` wherever a wrong value is quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
"""The schemes that can be read, each with the port that is meant where none is written."""
MASK = "********"
"""Stands in place of a password."""

_URL = re.compile(
    rf"(?P<scheme>{'|'.join(PORTS)})://"
    r"(?:(?P<user>[^:/?#]*)(?::(?P<password>[^/?#]*))?@)?"  # up to the last @ before the path
    r"(?P<host>\[[^\[\]/?#@]+\]|[^\[\]:/?#@]+)(?::(?P<port>\d{1,5}))?"
    r"(?P<path>[/?][^#@]*)?",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"([^/?&=\s]{0,32}(?:pass|pwd|pw|token|key|auth|secret)[^/?&=\s]{0,32}=)[^/?&#\s]+",
    re.IGNORECASE,
)
"""A parameter that holds a secret, as cameras take them in a path or a query."""
_NO_PORT = re.compile(r"(//[^/:]*:)(?!\d{1,5}(?:[/?]|$)).*", re.DOTALL)
_HIDDEN = rf"\1{MASK}"
_KEPT_IN_PATH = "/?&=%:;,+~!$'()*"


@dataclass(frozen=True, slots=True)
class StreamUrl:
    """An address: `url` is for FFmpeg, `shown` is scheme, host and port, for people."""

    url: str
    shown: str
    host: str
    port: int


def is_stream(source: str) -> bool:
    """Return whether a camera's source is the address of an IP camera, right or wrong."""
    return source.partition("://")[0].lower() in PORTS and "://" in source


def parse(source: str) -> StreamUrl:
    """Split an address. Raises ValueError, whose text shows nothing of it."""
    match = _URL.fullmatch(source)
    if match is None:
        raise ValueError(
            "should be such as rtsp://user:password@192.168.1.20:554/stream; in a name, a password"
            " or a path, / ? # @ of its own are written %2F %3F %23 %40"
        )
    scheme, host = match["scheme"].lower(), match["host"]
    port = int(match["port"] or PORTS[scheme])
    if not 1 <= port <= 65_535:
        raise ValueError("should have a port from 1 to 65535")
    if MASK in source:
        raise ValueError(f"should have the camera's password in place of {MASK}")
    place = host if match["port"] is None else f"{host}:{port}"
    user = "" if match["user"] is None else f"{_encoded(match['user'])}@"
    if match["password"] is not None:
        user = f"{_encoded(match['user'])}:{_encoded(match['password'])}@"
    path = quote(match["path"] or "", safe=_KEPT_IN_PATH)
    return StreamUrl(
        f"{scheme}://{user}{place}{path}", f"{scheme}://{place}", host.strip("[]"), port
    )


def masked(value: Any) -> Any:
    """Return a value of the configuration, with a mask for each password in a camera's address."""
    if not isinstance(value, str) or not is_stream(value):
        return value
    scheme, _, rest = value.partition("://")
    info, at, place = rest.rpartition("@")
    if at and ":" in info:
        rest = f"{info.partition(':')[0]}:{MASK}@{place}"
    return f"{scheme}://{_SECRET.sub(_HIDDEN, rest)}"


def redacted(value: str) -> str:
    """Return any text without what may be a password in an address, also in a misspelled one."""
    info, at, place = value.rpartition("@")
    if at and ":" in info:
        value = f"{MASK}@{place}"
    return _SECRET.sub(_HIDDEN, _NO_PORT.sub(_HIDDEN, value))


def _encoded(text: str) -> str:
    """Percent-encode a name or a password, which may be encoded already."""
    return quote(unquote(text), safe="")
