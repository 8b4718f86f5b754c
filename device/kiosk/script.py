"""Scripts of faces, as JSON Lines: what a camera would have seen, for `moodlift replay`.

{"t": 0.5, "faces": [{"id": 1, "box": [200, 120, 160, 200], "probabilities": {"happy": 0.9}}]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from device.config.explain import explain
from device.config.section import Section
from device.config.types import Emotion, Share
from device.errors import ScriptError
from device.messages import EMOTIONS, Box, Face, FrameResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FRAME = (640, 480)
"""Width and height of the frame, in pixels."""
Size = Annotated[float, Field(gt=0.0)]


def _sums_to_one(probabilities: dict[str, float]) -> dict[str, float]:
    total = sum(probabilities.values())
    if abs(total - 1.0) > 0.05:
        raise ValueError(f"should sum to 1, not {total:.3g}")
    return probabilities


class ScriptFace(Section):
    """A face: `box` in pixels, `probabilities` by emotion (the others are 0), `pose` in degrees.

    `mouth_motion` is how much more the lower face moves than the upper one.
    """

    id: Annotated[int, Field(ge=0)]
    box: tuple[float, float, Size, Size]
    probabilities: Annotated[dict[Emotion, Share], AfterValidator(_sums_to_one)]
    pose: dict[str, float] | None = None
    score: Share = 0.9
    mouth_motion: Share = 0.0

    def face(self) -> Face:
        """Return what vision would report."""
        total = sum(self.probabilities.values())
        probabilities = tuple(self.probabilities.get(one, 0.0) / total for one in EMOTIONS)
        box, motion = Box(*self.box), self.mouth_motion
        return Face(self.id, box, self.score, (), probabilities, mouth_motion=motion)


class ScriptLine(Section):
    """A frame at `t` seconds after the start; `motion` is the share of it that moves.

    `motion_at` is where: -1 at its left edge, 1 at its right one.
    """

    t: Annotated[float, Field(ge=0.0, le=86_400.0)]
    faces: tuple[ScriptFace, ...] = ()
    motion: Share = 0.0
    motion_at: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0


def parse(lines: Iterable[str], name: str) -> Iterator[FrameResult]:
    """Yield the frame results of a script; their times are seconds from 0.

    Raises ScriptError ("NAME:LINE: reason") for a line that is not a frame, or is earlier than the
    line before. Empty lines are skipped.
    """
    last = 0.0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            frame = ScriptLine.model_validate_json(line, strict=False)
        except ValidationError as error:
            mistakes = explain(error, ScriptLine)
            raise ScriptError(f"{name}:{number}: {mistakes[0]}") from error
        if frame.t < last:
            raise ScriptError(f"{name}:{number}: t = {frame.t:g}: should not be before {last:g}")
        last = frame.t
        faces = tuple(face.face() for face in frame.faces)
        yield FrameResult(
            number,
            frame.t,
            frame.t,
            *FRAME,
            faces,
            motion=frame.motion,
            motion_at=frame.motion_at,
        )


def line_of(frame_result: FrameResult, seconds: float) -> dict[str, Any]:
    """Return the JSON object of a script's line for the faces at some time."""
    faces = [
        {
            "id": face.id,
            "box": [round(value, 1) for value in face.box],
            "probabilities": {
                emotion: round(value, 4)
                for emotion, value in zip(EMOTIONS, face.probabilities, strict=True)
            },
            "score": round(face.score, 4),
            "mouth_motion": round(face.mouth_motion, 3),
        }
        for face in frame_result.faces
    ]
    motion = {
        "motion": round(frame_result.motion, 4),
        "motion_at": round(frame_result.motion_at, 2),
    }
    return {"t": round(seconds, 3), "faces": faces, **(motion if frame_result.motion else {})}
