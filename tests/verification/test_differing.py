"""Mutants are told apart or proved the same: by the search, and again by trying every short course, which knows no cells."""

from __future__ import annotations

from itertools import pairwise, permutations

import pytest

from protocol.language.from_yaml import parse
from protocol.model.course import Observation, Visit
from protocol.model.guard import Compare, nodes
from protocol.model.protocol import Protocol
from protocol.model.state import State
from protocol.model.time import WEEK
from protocol.semantics.step import initial, step
from protocol.verification.difference.alike import Searches
from protocol.verification.difference.comparing import Comparing
from protocol.verification.mutation.differing import COMPUTED, Differing, Search
from protocol.verification.mutation.mutants import mutants
from protocol.verification.mutation.shown import first_difference, of_step
from tests.verification.small import COUNTS, TEXT
from tests.verification.text_mutants import text_mutants

DEPTH = 3
BY_TEXT = list(text_mutants(COUNTS, at_most=14, seed=4))
BY_MODEL = [(one.says, one.protocol) for one in mutants(COUNTS) if one.kind != "validity"][::6]


def searched(other: Protocol) -> Differing:
    return Search(COUNTS, other, WEEK, states=20_000, seconds=60).first()


def values(*protocols: Protocol) -> tuple[Observation | None, ...]:
    """A count on each side of every number in either text, and none at all."""
    guards = (node for protocol in protocols for rule in protocol.rules for node in nodes(rule.when))
    cuts = sorted({0, 100, *(node.constant for node in guards if isinstance(node, Compare))})
    found = sorted({*cuts, *((one + other) / 2 for one, other in pairwise(cuts))})
    return (None, *(Observation("anc", value) for value in found))


def shortest(one: Protocol, other: Protocol) -> int | None:
    """After how many weekly visits, at which what is recommended is given, the two differ; None up to the depth."""
    observations = values(one, other)
    pairs: list[tuple[State, State]] = [(initial(one), initial(other))]
    for visit in range(DEPTH):
        after = []
        for states in pairs:
            for seen in observations:
                at = Visit(visit * WEEK, (seen,) if seen else ())
                here, there = step(one, states[0], at), step(other, states[1], at)
                if of_step(here) != of_step(there):
                    return visit + 1
                after.append((here.state, there.state))
        pairs = after
    return None


@pytest.mark.parametrize(("what", "changed"), BY_TEXT + BY_MODEL, ids=lambda value: value if isinstance(value, str) else "")
def test_the_search_and_every_short_course_agree(what: str, changed: Protocol) -> None:
    found, tried = searched(changed), shortest(COUNTS, changed)
    if tried is None:
        assert found.proved or len(found.courses[0].visits) > DEPTH or any(visit.given for visit in found.courses[0].visits)
    else:
        assert len(found.courses[0].visits) == tried
        assert first_difference(COUNTS, changed, found.courses[0]) == tried - 1


def test_what_is_no_change_is_proved_to_be_none() -> None:
    text = TEXT.replace("hold: {in", "wait: {in").replace("held by hold", "held by wait")
    assert searched(parse(text)) == Differing(proved=True)
    found = Comparing(COUNTS, parse(text.replace("full:", "most:").replace("start at full", "start at most")), (WEEK,)).compare()
    assert (found.apart, found.ended) == ({}, "")


def test_a_search_that_was_ended_says_why() -> None:
    other = parse(TEXT.replace("anc >= 4", "anc >= 5"))
    found = Search(COUNTS, other, WEEK, states=1, seconds=60).first()
    assert not found.proved and not found.courses
    assert found.why


def scored(case: str, points: int = 2) -> Protocol:
    """The protocol with a score of one item, at two points of which drug is held."""
    score = f"derived:\n  risk: {{score: {{item: {{'{case}': {points}, otherwise: 0, unknown: 0}}}}}}\n"
    alt = "inputs:\n  alt: {unit: U/L, plausible: 0 to 1000, valid for: 8 days}"
    rules = score + 'rules:\n  scored: {in: on treatment, when: "risk >= 2", must: hold}'
    return parse(TEXT.replace("inputs:", alt).replace("rules:", rules))


@pytest.mark.parametrize(
    ("one", "other", "visits", "why"),
    [
        (scored("anc < 2"), scored("anc < 3"), 2, ""),
        (scored("anc < 2"), scored("anc < 2", 3), 0, ""),
        (scored("alt < 2 x ULN"), scored("alt < 3 x ULN"), 0, COMPUTED),
    ],
)  # fmt: skip
def test_what_changes_a_score_is_told_apart_and_proved_only_where_that_follows_from_the_visit(
    one: Protocol, other: Protocol, visits: int, why: str
) -> None:
    found = Search(one, other, WEEK, states=20_000, seconds=60).first()
    assert [len(course.visits) for course in found.courses[:1]] == ([visits] if visits else [])
    assert (found.proved, found.why) == (not visits and not why, why)


def test_a_definition_that_only_a_score_asks_is_no_rule_that_stands_in_both() -> None:
    named = TEXT.replace(
        "rules:",
        "derived:\n  few: {when: 'anc < 2'}\n  risk: {score: {item: {few: 2, otherwise: 0, unknown: 0}}}\n"
        'rules:\n  scored: {in: on treatment, when: "risk >= 2", must: hold}',
        1,
    )
    other, searches = named.replace("'anc < 2'", "'anc >= 2'"), Searches()
    found = Search(parse(named), parse(other), WEEK, states=20_000, seconds=60, searches=searches).first()
    assert len(found.courses[0].visits) == 2


