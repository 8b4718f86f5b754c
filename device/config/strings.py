"""The texts on stage in one language: `assets/strings/<language>.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from device.config.explain import explain
from device.config.file import find_line, read_text, read_toml
from device.config.section import Section
from device.config.types import listed
from device.errors import ConfigError
from device.messages import EMOTIONS
from device.system.paths import ASSETS

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from device.config.explain import Mistake

FOLDER = ASSETS / "strings"
Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


Texts = Annotated[tuple[Text, ...], BeforeValidator(listed), Field(min_length=1)]
"""Texts that say the same in other words; in the file a text or a list of texts."""


def _every_emotion(lines: dict[str, Any]) -> dict[str, Any]:
    missing = [name for name in EMOTIONS if name not in lines]
    if missing:
        raise ValueError(f"missing: {', '.join(missing)}")
    unknown = [name for name in lines if name not in EMOTIONS]
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)}; known here: {', '.join(EMOTIONS)}")
    return lines


def _counts(text: str) -> str:
    if "{count}" not in text:
        raise ValueError("should contain {count}")
    return text


Count = Annotated[Text, AfterValidator(_counts)]
EmotionLines = Annotated[dict[str, Text], AfterValidator(_every_emotion)]
EmotionTexts = Annotated[dict[str, Texts], AfterValidator(_every_emotion)]


class Sign(Section):
    """A large line and a smaller one under it."""

    label: Text
    response: Text


class SignTexts(Section):
    """Large lines and smaller ones to choose from; any two fit together."""

    label: Texts
    response: Texts


class ResponseTexts(Section):
    """The choice of smaller lines under a label of the mood."""

    response: Texts


class PauseSign(Section):
    """The large line of a pause, and a smaller one for each way to end it.

    They are a touch of the screen, a button, a key, or only the owner's page.
    """

    label: Text
    touch: Text
    button: Text
    key: Text
    page: Text

    def sign(self, way: str | None) -> Sign:
        """Return the lines for a way to end the pause; None is the owner's page."""
        return Sign(label=self.label, response=getattr(self, way or "page"))


class IdleTexts(Section):
    """The choice of lines for what the character does while nobody is there.

    `beckon` calls somebody who moves, but is too far off to be seen well.
    """

    knock: SignTexts
    peekaboo: SignTexts
    yawn: SignTexts
    hum: SignTexts
    firefly: SignTexts
    faces: SignTexts
    sleep: SignTexts
    beckon: SignTexts


class Line(Section):
    """One line."""

    text: Text


class HealthLine(Section):
    """How the faults that do not fit on the screen are counted."""

    more: Count


class QuestionText(Section):
    """The question about the answer on stage, and the thanks for a reply."""

    text: Text
    thanks: Text


class ConsentText(Section):
    """The question before a picture is stored; the answers name their keys, y (or j) and n."""

    text: Text
    yes: Text
    no: Text
    thanks: Text


class StreakTexts(Section):
    """The choice of lines for smiles in a row; `more` has their count."""

    two: Texts
    three: Texts
    more: Annotated[tuple[Count, ...], BeforeValidator(listed), Field(min_length=1)]

    def response(self, streak: int) -> tuple[str, ...]:
        """Return the lines for this many smiles in a row, from two on."""
        lines = {2: self.two, 3: self.three}
        more = tuple(line.replace("{count}", str(streak)) for line in self.more)
        return lines.get(streak) or more


class EverybodyTexts(Section):
    """The signs of the game in which everybody smiles, by its phase."""

    invite: SignTexts
    last: SignTexts
    won: SignTexts
    over: SignTexts


class Strings(Section):
    """All texts of a language. `labels`, `responses` and `names` are by emotion.

    `arrival` greets somebody calm, `farewell` those who leave. `celebration` and `streak` answer a
    smile that has filled its ring, `relief` the first smile after sadness or fear, and `everybody`
    is for the game that several people play.
    """

    labels: EmotionTexts
    responses: EmotionTexts
    arrival: SignTexts
    celebration: ResponseTexts
    streak: StreakTexts
    relief: SignTexts
    everybody: EverybodyTexts
    farewell: SignTexts
    attract: SignTexts
    idle: IdleTexts
    paused: PauseSign
    blind: Sign
    waking: Sign
    notice: Line
    muted: Line
    watched: Line
    pairing: Line
    question: QuestionText
    consent: ConsentText
    names: EmotionLines
    health: HealthLine

    def shuffled(self, rng: random.Random) -> Strings:
        """Return the same texts, each list in another order."""
        return self.model_copy(update={name: _shuffled(getattr(self, name), rng) for name in WORDS})


WORDS = (
    "labels", "responses", "arrival", "celebration", "streak", "relief", "everybody", "farewell",
    "attract", "idle",
)  # fmt: skip
"""The keys of `Strings` that hold lists to choose from."""


def _shuffled(value: Any, rng: random.Random) -> Any:
    """Return a table, or a list of texts, with each list in another order."""
    if isinstance(value, tuple):
        return tuple(rng.sample(value, len(value)))
    if isinstance(value, dict):
        return {name: _shuffled(texts, rng) for name, texts in value.items()}
    return value.model_copy(update={name: _shuffled(texts, rng) for name, texts in value})


def languages(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the languages that have a file."""
    return tuple(sorted(one.stem for one in folder.glob("*.toml")))


def load_strings(language: str = "en", folder: Path = FOLDER) -> Strings:
    """Read one language.

    Raises ConfigError when the language has no file, or with a line per key that is missing,
    unknown or not a text.
    """
    path = folder / f"{language}.toml"
    try:
        text = read_text(path)
    except ConfigError as error:
        known = ", ".join(languages(folder)) or "none"
        raise ConfigError(f"{error}; languages here: {known}") from error
    try:
        return Strings.model_validate(read_toml(text, str(path)))
    except ValidationError as error:
        mistakes = explain(error, Strings)
        raise ConfigError("\n".join(_line(one, text, path) for one in mistakes)) from error


def _line(one: Mistake, text: str, path: Path) -> str:
    number = find_line(text, list(one.key))
    return f"{path}:{number}: {one}" if number else f"{path}: {one}"
