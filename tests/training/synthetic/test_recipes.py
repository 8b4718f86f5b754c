"""Recipes move the units that they say, and faces at rest stay neutral."""

from __future__ import annotations

import re

import numpy as np
import pytest

from device.messages import EMOTIONS
from tests.support.makehuman import SINGLE
from training.renderer.units import both_sides
from training.synthetic import acting
from training.synthetic.recipes import ACTIONS, BLENDS, LIMIT, LIMITS, RECIPES, RESTING

EVERY = [(emotion, name) for emotion in RECIPES for name in RECIPES[emotion]]
NUMBER = re.compile(r"\d+")
LEAST = 0.05
"""A unit with less weight cannot be seen."""


def random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_every_emotion_has_several_recipes() -> None:
    assert tuple(sorted(RECIPES)) == tuple(sorted(EMOTIONS))
    assert min(len(recipes) for recipes in RECIPES.values()) >= 6
    assert set(BLENDS) == set(EMOTIONS) - {"neutral"}


@pytest.mark.parametrize(("emotion", "name"), EVERY)
def test_a_recipe_moves_the_units_that_it_says(emotion: str, name: str) -> None:
    if name == RESTING:
        assert acting.units(emotion, name, random()) == {}
        return
    named = set(NUMBER.findall(name.split()[0]))
    actions = RECIPES[emotion][name].actions
    assert named, "a name begins with the actions' numbers"
    assert named <= {number for action in actions for number in action.split("+")}
    moved = acting.units(emotion, name, random())
    strongest = {action: max(units.values()) for action, units in ACTIONS.items()}
    for action in actions:
        main = next(u for u, w in ACTIONS[action].items() if w == strongest[action])
        assert moved[main] >= LEAST, f"{action} does not move {main}"


def test_actions_have_units_of_the_face() -> None:
    for units in ACTIONS.values():
        assert max(units.values()) > 0
        for unit in units:
            assert (unit in both_sides({unit: 1.0})) == (unit in SINGLE)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_expressions_stay_within_what_the_mesh_bears(emotion: str) -> None:
    rest = {"browDown": 0.5, "mouthFrown": 0.5, "mouthSmile": 0.3, "eyeBlink": 0.4}
    for seed in range(200):
        expression = acting.act(emotion, rest, random(seed))
        for unit, weight in expression.units.items():
            plain = unit.removesuffix("Left").removesuffix("Right")
            assert weight <= LIMITS.get(plain, LIMIT)
        assert 0.45 <= expression.intensity <= 1.3


def test_a_stronger_expression_moves_more() -> None:
    weights = {}
    for seed in range(300):
        expression = acting.act("happy", {}, random(seed))
        if not expression.blend and expression.recipe == "6+12":
            weights[expression.intensity] = expression.units["cheekSquintLeft"]
    weak = [weight for intensity, weight in weights.items() if intensity < 0.8]
    strong = [weight for intensity, weight in weights.items() if intensity > 1.05]
    assert max(np.mean(weak), LEAST) < np.mean(strong)


def test_faces_are_uneven_mixed_and_talk_now_and_then() -> None:
    acted = [acting.act("angry", {}, random(seed)) for seed in range(400)]
    assert 0.06 < np.mean([bool(each.blend) for each in acted]) < 0.2
    assert 0.03 < np.mean([each.talks for each in acted]) < 0.15
    sides = [each.units["browDownLeft"] - each.units["browDownRight"] for each in acted]
    assert min(sides) < 0 < max(sides)


def test_a_resting_face_does_what_the_person_does_at_rest_and_no_more() -> None:
    rest = {"browDown": 0.3, "mouthPress": 0.2}
    expression = acting.act("neutral", rest, random(), resting=True)
    assert expression.recipe == RESTING
    moved = {unit for unit, weight in expression.units.items() if abs(weight) > 1e-6}
    assert moved == {"browDownLeft", "browDownRight", "mouthPressLeft", "mouthPressRight"}
    assert max(expression.units.values()) < 0.5


def test_a_person_rarely_acts_a_recipe_twice() -> None:
    twice = sum(
        acting.choose("fear", random(seed), ["1+4+5+20"]) == "1+4+5+20" for seed in range(500)
    )
    once = sum(acting.choose("fear", random(seed)) == "1+4+5+20" for seed in range(500))
    assert twice < once / 3
