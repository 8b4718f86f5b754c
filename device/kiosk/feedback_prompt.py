"""One round of "Was I right?" after the other: who was asked, and what came of it."""

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
    """Leads the stage's questions. Whatever somebody says is about the moment they were asked.

    The crop of that moment is in memory for as long as a question is on stage, and no longer.
    """

    def __init__(self, stage: Stage, eye: Supervisor, keeper: FeedbackRecorder) -> None:
        self._stage, self._eye, self._keeper = stage, eye, keeper
        self._mood = NOBODY
        self._round: _Prompt | None = None

    def step(self, mood: Mood, now: float) -> None:
        """Note the mood on stage, and forget the crop once nobody has answered in time."""
        self._mood = mood
        if not self._stage.asking(now):
            self._round = None

    def take(self, wish: Wish, now: float) -> None:
        """Take a touch or a key that is about the questions."""
        match wish:
            case Key.ASK if not self._stage.asking_consent(now):
                self._stage.ask(now)
                self._begin(now)
            case Key.ASK | Key.NO:
                self._end(self._stage.consent(False, now))
            case Key.YES:
                self._end(self._stage.consent(True, now))
            case Number(value):
                self._hear(self._stage.choose(value, now), now)
            case Tap(x, y) if self._stage.asking_consent(now):
                self._end(self._stage.touch_consent(x, y, now))
            case Tap(x, y) if self._stage.asking(now):
                self._hear(self._stage.touch(x, y, now), now)
            case Tap():
                self._stage.ask(now)
                self._begin(now)

    def _begin(self, now: float) -> None:
        """Take down what is on stage, and ask for the crop, if a question has just come up."""
        self._round = None
        if self._keeper.enabled and self._stage.asking(now):
            self._round = _Prompt(self._mood, self._eye.model, self._eye.glance())

    def _hear(self, felt: str | None, now: float) -> None:
        asked = self._round
        if asked is None or felt is None:
            return
        asked.felt = felt
        shown = asked.mood.emotion
        log.info("somebody feels %s; the stage showed %s", felt, shown)
        self._keeper.count(Feedback(felt, shown))
        seen = asked.seen
        if seen is not None and seen.crop is not None:
            self._stage.ask_consent(seen.crop, now)

    def _end(self, given: bool | None) -> None:
        if given is None:
            return
        asked, self._round = self._round, None
        seen = asked.seen if asked and given else None
        if asked and seen and seen.frame_result and seen.crop is not None:
            face = seen.frame_result.faces[0]
            self._keeper.keep(seen.crop, asked.felt, face.probabilities, asked.model)
            log.info("a crop is kept, with its person's consent")


@dataclass(slots=True)
class _Prompt:
    """The mood on stage, the model, and the crop on its way, of when the question came up."""

    mood: Mood
    model: str
    look: Future[Response]
    felt: str = ""

    @property
    def seen(self) -> Response | None:
        """The largest face of that moment, if the eye has answered."""
        answered = self.look.done() and not self.look.cancelled()
        return self.look.result() if answered else None
