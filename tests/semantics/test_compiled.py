"""What is settled at once is what the completions say, on protocols and courses drawn at random: speed changes no meaning."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from protocol import initial, step
from protocol.model.decision import Step
from protocol.model.guard import Always, Guard, nodes
from protocol.model.time import WEEK
from protocol.semantics.applying import _asked
from protocol.semantics.arriving import arrive
from protocol.semantics.compiled import settled
from protocol.semantics.prepared import prepare
from protocol.semantics.scene import Scene
from protocol.semantics.truth import Open, World
from protocol.testing import any_protocol, any_time, any_visit
from tests.semantics.small import PROTOCOL, STARTED, visit

COURSES, VISITS = 300, 6


def scenes(seed: int) -> Iterator[tuple[Scene, Step]]:
    """The visits of a random course under a random protocol: what is known at each, and its step."""
    choose = Random(seed).choice
    protocol = any_protocol(choose, inputs=3)
    state, time = initial(protocol), choose((0, 0, -WEEK))
    for _ in range(VISITS):
        one = any_visit(choose, protocol, time)
        taken = step(protocol, state, one)
        yield arrive(prepare(protocol), state, one)[0], taken
        state, time = taken.state, any_time(choose, protocol, time)


def guards(scene: Scene) -> Iterator[Guard]:
    """Every guard that the rules and trackers ask, and every part of one."""
    asked = (*(rule.when for rule in scene.prepared.rules), *(tracker.when for tracker in scene.prepared.trackers))
    for guard in asked:
        yield from nodes(guard)


def by_completions(scene: Scene, guard: Guard) -> bool | None:
    try:
        return World(scene, {}).holds(guard)
    except Open:
        return None


def test_a_guard_is_settled_as_the_completions_say_and_open_where_they_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        (scene, guard, settled(scene, guard)) for seed in range(COURSES) for scene, _ in scenes(seed) for guard in guards(scene)
    ]
    monkeypatch.setattr("protocol.semantics.truth.settled", lambda scene, guard, again=False: None)
    assert all(answer is by_completions(scene, guard) for scene, guard, answer in found)
    assert min(Counter(answer for *_, answer in found).values()) > 1_000


def test_a_step_is_the_same_when_every_guard_is_left_to_the_completions(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = [[taken for _, taken in scenes(seed)] for seed in range(COURSES)]
    monkeypatch.setattr("protocol.semantics.truth.settled", lambda scene, guard, again=False: None)
    monkeypatch.setattr("protocol.semantics.applying.ask_of", lambda prepared, rule: lambda scene: None)
    monkeypatch.setattr("protocol.semantics.applying._asked", _asked.__wrapped__)
    assert fast == [[taken for _, taken in scenes(seed)] for seed in range(COURSES)]


def test_a_guard_that_is_not_of_the_protocol_is_left_to_the_completions() -> None:
    scene, _ = arrive(prepare(PROTOCOL), step(PROTOCOL, initial(PROTOCOL), STARTED).state, visit(7, anc=4))
    assert settled(scene, Always()) is None
    assert settled(scene, scene.prepared.rules[1].when) is None


def test_equal_protocols_are_made_ready_once() -> None:
    assert prepare(copy.deepcopy(PROTOCOL)) is prepare(copy.deepcopy(PROTOCOL)) is prepare(PROTOCOL)
