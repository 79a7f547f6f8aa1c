"""A search ends when it is told to, also the one for what a property remembers, and what it did not refute is not proved."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from itertools import count
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve

import protocol
from protocol.language.from_yaml import parse
from protocol.model.time import WEEK
from protocol.model.verification import INTERRUPTED
from protocol.verification.difference.diff import diff
from protocol.verification.proof.prove import Proving
from protocol.verification.proof.truths import Truths
from protocol.verification.properties.failing import Judged
from protocol.verification.properties.judge import judge
from protocol.verification.properties.judging import Judging
from protocol.verification.search import bounds, size
from protocol.verification.search.abstraction import abstraction
from protocol.verification.search.bounds import Bounds, Ended, never
from protocol.verification.search.breadth_first import BreadthFirst
from protocol.verification.search.exploring import Exploring
from protocol.verification.search.watch import NO_MEMORY, BoundMet
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


def test_of_many_properties_one_may_take_an_eighth_of_the_time_that_is_left() -> None:
    now = [0.0]
    shares = Bounds(seconds=80, clock=lambda: now[0]).shares(100)
    first = next(shares)
    now[0] = 9.9
    assert not first(0)
    now[0] = 10.1
    assert first(0)
    second = next(shares)
    now[0] += (80 - 10.1) / 8 + 0.1
    assert second(0)


def test_a_property_that_takes_long_leaves_time_for_those_after_it() -> None:
    shares = Bounds(seconds=0.4).shares(2)
    first = next(shares)
    while not first(1):
        pass
    assert next(shares)(1) == ""


# One state that takes longer than all of another protocol

LARGE = protocol.load("imatinib-hes/2026-dress")
"""To follow its first state alone it is looked at the bounds hundreds of times."""


def at_look(number: int, what: Callable[[], str]) -> Ended:
    """Does something at the so-manieth look, and every one after it."""
    looks = count(1)
    return lambda states: what() if next(looks) >= number else ""


def raising(error: type[BaseException]) -> Callable[[], str]:
    def raises() -> str:
        raise error

    return raises


@pytest.mark.parametrize(
    ("what", "said"),
    [(lambda: "enough", "enough"), (raising(KeyboardInterrupt), INTERRUPTED), (raising(MemoryError), NO_MEMORY)],
    ids=["bound", "interrupted", "no memory"],
)
def test_a_search_ends_in_the_middle_of_one_state(what: Callable[[], str], said: str) -> None:
    found = BreadthFirst(Exploring(abstraction(LARGE, WEEK), (WEEK,))).explore(at_look(3, what))
    assert (found.ended, len(found.states)) == ([said], 1)


def test_a_bound_that_is_met_in_one_state_ends_verification_and_says_what_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = count()
    monkeypatch.setattr(bounds, "megabytes", lambda: 10 * next(looks))
    found = verify(LARGE, memory=40)
    assert found.seen[0].states == 1 and "its share of 40 MB" in found.seen[0].why
    assert {one.outcome for one in found.verdicts} == {"unfinished"} and len(found.verdicts) > len(LARGE.properties)
    assert any("33 inputs, most of all of bilirubin" in note for note in found.notes)
    assert next(looks) < 3 * len(found.verdicts)


@pytest.mark.parametrize("look", [3, 8])
def test_who_interrupts_a_state_or_a_property_is_shown_what_there_is(monkeypatch: pytest.MonkeyPatch, look: int) -> None:
    looks = count(1)

    def interrupting() -> int:
        if (number := next(looks)) == look:
            raise KeyboardInterrupt
        return 1 if number < 4 else 35

    monkeypatch.setattr(bounds, "megabytes", interrupting)
    found = verify(LARGE, memory=40)
    assert found.is_interrupted and not found.seen[0].complete
    assert {one.outcome for one in found.verdicts} == {"unfinished"}
    assert len(found.verdicts) > len(LARGE.properties)


def test_what_somebody_ends_before_it_is_judged_is_told_as_unfinished(monkeypatch: pytest.MonkeyPatch) -> None:
    module, whole, turns = import_module("protocol.verification.verify"), verify(PROTOCOL), count(1)

    def judged(*arguments: Any) -> Judged:
        if next(turns) == 2:
            raise KeyboardInterrupt
        return judge(*arguments)

    monkeypatch.setattr(module, "judge", judged)
    found = verify(PROTOCOL)
    assert found.is_interrupted and [one.name for one in found.verdicts] == [one.name for one in whole.verdicts]
    assert found.verdicts[0] == whole.verdicts[0]
    assert {(one.outcome, one.why, one.counterexample) for one in found.verdicts[1:]} == {("unfinished", INTERRUPTED, None)}


def test_where_memory_ends_in_the_search_for_one_property_the_others_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {one.name: one.outcome for one in verify(PROTOCOL).verdicts}
    made = searched(PROTOCOL, WEEK, Bounds(), lambda text: None)
    for item in PROTOCOL.properties:
        judged = judge(Judging(made.search), made.explored, item, at_look(1, raising(MemoryError)))
        assert judged.ended == NO_MEMORY and not judged.certain
    again = {item.name: bool(judge(Judging(made.search), made.explored, item).certain) for item in PROTOCOL.properties}
    assert any(again.values()) and again == {item.name: whole[item.name] == "fails" for item in PROTOCOL.properties}


def test_without_a_bound_for_memory_there_is_one_that_leaves_half_of_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def there_is(*megabytes: int) -> int:
        monkeypatch.setattr(size, "_all_there_is", lambda: iter([one * 1024 * 1024 for one in megabytes]))
        return size.most_megabytes()

    assert [there_is(64_000), there_is(64_000, 2_000), there_is(), there_is(1)] == [size.MOST_MEMORY, 1_000, size.MOST_MEMORY, 1]
    there_is(8_000)
    assert size.most_megabytes(processes=4) == 1_000
    assert Bounds().memory == size.MOST_MEMORY


# Two protocols, and proofs

OTHER = evolve(LARGE, rules=LARGE.rules[:-1])


@pytest.mark.parametrize(("look", "said"), [(4, "its share of 40 MB"), (3, INTERRUPTED)], ids=["bound", "interrupted"])
def test_a_comparison_ends_in_the_middle_of_one_pair_of_states(monkeypatch: pytest.MonkeyPatch, look: int, said: str) -> None:
    looks = count(1)

    def interrupting() -> int:
        number = next(looks)
        if number == 3 == look:
            raise KeyboardInterrupt
        return 1 if number < look else 50

    monkeypatch.setattr(bounds, "megabytes", interrupting)
    found = diff(LARGE, OTHER, memory=40)
    assert (found.pairs, found.kinds, found.is_equivalent) == (1, (), False)
    assert said in found.ended and next(looks) < 10


@pytest.mark.parametrize("look", [1, 6])
def test_a_proof_keeps_to_the_memory(monkeypatch: pytest.MonkeyPatch, look: int) -> None:
    pytest.importorskip("z3", reason="Z3 is not installed (extra 'verify')")
    looks = count(1)
    proving = Proving(PROTOCOL, bounds=Bounds(memory=100_000))
    if look > 1:
        proving.find_all()
    monkeypatch.setattr(bounds, "megabytes", lambda: 200_000 if next(looks) >= look else 1)
    proofs = [proving.prove(item) for item in PROTOCOL.properties]
    assert any("100,000 MB" in one.why for one in proofs)
    assert all(one.outcome != "holds" for one in proofs) is (look == 1)


@pytest.mark.parametrize(("said", "error"), [("memout", BoundMet), ("interrupted from keyboard", KeyboardInterrupt)])
def test_what_z3_does_not_answer_is_not_taken_for_no(said: str, error: type[BaseException]) -> None:
    z3 = pytest.importorskip("z3", reason="Z3 is not installed (extra 'verify')")

    class Silent:
        def check(self) -> object:
            return z3.unknown

        def reason_unknown(self) -> str:
            return said

        def add(self, *some: object) -> None: ...

    silent = SimpleNamespace(Solver=Silent, unknown=z3.unknown, sat=z3.sat)
    with pytest.raises(error):
        list(Truths(silent).together([("fact", z3.Bool("fact"))], [], {}))
