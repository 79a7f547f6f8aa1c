"""The cumulative dose: every administration at the moment it is due, and what was given at once, exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from protocol import trace
from protocol.adapters.from_markdown import from_markdown
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Visit
from protocol.model.decision import Step
from protocol.model.regimen import Regimen, regimen
from protocol.model.time import DAY, HOUR
from protocol.semantics.foresee import next_change
from protocol.semantics.taken import administered

SPEC = """\
protocol: sums
version: 1
time: hours
sources: {ours: made for these tests}
doses: {low: 50 mg daily, middle: 0.1 g daily, high: 100 mg every 12 hours}
inputs: {rash: {yes or no, valid for: 1 day}}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  hold: {in: on treatment, when: rash, must: hold, source: ours}
  act: {in: on treatment, when: "GUARD", must: "ACTION", source: ours}
  start: {in: before treatment, when: always, must: start at low, SUPPLEMENT, source: ours}
  resume: {in: held, when: "not rash", must: resume at the same level, source: ours}
"""


def steps(table: str, guard: str = "cumulative dose > 1 kg", action: str = "continue", supplement: str = "") -> tuple[Step, ...]:
    text = SPEC.replace("GUARD", guard.replace("1 kg", "1000 g")).replace("ACTION", action)
    made = parse(text.replace("SUPPLEMENT", f"supplement: {supplement}" if supplement else "note: none"))
    (example,) = from_markdown(f"## Course\n\n{table}\n", made).examples
    return trace(made, example.course).steps


def taken(table: str, **how: str) -> list[Fraction]:
    """What has been taken after each visit, in mg."""
    return [one.state.taken.amount for one in steps(table, **how) if one.state.taken]


@pytest.mark.parametrize(
    ("text", "minutes", "amount"),
    [
        ("25 mg once", 0, 0),
        ("25 mg once", 1, 25),
        ("25 mg once", 30 * DAY, 25),
        ("50 mg every 12 hours", 0, 0),
        ("50 mg every 12 hours", 1, 50),
        ("50 mg every 12 hours", 12 * HOUR, 50),
        ("50 mg every 12 hours", 12 * HOUR + 1, 100),
        ("50 mg every 12 hours", 2 * DAY, 200),
        ("18 U/kg/h", 90, 27),
        ("1 mg/min", 90, 90),
        ("25 mg daily on days 1 to 21 of 28", 21 * DAY, 525),
        ("25 mg daily on days 1 to 21 of 28", 28 * DAY, 525),
        ("25 mg daily on days 1 to 21 of 28", 28 * DAY + 1, 550),
        ("100 mg twice daily on days 2 to 3 of 7", DAY, 0),
        ("100 mg twice daily on days 2 to 3 of 7", DAY + 1, 100),
        ("100 mg twice daily on days 2 to 3 of 7", 10 * DAY, 800),
        ("placebo daily", 10 * DAY, 0),
    ],
)
def test_a_dose_counts_from_the_minute_after_it_is_due(text: str, minutes: int, amount: int) -> None:
    assert administered(regimen(text), minutes) == amount


regimens = st.sampled_from(
    ("25 mg once", "50 mg every 12 hours", "3 mg every 7 minutes", "18 U/kg/h", "5 mg every 36 hours on days 2 to 5 of 9",
     "25 mg daily on days 1 to 21 of 28", "100 mg daily on day 3 of 5"),
).map(regimen)  # fmt: skip


@given(regimens, st.integers(0, 60 * DAY), st.integers(0, DAY))
def test_what_is_given_is_what_a_list_of_all_administrations_adds_up_to(one: Regimen, minutes: int, more: int) -> None:
    assert administered(one, minutes) <= administered(one, minutes + more)
    if not one.rate:
        assert administered(one, minutes) == one.amount * len(_due(one, minutes))


def _due(one: Regimen, minutes: int) -> list[int]:
    """Every minute before ``minutes`` at which a dose is due, found by looking at each."""
    every, days = one.every, one.days
    if not every:
        return [0] if minutes else []
    found = []
    for due in range(minutes):
        into = due % (days.of * DAY) - (days.first - 1) * DAY if days else due
        if into >= 0 and into % every == 0 and (not days or into < (days.last - days.first + 1) * DAY):
            found.append(due)
    return found


def test_each_dose_counts_after_the_visit_at_which_it_is_given_and_a_change_begins_anew() -> None:
    table = """
