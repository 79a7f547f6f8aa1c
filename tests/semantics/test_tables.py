"""Cells of one table have equal right: where two order different things, what each says is possible, and the steps decide."""

from __future__ import annotations

from itertools import permutations

import pytest
from attrs import evolve

from protocol import initial, step
from protocol.language.from_yaml import parse
from protocol.model.course import Visit
from protocol.model.decision import Decision, Step
from protocol.model.protocol import Protocol
from protocol.semantics.contradictions import contradictions
from tests.semantics.small import visit

HEAD = """
protocol: tabled
version: 1
doses: {low: 25 mg daily, middle: 50 mg daily, high: 100 mg daily}
inputs:
  platelets: {unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days}
  toxicity: {grade: CTC 2.0, valid for: 35 days}
otherwise: {on treatment: continue, held: continue}
rules:
  begin: {in: before treatment, when: always, must: start at high}
"""
STARTED = visit(0, given="100 mg daily")


def protocol(rows: str, columns: str = "on treatment", rest: str = "") -> Protocol:
    """A protocol of one table, with these lines for its rows."""
    return parse(f"{HEAD}  counts:\n    columns: [{columns}]\n    rows:\n{rows}\n{rest}")


def decided(tabled: Protocol, *visits: Visit) -> Step:
    state = initial(tabled)
    for one in (STARTED, *visits[:-1]):
        state = step(tabled, state, one).state
    return step(tabled, state, visits[-1])


def said(decision: Decision) -> tuple[str, str, str, str]:
    cells = ", ".join(name.removeprefix("counts.") for name in decision.conflict)
    return decision.status, decision.action, str(decision.after.dose), cells


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # What both order is the same: no contradiction, the one that is printed first gives it.
        ("hold", "hold", ("decided", "hold", "none", "")),
        ("hold", "hold then at most low", ("decided", "hold", "none", "")),
        ("reduce", "reduce to middle", ("decided", "reduce", "middle", "")),
        # All of it lowers: the least of what can be undone.
        ("reduce to middle", "reduce to low", ("provisional", "reduce", "low", "1.1, 2.1")),
        ("reduce to low", "hold", ("provisional", "hold", "none", "1.1, 2.1")),
        ("reduce to low", "stop", ("provisional", "reduce", "low", "1.1, 2.1")),
        ("hold", "stop", ("provisional", "hold", "none", "1.1, 2.1")),
        # One of it lowers: that, as far as it can be undone, whichever is printed first.
        ("continue", "reduce", ("provisional", "reduce", "middle", "1.1, 2.1")),
        ("continue", "stop", ("provisional", "hold", "none", "1.1, 2.1")),
        ("review, dose continues", "hold", ("provisional", "hold", "none", "1.1, 2.1")),
        # None of it lowers: the dose in force stands.
        ("continue", "review, dose continues", ("undecided", "continue", "high", "1.1, 2.1")),
        # What is only permitted contradicts nothing.
        ("continue", "may reduce", ("decided", "continue", "high", "")),
        ("may hold", "may reduce", ("decided", "continue", "high", "")),
    ],
)
def test_two_rows_that_both_hold(first: str, second: str, expected: tuple[str, str, str, str]) -> None:
    for one, other in permutations((first, second)):
        tabled = protocol(f'      "platelets >= 100": ["{one}"]\n      "platelets <= 100": ["{other}"]')
        assert said(decided(tabled, visit(7, platelets=100)).decision) == expected


def test_where_one_row_holds_it_decides() -> None:
    tabled = protocol('      "platelets >= 100": [continue]\n      "platelets <= 100": [hold]')
    assert said(decided(tabled, visit(7, platelets=101)).decision) == ("decided", "continue", "high", "")
    assert said(decided(tabled, visit(7, platelets=99)).decision) == ("decided", "hold", "none", "")


@pytest.mark.parametrize("given", ["100 mg daily", "50 mg daily"])
def test_what_either_line_says_is_permitted_and_the_state_follows_it(given: str) -> None:
    tabled = protocol('      "platelets >= 100": [continue]\n      "platelets <= 100": [reduce]')
    taken = decided(tabled, visit(7, given=given, platelets=100))
    assert (taken.verdict.permitted, taken.deviations) == ("every", ())  # type: ignore[union-attr]
    assert str(tabled.level(taken.state.dose.name).regimen) == given.replace("daily", "every day")


