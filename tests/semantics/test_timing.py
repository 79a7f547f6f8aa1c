"""What is too early or still on time is what the second opinion says, on random protocols whose rules wait for times."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from attrs import evolve

from protocol import initial, step, trace
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.decision import Step
from protocol.model.guard import Always, And, Clock, Compare, Guard, Is, Not, Or
from protocol.model.input import Input, YesNo
from protocol.model.protocol import Protocol
from protocol.model.rule import Action, By, Rule, Same, To, Where
from protocol.model.time import DAY, WEEK
from tests.oracle.compare import disagreements
from tests.oracle.deviating import late
from tests.semantics.small import PROTOCOL

PERIODS = (WEEK, 2 * WEEK, 4 * WEEK, 16 * DAY)
GAPS = (DAY, 6 * DAY, WEEK, 8 * DAY, 2 * WEEK)

ON, HELD = (Where("on treatment"),), (Where("held"),)
RASH = Is("rash", "yes")
FIXED = (
    Rule("hold", ON, RASH, "must", Action("hold")),
    Rule("start", (Where("before treatment"),), Always(), "must", Action("start", To("middle"))),
    Rule("resume", HELD, Not(RASH), "must", Action("resume", Same())),
)


def timed(choose: Any) -> Protocol:
    """A protocol of three levels, with steps that wait for times, some with a window, alone or beside a finding."""
    rules = tuple(_step(choose, f"step-{number}") for number in range(choose((1, 2, 3))))
    return evolve(
        PROTOCOL,
        levels=tuple(evolve(level, name=name) for level, name in zip(PROTOCOL.levels, ("low", "middle", "high"), strict=True)),
        inputs=(Input("rash", YesNo(), 8 * DAY),),
        trackers=(),
        rules=(FIXED[0], *rules, *FIXED[1:]),
    )


def _step(choose: Any, name: str) -> Rule:
    clock, period, window = (
        Clock(choose(("start", "state", "dose change", "treatment"))),
        choose(PERIODS),
        choose((0, 0, DAY, WEEK)),
    )
    due: Guard = Compare(clock, choose((">=", ">")), period)
    if window:
        due = Compare(clock, ">=", period, early=window, late=choose((0, window)))
    due = choose((due, due, Not(Compare(clock, choose(("<", "<=")), period))))
    when = choose((due, due, And((Not(RASH), due)), Or((RASH, due))))
    action = Action(*choose((("escalate", By(1), "continue"), ("reduce", By(1), "continue"), ("escalate", To("high")))))
    return Rule(name, ON, when, choose(("must", "must", "may")), action)


def compared(seed: str, protocols: int) -> Counter[str]:
    """How many deviations of each kind there were; fails where the second opinion is another one."""
    choose, kinds = Random(seed).choice, Counter[str]()
    for _ in range(protocols):
        protocol = timed(choose)
        givens = [None, Given("none"), *(Given("regimen", level.regimen) for level in protocol.levels)]
        for _ in range(4):
            state, time, visits = initial(protocol), 0, list[Visit]()
            for _ in range(7):
                shown = choose(("no", "no", "no", "yes", None))
                # Mostly the dose before goes on.
                given = choose((visits[-1].given if visits else givens[3], choose(givens)))
                visits.append(Visit(time, () if shown is None else (Observation("rash", shown),), given))
                taken, differences = disagreements(protocol, state, visits[-1])
                assert not differences, (seed, protocol.rules, state, visits[-1], differences)
                kinds.update(one.kind for one in taken.deviations)
                assert is_judged_as_it_deviates(taken), taken
                kinds["open window"] += bool(taken.verdict and taken.verdict.on_time_until is not None)
                state, time = taken.state, time + choose(GAPS)
            kinds["change too late"] += in_hindsight(protocol, visits)
    return kinds


def is_judged_as_it_deviates(taken: Step) -> bool:
    """A deviation is what nothing permits, one that is not decidable what something permits; neither is what is recommended."""
    if not taken.deviations:
        return True
    assert taken.verdict is not None
    (deviation,) = taken.deviations
    return not taken.verdict.recommended and taken.verdict.permitted == ("none" if deviation.is_certain else "some")


def in_hindsight(protocol: Protocol, visits: list[Visit]) -> int:
    """How many changes of a course came too late; each is one of which the second opinion says so, and no other."""
    state, alone = initial(protocol), list[Step]()
    for visit in visits:
        alone.append(step(protocol, state, visit))
        state = alone[-1].state
    count = 0
    for number, (before, after) in enumerate(zip(alone, trace(protocol, Course("one", tuple(visits))).steps, strict=True)):
        kinds = [[one.kind for one in side.deviations] for side in (before, after)]
        if before.verdict is None or before.verdict.on_time_until is not None or before.verdict.recommended:
            continue
        can_be = kinds[0] and kinds[0][0] in ("dose above permitted", "dose below permitted", "hold without reason")
        expected = ["change too late"] if can_be and late(protocol, alone, number) else kinds[0]
        assert kinds[1] == expected
        count += kinds[1] == ["change too late"]
    return count


def test_the_second_opinion_agrees_on_what_was_too_early_and_what_is_on_time() -> None:
    kinds = compared("timing", 40)
    assert min(kinds["change too early"], kinds["change too late"], kinds["open window"]) > 2
