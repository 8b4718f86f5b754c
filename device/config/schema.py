"""The kiosk's configuration: its sections and keys, all of them optional."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from device.config.gpio import GpioConfig
from device.config.network import FleetConfig, MqttConfig, WebConfig
from device.config.section import ConfigSection, setting
from device.config.types import SOURCE_HELP, FilePath, HoursText, Line, Share, Source


class CameraConfig(ConfigSection):
    """The camera."""

    model_config = ConfigDict(title="Camera")

    source: Source = setting("auto", "Camera", f"One of {SOURCE_HELP}.", editable=True)
    width: int = setting(640, "Width of its picture", ge=160, le=3840, unit="pixels", editable=True)
    height: int = setting(
        480, "Height of its picture", ge=120, le=2160, unit="pixels", editable=True
    )
    fps: float = setting(30.0, "Frame rate", ge=1.0, le=120.0, unit="frames per second")
    rotate: Literal[0, 90, 180, 270] = setting(
        0, "Turn its picture clockwise", unit="degrees", editable=True
    )


class VisionConfig(ConfigSection):
    """Face detection and emotion recognition."""

    model_config = ConfigDict(title="Vision")

    threads: int = setting(
        0, "Threads for inference", "0 leaves the number to the runtime.", ge=0, le=16
    )
    max_rate: float = setting(
        15.0, "Frames analysed per second, at most", ge=1.0, le=60.0, unit="frames per second"
    )
    model: FilePath = setting(
        "",
        "Model",
        "Folder of a model bundle.",
        empty="the model that `moodlift model` or the page has chosen",
    )


class MoodConfig(ConfigSection):
    """When a mood of the room begins and ends."""

    model_config = ConfigDict(title="Mood")

    filter_seconds: float = setting(
        0.45,
        "Smoothing",
        "Time constant of the low-pass filter on each face's probabilities.",
        ge=0.05,
        le=10.0,
        unit="seconds",
    )
    enter: Share = setting(
        0.45, "Begin threshold", "An emotion begins at this filtered probability."
    )
    leave: Share = setting(
        0.30,
        "End threshold",
        "An emotion ends below this filtered probability, which must not exceed `enter`.",
    )
    negative_margin: Share = setting(
        0.25,
        "Margin of negative moods",
        "Anger, disgust, fear and sadness begin only when they are more probable than neutral by "
        "this.",
    )
    calibrate: bool = setting(
        True,
        "Calibrate by calm faces",
        "What calm faces of this place and of each person look like is subtracted in part.",
        editable=True,
    )
    dwell_seconds: float = setting(
        1.0, "Shortest duration of a mood", ge=0.2, le=30.0, unit="seconds"
    )
    absent_seconds: float = setting(
        2.0,
        "Absence",
        "Without a face for this time, the room is empty.",
        ge=0.2,
        le=60.0,
        unit="seconds",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.leave > self.enter:
            raise ValueError(f"leave = {self.leave:g} should not exceed enter = {self.enter:g}")
        return self


class ReactionsConfig(ConfigSection):
    """What the kiosk does when a mood begins; see assets/reactions.toml."""

    model_config = ConfigDict(title="Reactions")

    file: FilePath = setting(
        "", "File of rules", empty="the rules that ship, `assets/reactions.toml`"
    )
    everybody_smile: bool = setting(
        True,
        "Invite several people to smile together",
        'The game "Everybody smile!", for two people or more.',
        editable=True,
    )


class StageConfig(ConfigSection):
    """The screen."""

    model_config = ConfigDict(title="Stage")

    face: Literal["character", "emoji", "both"] = setting(
        "character",
        "Who mirrors people",
        "The character, beside which a classic emoji pops up when the mood changes; that emoji "
        "alone; or both all the time.",
        editable=True,
    )
    language: str = setting(
        "en",
        "Language",
        "`assets/strings/<language>.toml` has its texts.",
        pattern=r"^[a-z]{2}$",
        editable=True,
    )
    mirror: bool = setting(
        False, "Mirror the stage", "For a screen behind a half-silvered mirror.", editable=True
    )
    rotate: Literal[0, 90, 180, 270] = setting(
        0,
        "Turn the stage clockwise",
        "For a screen that is mounted upright or upside down.",
        unit="degrees",
        editable=True,
    )
    fps: int = setting(30, "Pictures a second", ge=5, le=120, unit="pictures", editable=True)
    reduced_motion: bool = setting(
        False,
        "Reduced motion",
        "Nothing moves across the stage: what moves otherwise slowly fades in and out.",
        editable=True,
    )
    large_text: bool = setting(
        False, "Large text", "1.4 times as large, with a smaller face.", editable=True
    )
    high_contrast: bool = setting(
        False,
        "High contrast",
        "Text stands on opaque plates, with a contrast of at least 7 to 1.",
        editable=True,
    )
    night_hours: HoursText = setting(
        "22:00-06:00",
        "Dim while nobody is there",
        "Local time, such as 22:00-07:30.",
        empty="never",
        editable=True,
    )
    quality: Literal["auto", "full"] = setting(
        "auto",
        "Quality",
        "With `auto`, a machine that is too slow for `fps` draws fewer and smaller things.",
    )
    fullscreen: bool = setting(True, "Full screen", "False opens a window.")
    width: int = setting(
        0, "Width of the stage", "0 is the screen's width.", ge=0, le=7680, unit="pixels"
    )
    height: int = setting(
        0, "Height of the stage", "0 is the screen's height.", ge=0, le=7680, unit="pixels"
    )


class SoundConfig(ConfigSection):
    """Music and sounds."""

    model_config = ConfigDict(title="Sound")

    enabled: bool = setting(True, "Music and sounds", editable=True)
    device: Line = setting(
        "", "Sound device", "Its name in SDL.", empty="the system's default device", editable=True
    )
    volume: Share = setting(0.7, "Volume after a start", "0 is silent, 1 is full.", editable=True)
    volume_cap: Share = setting(0.9, "Never louder than", "0 is silent, 1 is full.", editable=True)
    quiet_hours: HoursText = setting(
        "", "Silent hours", "Local time, such as 22:00-07:30.", empty="never", editable=True
    )
    fade_in_seconds: float = setting(
        1.0, "Fade in of a track after silence", ge=0.1, le=30.0, unit="seconds"
    )
    fade_seconds: float = setting(
        3.0, "Fade out, and fade between two tracks", ge=0.1, le=30.0, unit="seconds"
    )
    min_play_seconds: float = setting(
        5.0,
        "Shortest playing time of a track",
        "While somebody is there, a track plays at least this long, and to the end of its phrase.",
        ge=0.0,
        le=600.0,
        unit="seconds",
    )
    music_folder: FilePath = setting(
        "",
        "Folder of your own tracks",
        "Ogg, Opus, MP3, FLAC, WAV or AIFF, with ffmpeg installed also M4A, AAC, WMA and others;"
        " subfolders are named as playlists, or all tracks are in one folder. The service cannot"
        " read /home (ProtectHome); use a folder such as /srv/music. ReplayGain tags are applied.",
        empty="the tracks that ship",
    )


class HistoryConfig(ConfigSection):
    """Seconds of each mood per minute, and the model's statistics per day; never pictures."""

    model_config = ConfigDict(title="History")

    enabled: bool = setting(True, "Keep a history")
    days: int = setting(90, "Keep the history for", ge=1, le=3650, unit="days", editable=True)


