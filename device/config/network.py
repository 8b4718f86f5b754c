"""The sections of the status page and of a fleet."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, model_validator

from device.config.section import ConfigSection, setting
from device.config.types import (
    BrokerName,
    FilePath,
    HostName,
    HttpsUrl,
    Line,
    Network,
    Origin,
)


class WebConfig(ConfigSection):
    """The status page; see docs/WEB.md."""

    model_config = ConfigDict(title="Status page")

    enabled: bool = setting(True, "Serve the status page")
    host: HostName = setting(
        "127.0.0.1",
        "Address to listen on",
        "An address or a name of this machine. 127.0.0.1 is reachable from this machine only,"
        " 0.0.0.0 from the network: everybody there may see the status; everything else needs the"
        " owner's login.",
    )
    port: int = setting(8080, "Port", ge=1, le=65535)
    viewers: int = setting(
        8,
        "Browsers that see the live picture at once",
        ge=1,
        le=32,
        unit="browsers",
        editable=True,
    )
    blur_faces: bool = setting(
        False,
        "Hide faces in the live picture at first",
        "The owner can show them there.",
        editable=True,
    )
    visitor_access: bool = setting(
        True,
        "Visitors may try it",
        "The code on the stage lets them in, with their own camera.",
        editable=True,
    )
    https: Literal["off", "auto", "own"] = setting(
        "off",
        "HTTPS",
        "With `auto` the kiosk's own authority issues its certificate: browsers ask once to trust"
        " it, unless they trust what /certificate offers; with `own` it uses `certificate` and"
        " `key`. Visitors' phones lend /try their camera over HTTPS only.",
    )
    certificate: FilePath = setting(
        "", "Certificate file", "PEM, with the certificates between it and its authority."
    )
    key: FilePath = setting("", "File of the certificate's key", "PEM, without a password.")
    metrics_token_file: FilePath = setting(
        "",
        "File with the monitor's token",
        "Its first line, as a bearer token, gives access to /metrics and nothing else.",
    )
    trusted_hosts: list[HostName] = setting(
        [],
        "Other host names of this machine",
        "The page answers to these and to the machine's own names. Such as"
        ' ["mood.example.org"], in ASCII and without a port: küche.local is xn--kche-0ra.local.',
    )

    trusted_proxies: list[Network] = setting(
        [],
        "Reverse proxies in front of the page",
        'Addresses or networks, such as ["127.0.0.1"]. Only their X-Forwarded-For, -Proto, -Host'
        " and -Prefix, and X-Ingress-Path, are believed.",
    )
    frame_ancestors: list[Origin] = setting(
        [],
        "Sites that may show the page in a frame",
        'Such as ["https://home.example.org"].',
    )
    cors_origins: list[Origin] = setting(
        [],
        "Sites whose pages may call the API",
        "With the owner's token, or as the browser that is logged in here. Such as"
        ' ["https://panel.example.org"].',
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.https == "own" and not (self.certificate and self.key):
            raise ValueError('https = "own" needs the paths of certificate and key')
        return self


def _topic(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", value):
        raise ValueError("should be letters, digits, - and _, with / between levels")
    return value


def _topic_or_empty(value: str) -> str:
    return _topic(value) if value else value


class MqttConfig(ConfigSection):
    """The MQTT broker of a fleet; see docs/FLEET.md. Without `host` nothing is sent to a broker."""

    model_config = ConfigDict(title="MQTT")

    host: BrokerName = setting(
        "", "Broker", "Name or address of a broker with MQTT 5.", empty="none"
    )
    port: int = setting(8883, "Port of the broker", ge=1, le=65535)
    tls: bool = setting(
        True, "Encrypt the connection", "A password is sent over TLS only, or to this machine."
    )
    ca_file: FilePath = setting(
        "",
        "Certificate authority",
        "PEM file of the authority behind the broker and behind `[fleet] releases_url`.",
        empty="the system's authorities",
    )
    username: Line = setting("", "User name at the broker", empty="anonymous")
    password_file: FilePath = setting(
        "",
        "File with the password",
        "Its first line is the password. Only the kiosk's user should be able to read it.",
    )
    topic_prefix: Annotated[str, AfterValidator(_topic)] = setting(
        "moodlift", "First level of all topics"
    )
    discovery_prefix: Annotated[str, AfterValidator(_topic_or_empty)] = setting(
        "homeassistant",
        "First level of Home Assistant's MQTT discovery",
        empty="not announced to Home Assistant",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.username and not self.password_file:
            raise ValueError("username needs a password_file")
        if self.password_file and not self.tls and self.host not in ("127.0.0.1", "localhost"):
            raise ValueError("a password goes to another machine with tls = true only")
        return self


class FleetConfig(ConfigSection):
    """This kiosk as one of many; see docs/FLEET.md."""

    model_config = ConfigDict(title="Fleet")

    id: str = setting(
        "",
        "Id of this kiosk in the fleet",
        "4 to 40 letters, digits, - and _.",
        empty="generated at the first start, and kept",
        pattern=r"^([A-Za-z0-9_-]{4,40})?$",
    )
    name: Line = setting("", "Name of this kiosk for people", empty="the machine's host name")
    commands: bool = setting(
        True,
        "Accept commands from the broker",
        "Everybody who may write to the kiosk's topic may pause and mute it.",
    )
    releases: bool = setting(
        False, "Accept models that are released at the broker", "They need a trusted signature."
    )
    releases_url: HttpsUrl = setting(
        "",
        "Accept models that a web server releases",
        "HTTPS address of a release.",
        empty="none",
    )