def test_what_no_line_says_is_a_deviation() -> None:
    tabled = protocol('      "platelets >= 100": [continue]\n      "platelets <= 100": [reduce]')
    taken = decided(tabled, visit(7, given="25 mg daily", platelets=100))
    assert [one.kind for one in taken.deviations] == ["dose below permitted"]


def test_a_contradiction_that_a_missing_value_would_make_is_told_as_what_that_value_would_make_of_it() -> None:
    tabled = protocol('      "platelets >= 100": [continue]\n      "platelets <= 100": [reduce]')
    decision = decided(tabled, visit(7)).decision
    assert (decision.status, decision.conflict) == ("undecided", ())
    assert [(one.when, one.then) for one in decision.missing[0].outcomes] == [
        ("platelets < 100", ("reduce to middle",)),
        ("platelets = 100", ("continue or reduce to middle, which the table says both",)),
        ("platelets > 100", ("continue",)),
    ]


def test_a_contradiction_whatever_is_missing_is_one() -> None:
    rows = '      "platelets >= 100": [continue]\n      "platelets <= 100": [reduce]\n      "toxicity >= 2": [hold]'
    decision = decided(protocol(rows), visit(7, platelets=100)).decision
    assert said(decision) == ("provisional", "reduce", "middle", "1.1, 2.1, 3.1")


def test_a_certain_cell_that_lowers_is_followed_though_another_one_is_open() -> None:
    rows = '      "platelets < 100": [reduce]\n      "toxicity >= 2": [continue]'
    assert said(decided(protocol(rows), visit(7, platelets=50)).decision) == ("provisional", "reduce", "middle", "")


def test_the_facts_of_a_contradiction_are_those_of_every_cell_and_its_source_is_that_of_the_table() -> None:
    rows = '      "platelets >= 100": [continue]\n      "toxicity >= 2": ["review, dose continues"]'
    tabled = protocol(rows, rest="    says: Both.\n")
    decision = decided(tabled, visit(7, platelets=100, toxicity=2)).decision
    assert (decision.rule, decision.says) == ("", "Both.")
    assert [fact.name for fact in decision.facts] == ["platelets", "toxicity"]


def test_a_rule_above_the_table_decides_before_it_and_one_below_is_not_asked() -> None:
    tabled = protocol(
        '      "platelets >= 100": [continue]\n      "platelets <= 100": [reduce]',
        rest="  last: {in: on treatment, when: always, must: hold}\n",
    )
    assert said(decided(tabled, visit(7, platelets=100)).decision) == ("provisional", "reduce", "middle", "1.1, 2.1")
    above = evolve(tabled, rules=(tabled.rules[-1], *tabled.rules[:-1]))
    assert said(decided(above, visit(7, platelets=100)).decision) == ("decided", "hold", "none", "")


def test_a_may_cell_is_permitted_also_where_it_is_printed_below_one_that_orders() -> None:
    tabled = protocol('      "platelets >= 100": [continue]\n      "platelets >= 90": [may reduce]')
    assert [one.rule for one in decided(tabled, visit(7, platelets=100)).decision.permitted] == ["counts.2.1"]


# ------------------------------------------------------------------------------------------------------- the way out of a hold

HOLDS = '      "platelets < 50": [hold, "-"]\n'


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (60, ("decided", "resume", "low", "")),
        (100, ("undecided", "continue", "none", "2.2, 3.2")),
        (101, ("decided", "resume", "middle", "")),
    ],
)
def test_two_rows_that_resume_at_different_levels_contradict_each_other(count: int, expected: tuple[str, str, str, str]) -> None:
    rows = f'{HOLDS}      "platelets >= 100": ["-", resume at most at middle]\n'
    rows += '      "platelets >= 60 and platelets <= 100": ["-", resume at low]'
    tabled = protocol(rows, "on treatment, held by counts")
    assert said(decided(tabled, visit(7, platelets=40), visit(14, platelets=count)).decision) == expected


def test_cells_that_answer_different_reasons_resume_together_at_the_lowest_level() -> None:
    rows = '      "platelets < 50": [hold, "-", "-"]\n      "toxicity >= 3": [hold, "-", "-"]\n'
    rows += '      "platelets >= 100 and toxicity <= 1": ["-", resume at middle, resume at low]'
    tabled = protocol(rows, "on treatment, held by counts, held")
    taken = decided(tabled, visit(7, platelets=40, toxicity=3), visit(14, platelets=100, toxicity=1))
    assert taken.decision.reasons == ("counts.1.1", "counts.2.1")
    # Each of the two cells answers both reasons, so that what they say of them contradicts.
    assert said(taken.decision) == ("undecided", "continue", "none", "3.2, 3.3")


