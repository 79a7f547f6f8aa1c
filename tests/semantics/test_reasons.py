"""Why drug is interrupted: what was true beside the rule that acted, what a bound leaves open, and what a review remembers."""

from __future__ import annotations

import pytest

from protocol.language.from_yaml import parse
from protocol.model.course import Observation, Visit
from protocol.model.protocol import Protocol
from protocol.model.time import DAY
from tests.semantics.small import after

HEAD = """
protocol: drawn
version: "1"
otherwise: {before treatment: continue, on treatment: continue, held: continue, in review: continue}
doses: {low: 50 mg daily, middle: 100 mg daily, high: 200 mg daily}
inputs:
  plt: {unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days}
  rash: {yes or no, valid for: 8 days}
rules:
  start: {in: before treatment, when: always, must: start at high}
"""
TWO_HOLDS = parse(
    HEAD
    + """
  very-low: {in: on treatment, when: "plt < 25", must: hold then at most low}
  low: {in: on treatment, when: "plt < 50", must: hold}
  back: {in: held, when: "plt >= 75", must: resume at the same level}
"""
)
REVIEWED = parse(
    HEAD
    + """
  ask: {in: [on treatment, held], when: rash, must: "review, dose withheld"}
  low: {in: on treatment, when: "plt < 50", must: hold then at most middle}
  back: {in: held by low, when: "plt >= 75", must: resume at high}
  over: {in: in review by ask, when: "not rash", must: resume at the same level}
"""
)


def at(day: int, **values: object) -> Visit:
    """A visit with numbers, options, and bounds such as ``<30``."""
    observed = (
        Observation(name, str(value)[1:], censored="<") if str(value).startswith("<") else Observation(name, value)  # type: ignore[arg-type]
        for name, value in values.items()
    )
    return Visit(day * DAY, tuple(observed))


@pytest.mark.parametrize(
    ("counts", "reasons", "level"),
    [
        ({"plt": 20}, {"low", "very-low"}, "low"),
        ({"plt": 30}, {"low"}, "high"),
        # Nobody will ever know on which side of 25 it was.
        ({"plt": "<30"}, {"low", "very-low"}, "low"),
    ],
)
def test_a_bound_that_leaves_a_hold_open_counts_as_its_reason(counts: dict[str, object], reasons: set[str], level: str) -> None:
    held = after(at(0, plt=200), at(7, **counts), protocol=TWO_HOLDS)
    assert (held.decision.status, held.state.reasons) == ("decided", frozenset(reasons))
    back = after(at(0, plt=200), at(7, **counts), at(14, plt=200), protocol=TWO_HOLDS)
    assert (str(back.state.control), back.state.level.name) == ("on treatment", level)


@pytest.mark.parametrize("protocol", [REVIEWED])
def test_a_hold_that_is_true_when_drug_is_withheld_for_a_review_is_remembered_with_its_cap(protocol: Protocol) -> None:
    course = at(0, plt=200, rash="no"), at(2, plt=30, rash="yes"), at(3, plt=200, rash="no")
    asked, over = after(*course[:2], protocol=protocol), after(*course, protocol=protocol)
    assert (str(asked.state.control), asked.state.reasons) == ("in review by ask", frozenset({"low"}))
    assert (str(over.state.control), over.state.level.name, over.state.reasons) == ("on treatment", "middle", frozenset())


def test_a_lower_limit_of_normal_of_zero_is_one_even_where_the_value_is_never_zero() -> None:
    text = HEAD.replace("plausible: 0 to 3000", "plausible: 1 to 3000")
    protocol = parse(text + '  high: {in: on treatment, when: "plt > 5 x ULN", must: hold}\n')
    visit = Visit(DAY, (Observation("plt", 900, lower=0, upper=40),))
    assert (after(at(0), visit, protocol=protocol).decision.action, after(at(0), visit, protocol=protocol).refused) == (
        "hold",
        (),
    )
