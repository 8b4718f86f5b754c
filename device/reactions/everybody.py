"""The game "Everybody smile!", for two people or more: a pure function of joy and time.

Each person's smile fills a share, which stays while they smile. Once all shares have been filled,
everybody has won. Who joins gets a share, who leaves takes theirs along, and a game that was not
won ends kindly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from device.messages import Game

if TYPE_CHECKING:
    from collections.abc import Mapping

    from device.mood import JoyState

SETTLED_SECONDS, JOIN_SECONDS = 3.0, 1.0
"""People are invited after the first time; who comes during a game joins after the second."""
AFTER_BURST_SECONDS = 2.0
"""Nobody is invited sooner after a celebration."""
REST_SECONDS = 120.0
"""The same people are invited once in this time."""
MAX_PLAYERS = 6
FILL_SECONDS, DRAIN_SECONDS = 1.0, 8.0
"""A full smile fills its share in the first time, and none drains it in the second."""
STILL_FULL = 0.6
"""A share that was full counts until it has drained to this."""
MIN_SECONDS = 2.0
"""No game is shorter, so that its invitation can be read."""
LAST_SECONDS = 1.0
"""The last one is teased once all the others have been waiting for this time."""
LIMIT_SECONDS, LAST_CALL_SECONDS = 12.0, 16.0
"""A game ends after the first time, but after the second if somebody is just beginning to smile."""
WON_SECONDS, OVER_SECONDS = 5.0, 3.0
"""How long thanks and farewell are shown."""
BEGINNING = 0.2
"""The level of a smile that is beginning."""


@dataclass(frozen=True, slots=True)
class EverybodyState:
    """The state of `step`; `EverybodyState()` is the initial one.

    `has_won` is true in the step in which a game is won. `present` has since when each person is
    there. Of the game: `began`, whose shares are `full`, and since when one is the `last_since`.
    `played` are the people of the newest game. Times are monotonic seconds.
    """

    game: Game | None = None
    has_won: bool = False
    present: Mapping[int, float] = field(default_factory=dict)
    began: float = -math.inf
    full: frozenset[int] = frozenset()
    last_since: float | None = None
    played: frozenset[int] = frozenset()
    clock: float = -math.inf


def step(state: EverybodyState, joy: JoyState, now: float, may_play: bool = True) -> EverybodyState:
    """Return the state at `now`, with everybody's smiles.

    Without `may_play` no game begins, and one that is under way ends without a word. `now` is in
    monotonic seconds; one that goes backwards stands still.
    """
    clock = now if state.clock < now < math.inf else state.clock
    elapsed = min(clock - state.clock, 0.5) if state.clock > -math.inf else 0.0
    present = {one.id: state.present.get(one.id, clock) for one in joy.smiles}
    state = replace(state, clock=clock, present=present, has_won=False)
    game = state.game
    if game is None:
        return _begin(state) if may_play and _is_due(state, joy) else state
    if game.phase in ("won", "over"):
        seconds = WON_SECONDS if game.phase == "won" else OVER_SECONDS
        is_done = clock - game.since >= seconds or not present
        return replace(state, game=None) if is_done else state
    players = _players(state, game)
    if not may_play or len(players) < 2:
        return replace(state, game=None)
    return _advance(*_fill(state, game, players, joy, elapsed), joy)


def _is_due(state: EverybodyState, joy: JoyState) -> bool:
    now = state.clock
    settled = {one for one, since in state.present.items() if now - since >= SETTLED_SECONDS}
    if len(settled) < 2 or 2 * len(settled) <= len(state.present):
        return False
    is_again = 2 * len(settled & state.played) >= len(settled)
    rested = not is_again or now - state.began >= REST_SECONDS
    return rested and now - joy.last_burst >= AFTER_BURST_SECONDS


def _begin(state: EverybodyState) -> EverybodyState:
    game = Game("invite", state.clock)
    players = _players(state, game)
    return replace(
        state,
        game=replace(game, shares=dict.fromkeys(players, 0.0)),
        began=state.clock,
        full=frozenset(),
        last_since=None,
        played=frozenset(players),
    )


def _players(state: EverybodyState, game: Game) -> list[int]:
    """Return who plays: those who did and are still there, then those who have joined."""
    now, present = state.clock, state.present
    playing = [one for one in game.shares if one in present]
    joined = [one for one, since in present.items() if now - since >= JOIN_SECONDS]
    return list(dict.fromkeys((*playing, *joined)))[:MAX_PLAYERS]


def _fill(
    state: EverybodyState, game: Game, players: list[int], joy: JoyState, elapsed: float
) -> tuple[EverybodyState, Game]:
    """Return the state and the game with each player's share after some time."""
    levels = {one.id: one.level for one in joy.smiles}
    shares = {}
    for one in players:
        level = levels.get(one, 0.0)
        change = level / FILL_SECONDS if level > 0.0 else -1.0 / DRAIN_SECONDS
        shares[one] = min(1.0, max(0.0, game.shares.get(one, 0.0) + change * elapsed))
    full = {one for one, share in shares.items() if share >= 1.0}
    full |= {one for one in state.full if shares.get(one, 0.0) >= STILL_FULL}
    played = state.played | frozenset(players)
    state = replace(state, full=frozenset(full), played=played)
    return state, replace(game, shares=shares)


def _advance(state: EverybodyState, game: Game, joy: JoyState) -> EverybodyState:
    """Return the state in the phase that follows from the shares."""
    now, age = state.clock, state.clock - state.began
    missing = [one for one in game.shares if one not in state.full]
    if not missing and age >= MIN_SECONDS:
        full = dict.fromkeys(game.shares, 1.0)
        return replace(state, game=Game("won", now, full), has_won=True)
    is_smiling = any(one.id in missing and one.level >= BEGINNING for one in joy.smiles)
    if age >= (LAST_CALL_SECONDS if is_smiling else LIMIT_SECONDS):
        return replace(state, game=Game("over", now, game.shares))
    # Whoever is smiling by now needs no more teasing.
    alone = len(missing) == 1 and (game.phase == "last" or not is_smiling)
    last_since = (state.last_since or now) if alone else None
    state = replace(state, last_since=last_since)
    if last_since is not None and now - last_since >= LAST_SECONDS:
        return _enter(state, game, "last", missing[0])
    if any(share > 0.0 for share in game.shares.values()):
        return _enter(state, game, "waiting", None)
    return _enter(state, game, game.phase if game.phase != "last" else "waiting", None)


def _enter(state: EverybodyState, game: Game, phase: str, last: int | None) -> EverybodyState:
    since = game.since if phase == game.phase else state.clock
    return replace(state, game=replace(game, phase=phase, since=since, last=last))
