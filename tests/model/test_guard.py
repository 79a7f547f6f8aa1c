"""A guard is a tree of frozen nodes, and walking it meets each of them once."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.model.guard import (
    Always,
    And,
    Clock,
    Compare,
    GradeOf,
    Guard,
    Is,
    Known,
    Named,
    Not,
    Or,
    Ratio,
    Tracked,
    Value,
    nodes,
)

LOW = Compare(Value("anc"), "<", Fraction(1))
RASH = Is("rash", "yes")
READ = Known("platelets", within=4320)

WALKS: list[tuple[Guard, list[Guard]]] = [
    (Always(), [Always()]),
    (LOW, [LOW]),
    (RASH, [RASH]),
    (READ, [READ]),
    (Named("dress"), [Named("dress")]),
    (Not(LOW), [Not(LOW), LOW]),
    (And((LOW, RASH)), [And((LOW, RASH)), LOW, RASH]),
    (Or((LOW, Not(RASH))), [Or((LOW, Not(RASH))), LOW, Not(RASH), RASH]),
    (And((Or((LOW, RASH)), READ)), [And((Or((LOW, RASH)), READ)), Or((LOW, RASH)), LOW, RASH, READ]),
    (And((LOW, LOW)), [And((LOW, LOW)), LOW, LOW]),
    (And(()), [And(())]),
]


@pytest.mark.parametrize(("guard", "walk"), WALKS)
def test_nodes_come_outermost_first_and_left_to_right(guard: Guard, walk: list[Guard]) -> None:
    assert list(nodes(guard)) == walk


def test_guards_are_values_that_compare_and_hash_by_what_they_say() -> None:
    assert Compare(Value("anc"), "<", Fraction(1)) == LOW
    assert len({LOW, Compare(Value("anc"), "<", Fraction(1)), Compare(Value("anc"), "<=", Fraction(1))}) == 2


def test_two_terms_about_one_input_are_not_the_same_term() -> None:
    assert len({Value("x"), GradeOf("x"), Tracked("x"), Ratio("x", "ULN"), Ratio("x", "LLN")}) == 5


def test_a_clock_carries_its_window_beside_the_time_at_which_it_is_due() -> None:
    due = Compare(Clock("start"), ">=", Fraction(40320), early=4320, late=4320)
    assert (due.early, due.late) == (4320, 4320)
    assert due != Compare(Clock("start"), ">=", Fraction(40320))


# Laws

leaves = st.sampled_from([Always(), LOW, RASH, READ, Named("dress")])


def joined(parts: st.SearchStrategy[Guard]) -> st.SearchStrategy[Guard]:
    several = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, parts), st.builds(And, several), st.builds(Or, several))


guards = st.recursive(cast("st.SearchStrategy[Guard]", leaves), joined, max_leaves=12)


def size(guard: Guard) -> int:
    match guard:
        case Not(part):
            return 1 + size(part)
        case And(parts) | Or(parts):
            return 1 + sum(map(size, parts))
        case _:
            return 1


@given(guards)
def test_every_node_is_met_once(guard: Guard) -> None:
    assert len(list(nodes(guard))) == size(guard)


@given(guards)
def test_the_first_node_is_the_guard_itself(guard: Guard) -> None:
    assert next(nodes(guard)) == guard


@given(guards, st.sampled_from([Not, lambda guard: And((guard,)), lambda guard: Or((guard,))]))
def test_wrapping_a_guard_puts_one_node_before_it(guard: Guard, wrap: Callable[[Guard], Guard]) -> None:
    assert list(nodes(wrap(guard)))[1:] == list(nodes(guard))
