from __future__ import annotations

import pytest
from attrs import evolve

from protocol.checks.expectations import Difference, differences, steps_of
from protocol.model.course import Course, Given, Visit
from protocol.model.decision import Decision, Effect, Missing, Outcome, Permission, Step, Trace, Verdict
from protocol.model.dispensing import Dispensed, Units
from protocol.model.regimen import NO_DRUG, Dose, amount, at_level
from protocol.model.rule import Status
from protocol.model.state import Control, State
from protocol.model.time import DAY

STARTING = Effect(Control("on treatment"), at_level("starting"), at_level("starting"))
ESCALATED = Effect(Control("on treatment"), at_level("escalated"), at_level("escalated"))
NEEDS = tuple(Missing(name, (Outcome(f"{name} is yes", ("permitted",)),)) for name in ("anc", "rash"))


def _step(time: int = 0, verdict: Verdict | None = None, state: State | None = None) -> Step:
    decision = Decision(
        time, "undecided", "continue", STARTING, STARTING,
        permitted=(Permission("raise", "escalate", ESCALATED, "permitted"), Permission("lower", "reduce", STARTING, "unknown")),
        missing=NEEDS,
    )  # fmt: skip
    held = State(Control("in review", "dress"), at_level("starting"), NO_DRUG, reasons=frozenset({"low", "high"}))
    return Step(Visit(time), decision, state or held, verdict)


def test_what_is_dispensed_is_expected_as_it_is_said() -> None:
    plain = _step()
    units = (Units(2, amount("500 mg")), Units(1, amount("150 mg")))
    given = evolve(plain, decision=evolve(plain.decision, dispensed=Dispensed(amount("1200 mg"), amount("1150 mg"), units)))
    assert _differences("dispensed", "1150 mg (2 x 500 mg, 1 x 150 mg)", given) == ()
    assert _differences("dispensed", "1150 mg (1 x 500 mg)", given)
    assert _differences("dispensed", "-", plain) == ()


def test_a_supplement_is_expected_as_it_is_written() -> None:
    plain = _step()
    given = evolve(plain, decision=evolve(plain.decision, after=evolve(ESCALATED, supplement=amount("80 U/kg"))))
    assert [bool(_differences("supplement", value, given)) for value in ("80 U/kg", "40 U/kg", "-")] == [False, True, True]
    assert _differences("supplement", "-", plain) == ()


@pytest.mark.parametrize(
    ("status", "after", "withheld", "expected"),
    [
        ("decided", ESCALATED, False, "escalated"),
        ("provisional", STARTING, False, "starting"),
        ("undecided", STARTING, False, "-"),
        ("undecided", Effect(Control("on treatment"), at_level("starting"), NO_DRUG), True, "none"),
        ("decided", Effect(Control("held"), at_level("starting"), NO_DRUG), False, "none"),
        ("decided", Effect(Control("on treatment"), NO_DRUG, Dose("off ladder", "30 mg every day")), False, "off ladder"),
    ],
)
def test_the_recommended_dose_is_that_of_the_decision_whatever_was_given(
    status: Status, after: Effect, withheld: bool, expected: str
) -> None:
    decision = Decision(0, status, "continue", STARTING, after, withheld=withheld)
    step = evolve(_step(state=State(Control("on treatment"), at_level("given"), at_level("given"))), decision=decision)
    assert _differences("recommended", expected, step) == ()
    assert [one.got for one in _differences("recommended", "given", step)] == [expected]
    assert [one.got for one in _differences("dose", expected, step)] == ["given"]


def test_silence_is_expected_as_yes_or_no() -> None:
    plain = _step()
    silent = evolve(plain, decision=evolve(plain.decision, silent=True))
    assert [bool(_differences("silent", value, silent)) for value in ("yes", "no")] == [False, True]


def _differences(column: str, value: str, step: Step) -> tuple[Difference, ...]:
    course = Course("A", (Visit(0),))
    return differences(course, [[(column, value)]], Trace("p", "1", "f", "A", (step,)))


SOME = Verdict(Given("none"), "some", False, NEEDS)


