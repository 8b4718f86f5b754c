"""The kiosk's configuration: its sections and keys, all of them optional."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from device.config.types import HostName, HoursText, Line, Pin, Share, Source

PIN_NAMES = ("red", "green", "blue", "strip", "button", "motion_sensor")


class Section(BaseModel):
    """A table of the file: unknown keys and wrong types are errors, none is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CameraConfig(Section):
    """Where frames come from."""

    source: Source = "auto"
    width: Annotated[int, Field(ge=160, le=3840)] = 640
    height: Annotated[int, Field(ge=120, le=2160)] = 480
    fps: Annotated[float, Field(ge=1.0, le=120.0)] = 30.0
    rotate: Literal[0, 90, 180, 270] = 0


class VisionConfig(Section):
    """How the eye works: `threads = 0` leaves their number to the runtime."""

    threads: Annotated[int, Field(ge=0, le=16)] = 0
    max_rate: Annotated[float, Field(ge=1.0, le=60.0)] = 15.0
    model: str = ""


class MoodConfig(Section):
    """When a mood of the room begins and ends; see `device.mood`."""

    filter_seconds: Annotated[float, Field(ge=0.05, le=10.0)] = 0.6
    enter: Share = 0.45
    leave: Share = 0.30
    dwell_seconds: Annotated[float, Field(ge=0.2, le=30.0)] = 1.0
    absent_seconds: Annotated[float, Field(ge=0.2, le=60.0)] = 2.0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.leave > self.enter:
            raise ValueError(f"leave = {self.leave:g} should not exceed enter = {self.enter:g}")
        return self


class ReactionsConfig(Section):
    """Which file says what follows a mood; empty is the one that ships."""

    file: str = ""


class StageConfig(Section):
    """The screen. Zero width and height take the whole screen.

    With the quality "auto", a slow machine draws fewer things, and those smaller, to keep `fps`. In
    `night_hours`, local time, it is dim while nobody is there.
    """

    fullscreen: bool = True
    width: Annotated[int, Field(ge=0, le=7680)] = 0
    height: Annotated[int, Field(ge=0, le=7680)] = 0
    rotate: Literal[0, 90, 180, 270] = 0
    mirror: bool = False
    fps: Annotated[int, Field(ge=5, le=120)] = 30
    face: Literal["character", "emoji", "both"] = "both"
    quality: Literal["auto", "full"] = "auto"
    reduced_motion: bool = False
    night_hours: HoursText = "22:00-06:00"
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"


class SoundConfig(Section):
    """Music. `volume` is never louder than `volume_cap`; an empty folder means our own pieces.

    A piece that was begun plays for `min_play_seconds` while somebody is there. In `quiet_hours`,
    local time, nothing sounds.
    """

    enabled: bool = True
    device: Line = ""
    volume: Share = 0.7
    volume_cap: Share = 0.9
    fade_seconds: Annotated[float, Field(ge=0.1, le=30.0)] = 3.0
    min_play_seconds: Annotated[float, Field(ge=0.0, le=600.0)] = 20.0
    quiet_hours: HoursText = ""
    music_folder: str = ""


class GpioConfig(Section):
    """BCM numbers of the pins of what hangs on GPIO; see docs/WIRING.md.

    The RGB light needs all of `red`, `green` and `blue`. `active_low` is for lamps that are on
    when their pin is low (a common anode), `brightness` the most that they give. The button
    pauses; held for `hold_seconds`, it shuts the machine down.
    """

    red: Pin | None = None
    green: Pin | None = None
    blue: Pin | None = None
    strip: Pin | None = None
    active_low: bool = False
    brightness: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    button: Pin | None = None
    hold_seconds: Annotated[float, Field(ge=1.0, le=10.0)] = 3.0
    motion_sensor: Pin | None = None

    @property
    def rgb(self) -> tuple[int, int, int] | None:
        """The pins of red, green and blue, if there is an RGB light."""
        if self.red is None or self.green is None or self.blue is None:
            return None
        return self.red, self.green, self.blue

    @property
    def pins(self) -> dict[str, int]:
        """All pins that are used, by what for."""
        named = {name: getattr(self, name) for name in PIN_NAMES}
        return {name: pin for name, pin in named.items() if pin is not None}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if 0 < len({"red", "green", "blue"} & self.pins.keys()) < 3:
            raise ValueError("an RGB light needs three different pins: red, green and blue")
        users: dict[int, str] = {}
        for name, pin in self.pins.items():
            if pin in users:
                raise ValueError(f"{users[pin]} and {name} need different pins, both have {pin}")
            users[pin] = name
        return self


