"""Two protocols over all courses: equivalent, or each kind of difference with a course that shows it in both."""

from __future__ import annotations

import pytest
from attrs import evolve

import protocol
from protocol.errors import NotationError
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.difference import Difference
from protocol.model.protocol import Protocol
from protocol.model.regimen import regimen
from protocol.model.time import DAY
from protocol.semantics.trace import trace
from protocol.verification.difference.diff import diff, treated
from protocol.verification.difference.meanings import look_at, meaning_of
from tests.verification.small import COUNTS, TEXT


def changed(before: str, after: str) -> Protocol:
    """The small protocol with a part of its text replaced."""
    assert before in TEXT
    return parse(TEXT.replace(before, after))


def shown(old: Protocol, new: Protocol) -> list[tuple[str, int, str, int]]:
    """Each difference: what it means, how many visits show it, whether one of the two does the same later, and when."""
    found = diff(old, new)
    replay(old, new, found)
    assert not (found.ended or found.unconfirmed or found.limits)
    return [(one.meaning, len(one.course.visits), one.by, one.later // DAY) for one in found.kinds]


def replay(old: Protocol, new: Protocol, found: Difference) -> None:
    """Every course is as it says: in both protocols the decisions are the same, up to its last visit."""
    for one in found.kinds:
        assert (trace(old, one.course).steps, trace(new, one.course).steps) == (one.old, one.new)
        meanings = [meaning_of(look_at(old, was), look_at(new, now)) for was, now in zip(one.old, one.new, strict=True)]
        assert meanings == [None] * (len(meanings) - 1) + [one.meaning]


def test_a_protocol_is_equivalent_to_itself() -> None:
    found = diff(COUNTS, COUNTS)
    assert found.is_equivalent and found.pairs > 5 and not found.declared


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("full", "whole"),  # a level has another name
        ("hold: {in", "neutropenia: {in"),
        ("anc < 1\"", "not (anc >= 1)\""),
        ("version: 1", "version: 2"),
    ],
)  # fmt: skip
def test_what_changes_nothing_is_shown_to_change_nothing(before: str, after: str) -> None:
    text = TEXT.replace(before, after).replace(
        "held by hold", "held by neutropenia" if "neutropenia" in after else "held by hold"
    )
    assert diff(COUNTS, parse(text)).is_equivalent


def test_another_order_of_rules_that_are_never_true_at_once_changes_nothing() -> None:
    assert diff(COUNTS, evolve(COUNTS, rules=tuple(reversed(COUNTS.rules)))).is_equivalent


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ('"anc < 1"', '"anc < 0.8"', ("no longer holds", 2, "", 0)),
        ('"anc < 1"', '"anc < 1.2"', ("holds", 2, "", 0)),
        ("  hold:", '  off: {in: on treatment, when: "anc < 0.5", must: stop}\n  hold:', ("stops", 2, "", 0)),
        ("start at full", "start at low", ("starts at another level", 1, "", 0)),
        ('before treatment, when: "anc >= 1.5"', 'before treatment, when: "anc >= 2"', ("no longer starts", 1, "", 0)),
        ("at the next lower level, else stop", "at the same level", ("resumes at another level", 3, "", 0)),
        ('held by hold, when: "anc >= 1.5"', 'held by hold, when: "anc >= 2"', ("no longer resumes", 3, "", 0)),
        ('"anc >= 4", may', '"anc >= 5", may', ("permits less", 4, "", 0)),
        ('"anc >= 4", may: escalate', '"anc >= 4", must: escalate', ("escalates", 4, "", 0)),
        (", on treatment: continue", "", ("silent now", 2, "", 0)),
    ],
)
def test_each_kind_of_difference_has_its_shortest_course(before: str, after: str, kind: tuple[str, int, str, int]) -> None:
    assert shown(COUNTS, changed(before, after))[0] == kind