def test_held_by_a_table_is_held_by_any_of_its_cells_that_hold() -> None:
    rows = (
        f'{HOLDS}      "toxicity >= 3": [hold then at most low, "-"]\n      "toxicity <= 1": [continue, resume at the same level]'
    )
    tabled = protocol(rows, "on treatment, held by counts")
    assert tabled.rule("counts.3.2").where[0].by == ("counts.1.1", "counts.2.1")
    assert said(decided(tabled, visit(7, toxicity=3), visit(14, toxicity=1, platelets=200)).decision)[2] == "low"
    assert said(decided(tabled, visit(7, platelets=40, toxicity=0), visit(14, platelets=200)).decision)[2] == "high"


# ----------------------------------------------------------------------------------------------------------------------- caps

CAPPED = f"""{HEAD}
  third: {{in: on treatment, when: "toxicity == 3", must: hold then at most middle}}
  fourth: {{in: on treatment, when: "toxicity == 4", must: hold then at most low}}
  counts: {{in: on treatment, when: "platelets < 50", must: hold}}
  second: {{in: on treatment at high, when: "toxicity == 2", may: hold then at most low}}
  back: {{in: held, when: "toxicity <= 2 and platelets >= 50", must: resume at the same level}}
"""


@pytest.mark.parametrize(
    ("grades", "level", "because"),
    [
        ((3,), "middle", "third"),
        ((4,), "low", "fourth"),
        ((3, 4), "low", "fourth"),  # two reasons, one of which came during the hold: the lower cap counts
        ((4, 3), "low", "fourth"),
        ((0,), "high", ""),
    ],
)
def test_drug_comes_back_no_higher_than_the_lowest_cap_of_the_reasons(grades: tuple[int, ...], level: str, because: str) -> None:
    capped = parse(CAPPED)
    bad = [visit(7 * (place + 1), toxicity=grade, platelets=40) for place, grade in enumerate(grades)]
    decision = decided(capped, *bad, visit(40, toxicity=1, platelets=200)).decision
    assert (decision.action, str(decision.after.dose), decision.lowered_by) == ("resume", level, because)


def test_a_cap_above_the_level_before_the_hold_raises_nothing() -> None:
    capped = parse(CAPPED)
    reduced = visit(3, given="25 mg daily", toxicity=0, platelets=200)
    decision = decided(capped, reduced, visit(7, toxicity=3), visit(14, toxicity=1, platelets=200)).decision
    assert (str(decision.after.dose), decision.lowered_by) == ("low", "")


def test_a_hold_with_a_cap_that_becomes_true_at_the_visit_of_resuming_caps_it_already() -> None:
    capped = parse(CAPPED)
    decision = decided(capped, visit(7, toxicity=0, platelets=40), visit(14, toxicity=2, platelets=200)).decision
    assert (str(decision.after.dose), decision.lowered_by) == ("low", "second")


def test_a_cap_outlasts_a_review_that_the_hold_went_over_to() -> None:
    capped = parse(
        f"{CAPPED}"
        '  ask: {in: held, when: "platelets > 1000", must: "review, dose withheld"}\n'
        '  answered: {in: in review by ask, when: "toxicity <= 2", must: reduce}\n'
    )
    rules = {rule.name: rule for rule in capped.rules}
    names = ("begin", "third", "fourth", "counts", "ask", "back", "answered")
    asked = decided(evolve(capped, rules=tuple(rules[name] for name in names)), visit(7, toxicity=4), visit(8, platelets=1500),
                    visit(9, toxicity=1, platelets=300))  # fmt: skip
    assert (asked.decision.rule, str(asked.decision.after.dose)) == ("answered", "low")


@pytest.mark.parametrize(("kept", "level"), [("100 mg daily", "middle"), ("50 mg daily", "middle"), ("25 mg daily", "low")])
def test_at_most_is_the_level_before_the_hold_but_no_higher(kept: str, level: str) -> None:
    text = f'{HEAD}  counts: {{in: on treatment, when: "platelets < 50", must: hold}}\n'
    capped = parse(f'{text}  back: {{in: held, when: "platelets >= 100", must: resume at most at middle}}\n')
    held = (visit(3, given=kept), visit(7, platelets=40))
    assert str(decided(capped, *held, visit(14, platelets=200)).decision.after.dose) == level


