"""At the very minute at which something comes due or ceases to count every way of deciding a table agrees with the reference."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import permutations
from random import Random
from typing import Any

import pytest
from attrs import evolve

pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")

from protocol.executors import by_columns, by_reference
from protocol.executors.plain import replay_plain
from protocol.executors.visits_table import checked
from protocol.model.course import Course, Given, Visit
from protocol.model.protocol import Protocol
from protocol.model.time import DAY
from tests.executors.test_columns import WAYS, take
from tests.executors.test_plain import NAMES, rows
from tests.executors.visits import table
from tests.semantics.test_edges import ACTIONS, GUARDS, LOW, courses, edges


def shown(spec: Protocol) -> Iterator[Course]:
    """The courses, and every second again with doses given that may be others than what is recommended."""
    random = Random(str(spec.rules[1].when))
    givens = [None, None, Given("none"), *(Given("regimen", level.regimen) for level in spec.levels)]
    for number, visits in enumerate(courses(random)):
        yield Course(f"followed {number}", visits)
        if number % 2:
            yield Course(f"given {number}", tuple(evolve(visit, given=random.choice(givens)) for visit in visits))


@cache
def decided() -> tuple[tuple[Protocol, Any, list[dict[str, Any]]], ...]:
    """Each protocol with a table of its courses, and what the reference decides; of a third a change may come a day later."""
    found = []
    for number, guard in enumerate(GUARDS):
        spec = edges(guard, ACTIONS[number % 2])
        spec = spec if number % 3 else evolve(spec, act_within=DAY)
        visits = checked(spec, table(spec, shown(spec)))
        found.append((spec, visits, by_reference.decisions(spec, visits).to_pylist()))
    return tuple(found)


def test_one_row_after_the_other_agrees_at_the_minute() -> None:
    for spec, visits, expected in decided():
        found = [row for one in replay_plain(spec, visits.to_pydict()) for row in rows(one)]
        assert found == [{name: row[name] for name in (*NAMES, "refused")} for row in expected], spec.rules[1]


@pytest.mark.parametrize("way", WAYS)
def test_columns_agree_at_the_minute(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    take(way, monkeypatch)
    ways = set()
    for spec, visits, expected in decided():
        found = by_columns.decisions(spec, visits)
        ways.add(found.schema.metadata[b"decided"].decode())
        assert found.to_pylist() == expected, spec.rules[1]
    assert way in ways


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sign", [">=", ">"])
def test_who_stepped_as_a_stopwatch_came_due_is_not_taken_for_who_stepped_before(
    sign: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same is asked of both, in the same minute; only what the stopwatch showed at the step is different."""
    take(way, monkeypatch)
    spec = edges(f"time on treatment {sign} 4 days", ACTIONS[0], where="on treatment at highest")
    for steps in permutations((3 * DAY, 4 * DAY - 1, 4 * DAY, 4 * DAY + 1), 2):
        pair = [Course(f"at {step}", (Visit(0), Visit(step, (LOW,)), Visit(6 * DAY))) for step in steps]
        visits = checked(spec, table(spec, pair))
        found = by_columns.decisions(spec, visits).to_pylist()
        assert found == by_reference.decisions(spec, visits).to_pylist()
        assert {row["action"] for row in found if row["elapsed"] == 6 * DAY} <= {"reduce", "continue"}
