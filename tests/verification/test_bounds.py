"""A search ends when it is told to, also the one for what a property remembers, and what it did not refute is not proved."""

from __future__ import annotations

from time import monotonic

from protocol.language.from_yaml import parse
from protocol.model.time import WEEK
from protocol.verification.bounds import Bounds, never
from protocol.verification.judging import Judging, judge
from protocol.verification.verify import searched, verify
from tests.hand_made import SPEC

LOOKS_BACK = (
    '  recovers: {after: "held", within: 4 visits, sometimes: "platelets >= 75"}\n  counts: {never: "at least 3 times hold"}\n'
)
PROTOCOL = parse(SPEC + LOOKS_BACK)


def test_without_time_nothing_is_proved_and_nothing_hangs() -> None:
    began = monotonic()
    found = verify(PROTOCOL, seconds=0)
    assert monotonic() - began < 10
    assert {one.outcome for one in found.verdicts} == {"unfinished"} and all(one.why for one in found.verdicts)
    assert not any(seen.complete for seen in found.seen)


def test_what_a_property_remembers_is_bounded_too() -> None:
    made = searched(PROTOCOL, WEEK, Bounds(), lambda text: None)
    item = next(one for one in PROTOCOL.properties if one.name == "counts")
    whole = judge(Judging(made.search), made.explored, item, never)
    part = judge(Judging(made.search), made.explored, item, lambda states: "enough" if states > 3 else "")
    assert whole.certain and not whole.ended
    assert part.ended == "enough" and not part.certain and part.states < whole.states


def test_a_bound_says_which_it_was() -> None:
    assert "there are more than 10 states" in Bounds(states=2).of_properties()(11)
    assert "took more than 0 seconds" in Bounds(seconds=0).of_properties()(1)
    assert "more than 1 MB of memory" in Bounds(memory=1).of_properties()(1)
    assert Bounds().of_properties()(1) == "" == never(10**9)