class FeedbackConfig(ConfigSection):
    """Answers to "Was I right?", and crops of the faces whose people allow it.

    See docs/FEEDBACK.md. Above a limit, the oldest crop of the most frequent emotion is deleted.
    """

    model_config = ConfigDict(title="Feedback")

    enabled: bool = setting(True, "Ask, and count the answers")
    crops: int = setting(2000, "Crops, at most", ge=1, le=20_000, unit="crops")
    megabytes: int = setting(200, "Size of all crops, at most", ge=1, le=1000, unit="MB")
    days: int = setting(180, "Delete a crop after", ge=1, le=3650, unit="days")


class ModelsConfig(ConfigSection):
    """How a new model is accepted; see docs/MODELS.md."""

    model_config = ConfigDict(title="Models")

    allow_unsigned: bool = setting(
        False, "Accept unsigned models", "For development: models need no trusted signature."
    )
    trial_minutes: float = setting(
        15.0,
        "Trial of a new model",
        "It stays after analysing frames for this time without a fault.",
        ge=0.1,
        le=1440.0,
        unit="minutes",
    )
    max_latency_ratio: float = setting(
        1.5,
        "Latency limit of a new model",
        "Its time for a face as a multiple of the present model's, when it is validated and during"
        " its trial.",
        ge=1.0,
        le=20.0,
    )


class Config(ConfigSection):
    """The whole configuration."""

    model_config = ConfigDict(title="Moodlift's configuration")

    camera: CameraConfig = Field(default_factory=CameraConfig)
    vision: VisionConfig = Field(default_factory=VisionConfig)
    mood: MoodConfig = Field(default_factory=MoodConfig)
    reactions: ReactionsConfig = Field(default_factory=ReactionsConfig)
    stage: StageConfig = Field(default_factory=StageConfig)
    sound: SoundConfig = Field(default_factory=SoundConfig)
    gpio: GpioConfig = Field(default_factory=GpioConfig)
    history: HistoryConfig = Field(default_factory=HistoryConfig)
    feedback: FeedbackConfig = Field(default_factory=FeedbackConfig)
    models: ModelsConfig = Field(default_factory=ModelsConfig)
    web: WebConfig = Field(default_factory=WebConfig)
    mqtt: MqttConfig = Field(default_factory=MqttConfig)
    fleet: FleetConfig = Field(default_factory=FleetConfig)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.fleet.releases and not self.mqtt.host:
            raise PydanticCustomError(
                "broker", "needs a broker: set [mqtt] host", {"key": "fleet.releases"}
            )
        return self