@pytest.mark.parametrize(
    ("column", "value", "verdict"),
    [
        ("action", "continue", None),
        ("dose", "none", None),
        ("rule", "-", None),
        ("status", "undecided", None),
        ("silent", "no", None),
        ("state", "in review", None),
        ("state", "in review by dress", None),
        ("may", "raise", None),
        ("missing", "rash, anc", None),
        ("reasons", "low,high", None),
        ("date", "same", None),
        ("permitted", "-", None),
        ("permitted", "some", SOME),
        ("permitted", "some: rash, anc", SOME),
        ("permitted", "every", Verdict(Given("none"), "every", True)),
        ("date", "depends", Verdict(Given("none"), "some", False, depends_on_date=True)),
    ],
)
def test_what_is_as_expected_is_no_difference(column: str, value: str, verdict: Verdict | None) -> None:
    assert _differences(column, value, _step(verdict=verdict)) == ()


@pytest.mark.parametrize(
    ("column", "value", "verdict", "got"),
    [
        ("action", "hold", None, "continue"),
        ("dose", "starting", None, "none"),
        ("rule", "low", None, "-"),
        ("status", "decided", None, "undecided"),
        ("state", "in review by rash", None, "in review by dress"),
        ("may", "-", None, "raise"),
        ("may", "raise, lower", None, "raise"),
        ("missing", "anc", None, "anc, rash"),
        ("missing", "-", None, "anc, rash"),
        ("reasons", "low", None, "high, low"),
        ("permitted", "some", None, "-"),
        ("permitted", "every", SOME, "some: anc, rash"),
        ("permitted", "some: anc", SOME, "some: anc, rash"),
        ("permitted", "some:", SOME, "some: anc, rash"),
        ("date", "depends", SOME, "same"),
    ],
)
def test_what_is_not_as_expected_says_what_there_is(column: str, value: str, verdict: Verdict | None, got: str) -> None:
    assert _differences(column, value, _step(verdict=verdict)) == (Difference(0, 0, column, value, got),)


@pytest.mark.parametrize(
    ("dose", "word"),
    [(at_level("starting"), "starting"), (Dose("off ladder", "300 mg every day"), "off ladder"), (Dose("unknown"), "unknown")],
)
def test_the_dose_expected_is_the_one_in_force_after_the_visit(dose: Dose, word: str) -> None:
    assert _differences("dose", word, _step(state=State(Control("on treatment"), dose, dose))) == ()


def test_steps_between_visits_are_passed_over() -> None:
    course = Course("A", (Visit(0), Visit(2 * DAY)))
    steps = (_step(0), _step(DAY), _step(2 * DAY))
    assert steps_of(course, Trace("p", "1", "f", "A", steps)) == (steps[0], steps[2])


def test_a_visit_without_a_decision_is_a_difference() -> None:
    course = Course("A", (Visit(0), Visit(DAY)))
    found = differences(course, [[], [("action", "hold")]], Trace("p", "1", "f", "A", (_step(0),)))
    assert found == (Difference(1, 0, "action", "hold", "no decision"),)


def of_cells(*conflict: str, rule: str = "") -> Step:
    plain = _step()
    return evolve(plain, decision=evolve(plain.decision, rule=rule, conflict=conflict))


@pytest.mark.parametrize("expected", ["counts.1.2, counts.2.1", "counts.2.1,counts.1.2", "counts", "counts, counts.2.1"])
def test_cells_that_contradict_each_other_are_expected_by_name_or_by_that_of_their_table(expected: str) -> None:
    assert _differences("conflict", expected, of_cells("counts.1.2", "counts.2.1")) == ()


@pytest.mark.parametrize("expected", ["-", "counts.1.2", "counts.1.2, counts.2.2", "others"])
def test_other_cells_are_not_those(expected: str) -> None:
    (found,) = _differences("conflict", expected, of_cells("counts.1.2", "counts.2.1"))
    assert found.got == "counts.1.2, counts.2.1"


@pytest.mark.parametrize(("expected", "met"), [("counts.1.2", True), ("counts", True), ("counts.1.1", False), ("-", False)])
def test_a_rule_is_expected_as_a_cell_or_as_its_table(expected: str, met: bool) -> None:
    assert bool(_differences("rule", expected, of_cells(rule="counts.1.2"))) is not met
