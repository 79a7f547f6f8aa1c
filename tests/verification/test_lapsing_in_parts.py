"""How long something computed has been so is not known to a search that does not see its parts lapse: it proves nothing by it."""

from __future__ import annotations

import pytest

from protocol.checks.properties_of_course import judged
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Observation, Visit
from protocol.model.time import DAY
from protocol.verification.verify import verify

TEXT = """\
protocol: computed
version: 1
doses: {only: 50 mg daily}
inputs:
  a: {unit: 10*9/L, plausible: 0 to 100, valid for: 10 days, every: 7 days}
  b: {unit: 10*9/L, plausible: 0 to 100, valid for: 10 days, every: 7 days}
derived:
  both: DERIVED
trackers:
  long: {duration of: "LOW"}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at only}
  act: {in: on treatment, when: "long >= LEAST", must: hold}
  back: {in: held, when: "not LOW", must: resume at the same level}
properties:
  kept:
    never: >-
      WRONG while LOW and (at least TIMES times (LOW and not was before treatment)) BESIDE and time since start <= 3 weeks
"""
NUMBER = '{value: "a + b", unit: 10*9/L, plausible: 0 to 200, missing: MISSING}'
SCORE = '{score: {first: {"a < 50": 1, otherwise: 0, unknown: 0}, second: {"b < 50": 0, otherwise: 0, unknown: 0}}}'
HIGH_BEFORE = "and (at least 1 times (both >= 50 and not was before treatment))"


def made(derived: str, low: str, least: str, wrong: str, times: int, beside: str = "") -> str:
    text = TEXT.replace("DERIVED", derived).replace("LOW", low).replace("LEAST", least).replace("WRONG", wrong)
    return text.replace("TIMES", str(times)).replace("BESIDE", beside)


SEVERAL_PARTS = made(NUMBER.replace("MISSING", "unknown"), "both < 50", "1 week", "not decided", 2, HIGH_BEFORE)
A_SCORE = made(SCORE, "both >= 1", "2 weeks", "not held", 3)


def course(*days: tuple[int, dict[str, int]]) -> Course:
    return Course("x", tuple(Visit(day * DAY, tuple(Observation(*one) for one in said.items())) for day, said in days))


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        (SEVERAL_PARTS, course((0, {"a": 5, "b": 5}), (7, {"a": 90, "b": 5}), (14, {"a": 5}), (21, {"a": 5, "b": 5}))),
        (A_SCORE, course((0, {"a": 5}), (7, {"a": 5}), (14, {}), (21, {"a": 5}))),
    ],
    ids=["several parts", "a score"],
)
def test_what_fails_where_only_a_part_lapses_is_not_said_to_hold(text: str, fails: Course) -> None:
    protocol = parse(text)
    assert {failure.property.name for failure in judged(protocol, fails).failures} == {"kept"}
    (verdict,) = verify(protocol, only=["kept"]).verdicts
    assert verdict.outcome in ("not confirmed", "fails")
