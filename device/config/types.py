"""Types of values in the configuration, commands and manifests, each with its validation."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, WithJsonSchema

from device.config import stream_url
from device.config.hours import Hours
from device.messages import EMOTIONS

SOURCE_HELP = (
    "auto, picamera2, usb:<name or /dev path>, file:<video, picture or folder>, or the rtsp:// or"
    " http:// address of an IP camera"
)

MAX_LINE_LENGTH = 4096
MAX_HOST_LENGTH = 253
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
"""The begin of a URL (RFC 3986, section 3.1)."""
LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
"""A part of a host name between dots (RFC 1123, section 2.1), also with the underscores of some."""
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def listed(value: Any) -> Any:
    """Return a list as a tuple, and a single text as one of one: keys that take either."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _line(value: str) -> str:
    if len(value) > MAX_LINE_LENGTH or re.search(r"[\x00-\x1f\x7f]", value):
        raise ValueError(f"should be one line of at most {MAX_LINE_LENGTH} characters")
    return value


def _source(value: str) -> str:
    if stream_url.is_stream(value):
        _host(stream_url.parse(value).host)
        return value
    kind, colon, rest = value.partition(":")
    named = kind in ("usb", "file") and colon and rest and not URL.match(rest)
    if value in ("auto", "picamera2") or named or kind == "fake":
        return value
    raise ValueError(f"should be {SOURCE_HELP}")


def _path(value: str) -> str:
    if URL.match(value):
        raise ValueError("should be a path on this machine, not a URL")
    if value != value.strip():
        raise ValueError("should be a path without spaces around it")
    return value


def _hours(value: str) -> str:
    Hours.parse(value)
    return value


def _host(value: str) -> str:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(value)
        return value
    name = value.removesuffix(".")  # the root's, which a browser may send along
    is_name = len(name) <= MAX_HOST_LENGTH and re.fullmatch(rf"{LABEL}(\.{LABEL})*", name)
    if not is_name or name.rpartition(".")[2].isdecimal():  # 192.168.1.500 is not a name either
        raise ValueError(
            "should be an address, or a name in ASCII as mood.example.org (ü is xn--…);"
            " without https:// and the like, and without a port"
        )
    return name


def _tls_host(value: str) -> str:
    if value.endswith("."):
        raise ValueError("should have no dot at its end: no certificate is for such a name")
    return _host(value) if value else value


def _https_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host = _tls_host(parts.hostname or "")
        is_url = parts.scheme == "https" and bool(host) and parts.port != 0
    except ValueError:
        is_url = False
    if value and (not is_url or parts.username or not re.fullmatch(r"[!-~]+", value)):
        raise ValueError("should be an HTTPS URL as https://models.example.org/release.json")
    return value


def _network(value: str) -> str:
    try:
        network = ipaddress.ip_network(value)
        if not network.prefixlen:
            raise ValueError("that is everybody")
        return str(network)
    except ValueError as error:
        raise ValueError(
            f"should be an address, or a network such as 172.30.32.0/23: {error}"
        ) from error


def _origin(value: str) -> str:
    host = rf"{LABEL}(?:\.{LABEL})*|\[[0-9a-f:]+]"
    found = re.fullmatch(rf"(https?)://({host})(:\d+)?/?", value.lower())
    if not found:
        raise ValueError("should be scheme and host, such as https://home.example.org:8123")
    scheme, host, port = found.groups("")
    return f"{scheme}://{host}{'' if port == DEFAULT_PORTS[scheme] else port}"  # as browsers do


def _emotion(value: str) -> str:
    if value not in EMOTIONS:
        raise ValueError(f"should be one of {', '.join(EMOTIONS)}")
    return value


Line = Annotated[str, AfterValidator(_line)]
HostName = Annotated[str, AfterValidator(_host)]
BrokerName = Annotated[str, AfterValidator(_tls_host)]
HttpsUrl = Annotated[str, AfterValidator(_https_url)]
FilePath = Annotated[Line, AfterValidator(_path)]
Network = Annotated[str, AfterValidator(_network)]
Origin = Annotated[str, AfterValidator(_origin)]
Source = Annotated[Line, AfterValidator(_source)]
HoursText = Annotated[str, AfterValidator(_hours)]
Emotion = Annotated[
    str,
    AfterValidator(_emotion),
    WithJsonSchema({"type": "string", "enum": list(EMOTIONS)}),
]
Pin = Annotated[int, Field(ge=0, le=27)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Seconds = Annotated[float, Field(ge=0.0, le=3600.0)]