| elapsed | rash | given |
|---|---|---|
| 0 | no | low |
| 24 | no | low |
| 25 | no | middle |
| 26 | no | high |
| 50 | no | high |
| 51 | no | high |
"""
    assert taken(table) == [0, 50, 100, 200, 400, 500]


def test_nothing_is_taken_on_hold_and_what_was_taken_stays() -> None:
    table = (
        "| elapsed | rash | given |\n|---|---|---|\n| 0 | no | low |\n| 30 | yes | none |\n| 80 | no | low |\n| 81 | no | low |"
    )
    assert taken(table) == [0, 100, 100, 150]


def test_what_is_given_at_once_counts_after_its_visit_and_only_if_the_step_is_taken() -> None:
    table = "| elapsed | rash | given |\n|---|---|---|\n| 0 | no | {} |\n| 1 | no | |"
    assert taken(table.format("low"), supplement="400 mg") == [400, 450]
    assert taken(table.format("none"), supplement="400 mg") == [0, 400]  # ordered and taken at the second visit
    assert taken(table.format("middle"), supplement="400 mg") == [0, 100]


def test_a_dose_off_the_ladder_counts_as_what_it_is() -> None:
    table = "| elapsed | rash | given |\n|---|---|---|\n| 0 | no | 75 mg every 8 hours |\n| 24 | no | low |\n| 25 | no | low |"
    assert taken(table) == [0, 225, 275]


def test_drug_in_other_units_leaves_the_sum_open_above() -> None:
    rows = ["| elapsed | rash | given |", "|---|---|---|", "| 0 | no | 5 mg/kg daily |", "| 24 | no | low |", "| 25 | no | low |"]
    table = "\n".join((*rows, "| 49 | no | low |"))
    open_above = steps(table, "cumulative dose >= 100 mg", "stop")
    assert [one.decision.status for one in open_above] == ["decided", "undecided", "undecided", "decided"]
    assert [one.decision.action for one in open_above][-1] == "stop"
    (missing,) = open_above[2].decision.missing
    assert (missing.name, missing.inputs) == ("cumulative dose", ())
    assert [one.when for one in missing.outcomes] == ["cumulative dose < 100 mg", "cumulative dose >= 100 mg"]
    (fact,) = open_above[3].decision.facts
    assert fact.value == "at least 100 mg, beside drug that is not counted in that unit"


@pytest.mark.parametrize(
    ("guard", "days"),
    [
        ("cumulative dose >= 150 mg", 2),
        ("cumulative dose > 150 mg", 3),
        ("cumulative dose >= 0.151 g", 3),
        ("cumulative dose > 0 mg", 0),
        ("cumulative dose >= 100000 ug", 1),
    ],
)
def test_it_is_foreseen_when_a_sum_will_have_been_taken(guard: str, days: int) -> None:
    made = parse(SPEC.replace("GUARD", guard).replace("ACTION", "hold").replace("SUPPLEMENT", "note: none"))
    state = trace(made, Course("c", (Visit(0),))).steps[0].state
    found = next_change(made, state)
    assert found is not None and (found[0], found[1].action) == (days * DAY + 1, "hold")


def test_a_sum_that_is_never_reached_is_not_foreseen() -> None:
    text = SPEC.replace("low: 50 mg daily, middle: 0.1 g daily, high: 100 mg every 12 hours", "low: 25 mg once")
    made = parse(text.replace("GUARD", "cumulative dose > 25 mg").replace("ACTION", "hold").replace("SUPPLEMENT", "note: none"))
    assert next_change(made, trace(made, Course("c", (Visit(0),))).steps[0].state) is None


def test_a_sum_that_is_reached_steps_the_dose_once() -> None:
    table = "| elapsed | rash |\n|---|---|\n" + "\n".join(f"| {hours} | no |" for hours in (0, 24, 48, 49, 72, 96))
    guard = "cumulative dose >= 120 mg"
    assert [str(one.state.dose) for one in steps(table, guard, "escalate, else continue")] == ["low"] * 3 + ["middle"] * 3


def test_a_range_of_dates_tries_each_day_on_which_one_dose_more_would_have_been_taken() -> None:
    made = parse(SPEC.replace("GUARD", "cumulative dose == 150 mg").replace("ACTION", "hold").replace("SUPPLEMENT", "note: none"))
    first = Visit(0, latest=5 * DAY)
    decided = trace(made, Course("c", (first, Visit(6 * DAY)))).steps
    assert decided[-1].depends_on_date
    never = trace(made, Course("c", (evolve(first, latest=2 * DAY), Visit(6 * DAY)))).steps
    assert not never[-1].depends_on_date


def test_a_sum_that_caused_a_hold_causes_no_second_one_and_a_sum_that_is_reached_after_another_hold_causes_one() -> None:
    rows = ((0, "no", "low"), (30, "yes", "none"), (40, "no", "low"), (66, "no", "none"), (70, "no", "low"), (90, "no", "low"))
    table = "\n".join(
        ("| elapsed | rash | given |", "|---|---|---|", *(f"| {hours} | {rash} | {dose} |" for hours, rash, dose in rows))
    )
    made = parse(
        SPEC.replace('when: "GUARD", must: "ACTION"', 'when: "cumulative dose >= 200 mg", must: hold, again: no')
        .replace("SUPPLEMENT", "note: none").replace('when: "not rash"', 'when: "not rash and time on hold >= 4 hours"')
    )  # fmt: skip
    (example,) = from_markdown(f"## Course\n\n{table}\n", made).examples
    taken = trace(made, example.course).steps
    assert [one.decision.action for one in taken] == ["start", "hold", "resume", "hold", "resume", "continue"]
    assert [one.decision.rule for one in taken][3] == "act"