class HistoryConfig(Section):
    """How long the seconds of each mood are kept, minute by minute."""

    enabled: bool = True
    days: Annotated[int, Field(ge=1, le=3650)] = 90


class FeedbackConfig(Section):
    """What is kept of "Was I right?": the answers' counts, and crops of those who allow it.

    When there are more than `crops`, or `megabytes` of them, the oldest of the most frequent
    emotion goes; none is older than `days`.
    """

    enabled: bool = True
    crops: Annotated[int, Field(ge=1, le=20_000)] = 2000
    megabytes: Annotated[int, Field(ge=1, le=1000)] = 200
    days: Annotated[int, Field(ge=1, le=3650)] = 180


class ModelsConfig(Section):
    """How a new model is taken in: see docs/MODELS.md.

    `max_latency_ratio` limits a new model's time for a face, as a multiple of the present model's,
    when it is checked and while it is on trial, for `trial_minutes` of seeing.
    """

    allow_unsigned: bool = False
    trial_minutes: Annotated[float, Field(ge=0.1, le=1440.0)] = 15.0
    max_latency_ratio: Annotated[float, Field(ge=1.0, le=20.0)] = 1.5


class WebConfig(Section):
    """The status page. It answers to this machine's own names, and to `trusted_hosts` besides.

    With `https` "auto" it has a certificate that it signs itself, with "own" that in the files
    `certificate` and `key` (PEM). With `visitor_access`, visitors who scan the code on stage may
    try the kiosk with their own camera. With `blur_faces`, the live picture hides them at first.
    The first line of `metrics_token_file` is a token that lets a monitor ask for /metrics only.
    """

    enabled: bool = True
    host: HostName = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    viewers: Annotated[int, Field(ge=1, le=32)] = 8
    blur_faces: bool = False
    https: Literal["off", "auto", "own"] = "off"
    certificate: str = ""
    key: str = ""
    visitor_access: bool = True
    metrics_token_file: Line = ""
    trusted_hosts: list[HostName] = []

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.https == "own" and not (self.certificate and self.key):
            raise ValueError('https = "own" needs the paths of certificate and key')
        return self


def _topic(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", value):
        raise ValueError("should be letters, digits, - and _, with / between levels")
    return value


def _topic_or_none(value: str) -> str:
    return _topic(value) if value else value


class MqttConfig(Section):
    """The MQTT broker of a fleet; see docs/FLEET.md. Without `host` there is no connection.

    `topic_prefix` is the first level of every topic, `discovery_prefix` that of Home Assistant's
    MQTT discovery, "" for no announcement.
    """

    host: Line = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 8883
    tls: bool = True
    ca_file: Line = ""
    username: Line = ""
    password_file: Line = ""
    topic_prefix: Annotated[str, AfterValidator(_topic)] = "moodlift"
    discovery_prefix: Annotated[str, AfterValidator(_topic_or_none)] = "homeassistant"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.username and not self.password_file:
            raise ValueError("username needs a password_file")
        if self.password_file and not self.tls and self.host not in ("127.0.0.1", "localhost"):
            raise ValueError("a password goes to another machine with tls = true only")
        return self


class FleetConfig(Section):
    """This kiosk as one of many; see docs/FLEET.md.

    `commands` accepts commands from the broker, `releases` installs models that are released there,
    `releases_url` those that an HTTPS server releases. An empty `id` is generated once and kept, an
    empty `name` is the machine's host name.
    """

    id: Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{4,40})?$")] = ""
    name: Line = ""
    commands: bool = True
    releases: bool = False
    releases_url: Annotated[Line, Field(pattern=r"^(https://[^/\s]+.*)?$")] = ""


class Config(Section):
    """All of it."""

    camera: CameraConfig = CameraConfig()
    vision: VisionConfig = VisionConfig()
    mood: MoodConfig = MoodConfig()
    reactions: ReactionsConfig = ReactionsConfig()
    stage: StageConfig = StageConfig()
    sound: SoundConfig = SoundConfig()
    gpio: GpioConfig = GpioConfig()
    history: HistoryConfig = HistoryConfig()
    feedback: FeedbackConfig = FeedbackConfig()
    models: ModelsConfig = ModelsConfig()
    web: WebConfig = WebConfig()
    mqtt: MqttConfig = MqttConfig()
    fleet: FleetConfig = FleetConfig()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.fleet.releases and not self.mqtt.host:
            raise PydanticCustomError(
                "broker", "needs a broker: set [mqtt] host", {"key": "fleet.releases"}
            )
        return self