def test_what_comes_later_with_the_same_findings_says_when() -> None:
    now = 'held by hold, when: "anc >= 1.5"'
    late = changed(now, 'held by hold, when: "anc >= 1.5 and time on hold >= 3 weeks"')
    assert ("no longer resumes", 3, "new", 14) in shown(COUNTS, late)
    assert ("resumes", 3, "old", 14) in shown(late, COUNTS)


def test_inputs_and_doses_that_are_declared_differently_are_listed_up_front() -> None:
    other = (
        TEXT.replace("8 days", "15 days")
        .replace("50 mg", "60 mg")
        .replace("inputs:", "inputs:\n  rash: {yes or no, valid for: ever}")
    )
    said = {(one.what, one.name, one.aspect, one.old, one.new) for one in diff(COUNTS, parse(other)).declared}
    assert ("input", "anc", "valid for", "8 days", "15 days") in said
    assert ("dose", "low", "regimen", "50 mg every day", "60 mg every day") in said
    assert ("input", "rash", "", None, "yes or no") in said


DEFINED = """\
derived:
  low: {when: "anc < 1", label: Counts are low}
  fall: {value: "baseline(anc) - anc", unit: 10*9/L, plausible: 0 to 100, missing: unknown}
  burden: {score: {count: {"anc < 0.5": 2, low: 1, otherwise: 0, unknown: 2}}}
trackers:
  falls: {episodes of: low, until: "anc >= 2", measured only: yes}
  least: {lowest: anc}
interpretations:
  weeks:
    question: How long?
    chosen: one
    readings: {one: {means: One., guard: "time since start > 7 days"}, two: {means: Two., guard: "time since start > 14 days"}}
"""


def test_definitions_that_say_something_different_are_listed_and_those_that_are_only_called_otherwise_are_not() -> None:
    old = DEFINED + "rules:"
    new = old.replace("anc < 1", "anc < 0.8").replace("- anc", "- 2 * anc").replace(": 2, low", ": 3, low")
    new = new.replace("anc >= 2", "anc >= 3").replace("  least: {lowest: anc}\n", "").replace("chosen: one", "chosen: two")
    both = [parse(TEXT.replace("rules:", one)) for one in (old, new)]
    assert [(one.what, one.name, one.old, one.new) for one in diff(*both).declared] == [
        ("condition", "low", "anc < 1", "anc < 0.8"),
        (
            "number", "fall", "baseline(anc) - anc from 0 to 100 10*9/L", "baseline(anc) - 2 * anc from 0 to 100 10*9/L",
        ),
        (
            "score", "burden", "count 2 where anc < 0.5, 1 where low, 0 otherwise, 2 where that is not known",
            "count 3 where anc < 0.5, 1 where low, 0 otherwise, 2 where that is not known",
        ),
        ("tracker", "falls", "episodes of low, until anc >= 2, measured only", "episodes of low, until anc >= 3, measured only"),
        ("tracker", "least", "lowest anc", None),
        ("reading", "weeks", "one (time since start > 1 week)", "two (time since start > 2 weeks)"),
    ]  # fmt: skip
    assert not diff(both[0], parse(TEXT.replace("rules:", old.replace("are low", "are too low")))).declared


def test_an_input_that_only_one_asks_is_part_of_the_course() -> None:
    other = TEXT.replace("inputs:", "inputs:\n  rash: {yes or no, valid for: 8 days}").replace(
        "rules:", 'rules:\n  off: {in: on treatment, when: "rash", must: stop}'
    )
    found = diff(COUNTS, parse(other))
    stops = next(one for one in found.kinds if one.meaning == "stops")
    assert any(seen.input == "rash" and seen.value == "yes" for seen in stops.course.visits[-1].observations)
    assert not found.unconfirmed


def test_what_is_left_out_is_said_and_nothing_is_proved() -> None:
    other = changed("0 to 100", "0 to 50")
    found = diff(COUNTS, other)
    assert not found.kinds and not found.is_equivalent and "0 to 50" in found.limits[0]


