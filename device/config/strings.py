"""The texts on stage in one language: `assets/strings/<language>.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, ValidationError

from device.config.explain import explain
from device.config.file import find_line, read_text, read_toml
from device.config.section import Section
from device.errors import ConfigError
from device.messages import EMOTIONS
from device.system.paths import ASSETS

if TYPE_CHECKING:
    from pathlib import Path

    from device.config.explain import Mistake

FOLDER = ASSETS / "strings"
Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


def _every_emotion(lines: dict[str, str]) -> dict[str, str]:
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


EmotionLines = Annotated[dict[str, Text], AfterValidator(_every_emotion)]


class Sign(Section):
    """A large line and a smaller one under it."""

    label: Text
    response: Text


class Line(Section):
    """One line."""

    text: Text


class HealthLine(Section):
    """How the faults that do not fit on the screen are counted."""

    more: Annotated[Text, AfterValidator(_counts)]


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


class StreakLines(Section):
    """The lines for smiles in a row; `more` has their count."""

    two: Text
    three: Text
    more: Annotated[Text, AfterValidator(_counts)]


class Strings(Section):
    """All texts of a language. `labels`, `responses` and `names` have a line for each emotion."""

    labels: EmotionLines
    responses: EmotionLines
    attract: Sign
    paused: Sign
    blind: Sign
    streak: StreakLines
    notice: Line
    muted: Line
    watched: Line
    pairing: Line
    question: QuestionText
    consent: ConsentText
    names: EmotionLines
    health: HealthLine

    def sign(self, act: str, streak: int = 0) -> Sign:
        """Return the two lines of an act: an emotion, "attract", "paused" or "blind".

        `streak` is the number of smiles in a row, which the happy act speaks of from two on.
        """
        if act == "happy" and streak >= 2:
            lines = {2: self.streak.two, 3: self.streak.three}
            response = lines.get(streak) or self.streak.more.replace("{count}", str(streak))
            return Sign(label=self.labels[act], response=response)
        signs = {"attract": self.attract, "paused": self.paused, "blind": self.blind}
        return signs.get(act) or Sign(label=self.labels[act], response=self.responses[act])


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
