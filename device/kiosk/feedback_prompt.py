"""Leads people through "Was I right?" and the question whether their crop may be kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.hardware.display import Key, Number, Tap
from device.messages import NOBODY, Feedback

if TYPE_CHECKING:
    from concurrent.futures import Future

    from device.feedback import FeedbackRecorder
    from device.hardware.display import Wish
    from device.messages import Mood
    from device.stage import Stage
    from device.vision.protocol import Response
    from device.vision.supervisor import Supervisor

log = logging.getLogger(__name__)


class FeedbackPrompt:
    """Asks the stage's questions. An answer is about the moment at which the question came up.

    The crop of that moment is in memory for as long as a question is on stage, and no longer.
    """

    def __init__(self, stage: Stage, vision: Supervisor, recorder: FeedbackRecorder) -> None:
        self._stage, self._vision, self._recorder = stage, vision, recorder
        self._mood = NOBODY
        self._prompt: _Prompt | None = None

    def update(self, mood: Mood, now: float) -> None:
        """Set the mood on stage, and forget the crop once nobody has answered in time."""
        self._mood = mood
        if not self._stage.is_asking(now):
            self._prompt = None

    def answer(self, event: Wish, now: float) -> None:
        """Process a touch or a key that is about the questions."""
        match event:
            case Key.ASK if not self._stage.is_asking_consent(now):
                self._stage.ask(now)
                self._begin(now)
            case Key.ASK | Key.NO:
                self._finish(self._stage.consent(False, now))
            case Key.YES:
                self._finish(self._stage.consent(True, now))
            case Number(value):
                self._record_answer(self._stage.choose(value, now), now)
            case Tap(x, y) if self._stage.is_asking_consent(now):
                self._finish(self._stage.touch_consent(x, y, now))
            case Tap(x, y) if self._stage.is_asking(now):
                self._record_answer(self._stage.touch(x, y, now), now)
            case Tap():
                self._stage.ask(now)
                self._begin(now)

    def _begin(self, now: float) -> None:
        """Remember what is on stage, and request the crop, if a question has just come up."""
        self._prompt = None
        if self._recorder.enabled and self._stage.is_asking(now):
            self._prompt = _Prompt(self._mood, self._vision.model, self._vision.request_crop())

    def _record_answer(self, felt: str | None, now: float) -> None:
        asked = self._prompt
        if asked is None or felt is None:
            return
        asked.felt = felt
        shown = asked.mood.emotion
        log.info("somebody feels %s; the stage showed %s", felt, shown)
        self._recorder.count(Feedback(felt, shown))
        seen = asked.seen
        if seen is not None and seen.crop is not None:
            self._stage.ask_consent(seen.crop, now)

    def _finish(self, given: bool | None) -> None:
        if given is None:
            return
        asked, self._prompt = self._prompt, None
        seen = asked.seen if asked and given else None
        if asked and seen and seen.frame_result and seen.crop is not None:
            face = seen.frame_result.faces[0]
            self._recorder.keep(seen.crop, asked.felt, face.probabilities, asked.model)
            log.info("a crop is kept, with its person's consent")


@dataclass(slots=True)
class _Prompt:
    """One question: the mood and the model when it came up, and the crop of that moment."""

    mood: Mood
    model: str
    response: Future[Response]
    felt: str = ""

    @property
    def seen(self) -> Response | None:
        """The largest face of that moment, if vision has answered."""
        answered = self.response.done() and not self.response.cancelled()
        return self.response.result() if answered else None