def test_off_the_ladder_nothing_is_at_most_a_level() -> None:
    text = f'{HEAD}  counts: {{in: on treatment, when: "platelets < 50", must: hold}}\n'
    capped = parse(f'{text}  back: {{in: held, when: "platelets >= 100", must: resume at most at middle}}\n')
    decision = decided(capped, visit(3, given="60 mg daily"), visit(7, platelets=40), visit(14, platelets=200)).decision
    assert (decision.status, str(decision.after.dose)) == ("undecided", "none")
    assert decision.blocked.startswith("no level was in force before, but off the ladder")


# ---------------------------------------------------------------------------------------------------------------- new patients

ANEW = f"""{HEAD.replace("otherwise", 'trackers: {bad: {episodes of: "platelets < 50"}}' + chr(10) + "otherwise")}
  counts: {{in: on treatment, when: "platelets < 50", must: hold}}
  back: {{in: held, when: "platelets >= 100", must: resume at middle as a new patient}}
  same: {{in: held, when: "platelets >= 75", must: resume at middle}}
"""


def test_a_course_that_begins_anew_counts_its_times_and_episodes_from_there_and_keeps_its_readings() -> None:
    days = 24 * 60
    taken = decided(parse(ANEW), visit(7, platelets=40, toxicity=1), visit(21, platelets=200))
    state = taken.state
    assert taken.decision.after.anew and str(state.dose) == "middle"
    times = (state.started, state.entered, state.changed, state.stepped)
    assert times == (21 * days,) * 4
    # What was acted on stays so: a hold that one reading causes once does not begin again on the same reading.
    assert (state.on_drug, state.hold_began, state.reasons) == (0, 7 * days, frozenset())
    assert state.memory == initial(parse(ANEW)).memory
    assert {held.input for held in state.readings} == {"platelets", "toxicity"}


def test_one_that_goes_on_keeps_all_of_it() -> None:
    state = decided(parse(ANEW), visit(7, platelets=40), visit(21, platelets=80)).state
    assert (state.started, state.on_drug) == (0, 7 * 24 * 60)
    assert state.memory != initial(parse(ANEW)).memory


def test_to_resume_and_to_begin_anew_are_different_effects() -> None:
    text = f'{HEAD}  counts: {{in: on treatment, when: "platelets < 50", must: hold}}\n  after:\n    columns: [held]\n    rows:\n'
    anew = f'{text}      "platelets >= 100": [resume at high as a new patient]\n      "platelets <= 100": [resume at high]\n'
    decision = decided(parse(anew), visit(7, platelets=40), visit(14, platelets=100)).decision
    assert (decision.status, decision.conflict) == ("undecided", ("after.1.1", "after.2.1"))


def test_with_two_reasons_the_course_begins_anew_only_if_the_answers_to_both_say_so() -> None:
    text = f'{HEAD}  counts: {{in: on treatment, when: "platelets < 50", must: hold}}\n'
    text += '  grades: {in: on treatment, when: "toxicity >= 3", must: hold}\n'
    text += '  one: {in: held by counts, when: "platelets >= 100", must: resume at high as a new patient}\n'
    text += '  other: {in: held by grades, when: "toxicity <= 1", must: resume at high}\n'
    both = decided(parse(text), visit(7, platelets=40, toxicity=3), visit(14, platelets=200, toxicity=0)).decision
    alone = decided(parse(text), visit(7, platelets=40, toxicity=0), visit(14, platelets=200, toxicity=0)).decision
    assert (both.after.anew, alone.after.anew) == (False, True)


def test_what_is_missing_begins_no_course_anew() -> None:
    more = evolve(parse(ANEW), safe_side="more")
    decision = decided(more, visit(7, platelets=40), visit(21)).decision
    assert not decision.after.anew


# --------------------------------------------------------------------------------------------------- found without any patient


def test_the_cells_that_can_contradict_each_other_are_found_in_the_protocol() -> None:
    rows = '      "platelets >= 100": [continue, hold]\n      "platelets <= 100": [reduce, hold]\n'
    rows += '      "platelets < 50": [hold, stop]'
    tabled = protocol(rows, "on treatment at high, on treatment at low or middle")
    # The second and third rows of both columns meet below 50, the first two at 100.
    assert contradictions(tabled) == (
        ("counts.1.1", "counts.2.1"),
        ("counts.2.1", "counts.3.1"),
        ("counts.2.2", "counts.3.2"),
    )