def test_what_an_action_is_called_is_a_difference_to_who_compares_a_build() -> None:
    ask = '  ask: {in: on treatment at full, when: "anc >= 4", must: "review, dose withheld"}\n'
    end = '  {name}: {{in: in review by ask, when: "anc >= 1.5", must: "{action}"}}\n'
    rules = [end.format(name=name, action=action) for name, action in (("less", "reduce"), ("again", "resume at low"))]
    one, other = (parse(TEXT + ask + "".join(some)) for some in (rules, rules[::-1]))
    found = Search(one, other, WEEK, states=20_000, seconds=60).first()
    assert [len(course.visits) for course in found.courses[:1]] == [3]
    assert not Comparing(one, other, (WEEK,)).compare().apart


def test_a_level_of_another_name_with_the_same_dose_is_a_difference_to_who_compares_a_build() -> None:
    text = TEXT.replace("low: 50 mg", "low: 100 mg")
    one, other = parse(text), parse(text.replace("start at full", "start at low"))
    assert [len(course.visits) for course in Search(one, other, WEEK, states=20_000, seconds=60).first().courses[:1]] == [1]


def test_nothing_is_proved_where_only_ordinary_visits_were_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protocol.verification.difference.comparing.MOST_KEPT", -1)
    found = searched(parse(TEXT.replace("hold: {in", "wait: {in").replace("held by hold", "held by wait")))
    assert not found.proved and "too many to be followed" in found.why


USED_ONCE = """\
protocol: once
version: 1
doses: {low: 50 mg daily, high: 100 mg daily}
inputs: {rash: {yes or no, valid for: 2 weeks}}
rules:
  start: {in: before treatment, when: "rash", must: start at low}
  more: {in: on treatment at low, when: "rash", must: escalate, again: yes}
"""


@pytest.mark.parametrize("turned", [False, True])
def test_where_only_one_of_two_tells_how_new_a_reading_is_the_other_follows_old_ones_too(turned: bool) -> None:
    both = parse(USED_ONCE), parse(USED_ONCE.replace(", again: yes", ""))
    one, other = reversed(both) if turned else both
    found = Search(one, other, WEEK, states=200, seconds=10).first()
    assert [len(course.visits) for course in found.courses] == [2]
    assert not found.courses[0].visits[1].observations


HELD_ONCE = """\
protocol: held
version: 1
doses: {low: 50 mg daily, high: 100 mg daily}
inputs:
  rash: {yes or no, valid for: 1 week}
  fever: {yes or no, valid for: 1 day}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: "always", must: start at high}
  hold: {in: on treatment, when: "rash", must: hold}
  less: {in: on treatment at high, when: "rash and fever", must: reduce}
  resume: {in: held, when: "fever", must: resume at the same level}
"""


@pytest.mark.parametrize("turned", [False, True])
def test_a_reading_can_be_newer_than_the_last_step_or_hold_of_one_of_two_protocols_and_not_of_the_other(turned: bool) -> None:
    both = parse(HELD_ONCE), parse(HELD_ONCE.replace("must: hold}", "must: hold, again: no}"))
    one, other = reversed(both) if turned else both
    found = Search(one, other, WEEK, states=500, seconds=10).first()
    assert {len(course.visits) for course in found.courses} == {3}


STEPPED_ONCE = """\
protocol: stepped
version: 1
doses: {low: 50 mg daily, mid: 75 mg daily, high: 100 mg daily}
inputs:
  rash: {yes or no, valid for: 2 weeks}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at high}
  wait: {in: on treatment at low, when: "rash", must: hold, again: no}
  less: {in: on treatment at mid or high, when: "rash", must: reduce}
  back: {in: held by wait, when: always, must: resume at low}
"""


@pytest.mark.parametrize("turned", [False, True])
def test_where_both_protocols_tell_how_new_a_reading_is_and_only_one_since_a_step_both_follow_old_readings(turned: bool) -> None:
    both = parse(STEPPED_ONCE), parse(STEPPED_ONCE.replace("must: reduce", "must: reduce, again: yes"))
    one, other = reversed(both) if turned else both
    found = Search(one, other, WEEK, states=2000, seconds=15).first()
    assert [len(course.visits) for course in found.courses] == [2]


OFFERED = """\
protocol: offered
version: 1
doses: {low: 50 mg daily, high: 100 mg daily}
inputs: {rash: {yes or no, valid for: 1 week}}
otherwise: {on treatment: continue}
rules:
  start: {in: before treatment, when: always, must: start at low}
  MAY
"""
MAYS = {
    "nothing": "",
    "what is ordered anyway": 'same: {in: on treatment, when: "rash", may: continue}',
    "what leads nowhere": 'less: {in: on treatment, when: "rash", may: reduce}',
    "the same by another name": 'same: {in: on treatment, when: "rash", may: escalate to low}',
    "when it is always so": "same: {in: on treatment, when: always, may: continue}",
}


@pytest.mark.parametrize(("one", "other"), [*permutations(MAYS, 2)])
def test_what_is_permitted_is_told_apart_also_where_it_changes_no_dose(one: str, other: str) -> None:
    both = [parse(OFFERED.replace("MAY", MAYS[name])) for name in (one, other)]
    found = Search(*both, WEEK, states=100, seconds=10).first()
    assert {len(course.visits) for course in found.courses} == {2} and not found.proved
