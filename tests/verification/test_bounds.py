"""A search ends when it is told to, also the one for what a property remembers, and what it did not refute is not proved."""

from __future__ import annotations

from time import monotonic

from protocol.language.from_yaml import parse
from protocol.model.time import WEEK
from protocol.verification.properties.judge import judge
from protocol.verification.properties.judging import Judging
from protocol.verification.search.bounds import Bounds, Ended, never
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
    def share(bounds: Bounds) -> Ended:
        return next(bounds.shares(1))

    assert "there are more than 10 states" in share(Bounds(states=2))(11)
    assert "its share of 0 seconds" in share(Bounds(seconds=0))(1)
    assert "more than 1 MB of memory" in share(Bounds(memory=1))(1)
    assert share(Bounds())(1) == "" == never(10**9)


def test_a_property_that_takes_long_leaves_time_for_those_after_it() -> None:
    shares = Bounds(seconds=0.4).shares(2)
    first = next(shares)
    while not first(1):
        pass
    assert next(shares)(1) == ""