@pytest.mark.parametrize(
    ("input_as", "said"),
    [
        ("valid for: 8 days, every: 7 days, repeats: last", "of several, another one counts in the two"),
        ("fixed: yes", "it is fixed by the first one in one of the two"),
    ],
)
def test_an_input_of_whose_readings_another_one_counts_is_not_shown_to_be_the_same(input_as: str, said: str) -> None:
    found = diff(COUNTS, changed("valid for: 8 days, every: 7 days", input_as))
    assert not found.is_equivalent and any(said in limit for limit in found.limits)


def test_which_of_several_readings_is_the_worse_one_counts_where_the_worst_does() -> None:
    low, high = (changed("valid for: 8 days", f"valid for: 8 days, repeats: worst, worse: {end}") for end in ("low", "high"))
    assert diff(low, low).is_equivalent and not diff(low, high).is_equivalent


def test_which_records_are_not_looked_at_is_said() -> None:
    assert any("bound such as <1.5" in note for note in diff(COUNTS, COUNTS).notes)
    assert any("permitted only for some of the values" in note for note in diff(COUNTS, COUNTS).notes)
    times = changed('"anc < 1"', '"anc < 0.5 x LLN or anc > 3 x ULN"')
    assert any("of anc a record has both limits of normal, or neither" in note for note in diff(times, COUNTS).notes)


ENDED = """protocol: ended
version: 1
doses: {low: 50 mg daily, high: 100 mg daily}
inputs: {anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 7 days}}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at low}
  beside: RULE
  end: {in: on treatment, when: "anc < 5", must: stop}
"""


@pytest.mark.parametrize(
    ("old", "new", "meaning"),
    [
        # A hold beside an order to stop: of both a course says that no drug was given.
        ('{in: on treatment, when: "anc > 1", may: hold}', '{in: on treatment, when: "anc > 2", may: hold}', "permits less"),
        (
            '{in: on treatment at low, when: "anc > 6", may: escalate, supplement: 300 mg}',
            '{in: on treatment at low, when: "anc > 6", may: escalate, supplement: 400 mg}',
            "permits something else",
        ),
        (
            '{in: on treatment at low, when: "anc > 6", may: escalate}',
            '{in: on treatment at low, when: "anc > 6", may: escalate, supplement: 400 mg}',
            "permits something else",
        ),
    ],
)
def test_what_is_permitted_beside_is_a_difference(old: str, new: str, meaning: str) -> None:
    one, other = (parse(ENDED.replace("RULE", rule)) for rule in (old, new))
    found = diff(one, other)
    replay(one, other, found)
    assert [kind.meaning for kind in found.kinds] == [meaning] and not found.unconfirmed
    assert diff(one, one).is_equivalent


def test_another_unit_is_refused() -> None:
    with pytest.raises(NotationError, match="'anc' is a number in"):
        diff(COUNTS, changed("10*9/L", "/uL"))


def test_a_search_that_was_ended_proves_nothing() -> None:
    found = diff(COUNTS, COUNTS, states=2)
    assert found.ended and not found.is_equivalent


def test_the_first_visit_of_a_patient_at_which_both_decide_differently() -> None:
    other = changed('"anc < 1"', '"anc < 0.8"')
    full = Given("regimen", regimen("100 mg every day"))
    visits = [Visit(day * DAY, (Observation("anc", value),), full) for day, value in ((0, 2), (7, "0.9"), (14, 3))]
    found = treated(COUNTS, other, Course("one", tuple(visits)))
    assert found not in (None, "refused") and (found.meaning, found.old.visit.time) == ("no longer holds", 7 * DAY)
    assert treated(COUNTS, COUNTS, Course("one", tuple(visits))) is None


def test_labels_of_lenalidomide() -> None:
    us, eu = (protocol.load(f"lenalidomide-{name}") for name in ("us", "eu"))
    found = shown(us, eu)
    assert [one[:2] for one in found] == [
        ("no longer holds", 2), ("now undecided", 2), ("resumes at another level", 3), ("resumes", 3), ("resumes", 3),
        ("now undecided", 3),
    ]  # fmt: skip
