"""From what was reported to what counts: units, refusals, repeats, corrections within a visit."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from attrs import evolve

from protocol import initial, step, trace
from protocol.errors import VisitError
from protocol.model.course import Course, Observation, Visit
from protocol.model.decision import Step
from protocol.model.guard import Compare, Ratio
from protocol.model.protocol import Protocol
from protocol.model.rule import Action, Rule
from protocol.model.time import DAY
from tests.semantics.small import ON, PROTOCOL, STARTED, after, said, visit, with_rules


def seen(*observations: Observation, protocol: Protocol = PROTOCOL) -> Step:
    state = step(protocol, initial(protocol), STARTED).state
    return step(protocol, state, Visit(7 * DAY, observations))


def why(taken: Step) -> list[str]:
    return [refusal.why for refusal in taken.refused]


@pytest.mark.parametrize(
    ("value", "unit", "action"),
    [
        (999, "/uL", "hold"),
        (1000, "/uL", "continue"),
        ("0.99", "10^9/L", "hold"),
        (0.1 + 0.2, "", "hold"),
        (1.0, "10*3/uL", "continue"),
    ],
)
def test_units_of_the_allow_list_convert_exactly(value: float | str, unit: str, action: str) -> None:
    assert (
        seen(Observation("anc", value, unit), Observation("platelets", 200), Observation("toxicity", 0)).decision.action == action
    )


@pytest.mark.parametrize(
    ("observation", "reason"),
    [
        (Observation("platelets", 200, "K/uL"), "'K/uL' is not a unit of the allow-list"),
        (Observation("platelets", 200, "g/dL"), "'g/dL' (mass per volume) does not convert into '10*9/L' (number per volume)"),
        (Observation("platelets", 200000), "200000 is not plausible for platelets. Plausible: 0 to 3000 10*9/L."),
        (Observation("platelets", float("nan")), "'nan' is not a number"),
        (Observation("platelets", "4,5"), "'4,5' has a comma"),
        (Observation("platelets", 200, censored="<", upper=-1), "-1 is not a limit of normal of platelets"),
        (Observation("platelets", 200, upper=10**9), "1000000000 is not a limit of normal of platelets"),
        (Observation("platelets", 200, lower=400, upper=150), "the limits of normal of platelets are the wrong way round"),
        (Observation("platelets", 60, censored="≤"), "'≤' is not a sign of a censored value"),
        (Observation("toxicity", 2.5), "'2.5' is not a grade"),
        (Observation("toxicity", 6), "'6' is not a grade"),
        (Observation("response", "stable"), "'stable' is not an option of response. Options: none, partial, complete."),
        (Observation("platelets", 200, observed=8 * DAY), "observed after the visit"),
    ],
)
def test_a_bad_reading_is_refused_and_the_visit_is_still_decided(observation: Observation, reason: str) -> None:
    taken = seen(observation, Observation("anc", 0.4))
    assert why(taken)[0].startswith(reason)
    assert said(taken)[:2] == ("decided", "hold")


def test_strict_mode_raises_where_a_reading_would_be_refused() -> None:
    state = step(PROTOCOL, initial(PROTOCOL), STARTED).state
    with pytest.raises(VisitError, match="platelets: -1 is not plausible"):
        step(PROTOCOL, state, visit(7, platelets=-1), strict=True)
    with pytest.raises(VisitError, match="'a patient': day 7, platelets: -1 is not plausible"):
        trace(PROTOCOL, Course("a patient", (STARTED, visit(7, platelets=-1))), strict=True)


def test_a_refused_reading_makes_its_input_unknown_and_does_not_leave_the_old_one_standing() -> None:
    taken = after(STARTED, visit(6, platelets=200), visit(7, platelets=-1, anc=4))
    assert [one.name for one in taken.decision.missing] == ["platelets", "toxicity"]


def test_not_done_makes_an_input_unknown_at_once() -> None:
    taken = after(STARTED, visit(6, platelets=200, toxicity=0), visit(7, platelets="nd", anc=4))
    assert [one.name for one in taken.decision.missing] == ["platelets"]


def test_an_input_of_another_protocol_is_the_callers_mistake() -> None:
    with pytest.raises(VisitError, match="'weight' is not an input of small"):
        seen(Observation("weight", 70))


def test_an_earlier_visit_cannot_follow_a_later_one() -> None:
    with pytest.raises(VisitError, match="a visit on day 6 cannot follow one on day 7"):
        after(STARTED, visit(7), visit(6))


@pytest.mark.parametrize(("age", "status"), [(8, "decided"), (8.01, "undecided")])
def test_a_reading_is_valid_while_its_age_is_at_most_its_validity(age: float, status: str) -> None:
    first = visit(7, anc=4, platelets=200, toxicity=0, died="no")
    assert after(STARTED, first, visit(7 + age)).decision.status == status


@pytest.mark.parametrize(
    ("censored", "value", "status", "action"),
    [
        ("<", "1.0", "decided", "hold"),
        ("<=", "1.0", "undecided", "continue"),
        ("<", "3.42", "undecided", "continue"),
        (">", "3.42", "decided", "continue"),
        (">=", "1", "decided", "continue"),
    ],
)
def test_a_censored_reading_compares_definitely_where_it_can(censored: str, value: str, status: str, action: str) -> None:
    others = (Observation("platelets", 200), Observation("toxicity", 0))
    taken = seen(Observation("anc", value, censored=censored), *others)  # type: ignore[arg-type]
    assert said(taken)[:2] == (status, action)


@pytest.mark.parametrize(
    ("value", "upper", "status", "action"),
    [
        (150, 50, "decided", "continue"),
        (151, 50, "decided", "hold"),
        (151, None, "undecided", "continue"),
    ],
)
def test_a_multiple_of_the_limit_of_normal_is_unknown_without_that_limit(
    value: int, upper: int | None, status: str, action: str
) -> None:
    rule = Rule("liver", ON, Compare(Ratio("platelets", "ULN"), ">", F(3)), "must", Action("hold"))
    assert said(seen(Observation("platelets", value, upper=upper), protocol=with_rules(rule)))[:2] == (status, action)


# Several values of one input

TWO = (Observation("anc", 0.8), Observation("anc", 2))


@pytest.mark.parametrize(
    ("repeats", "expected"),
    [("refuse", ("undecided", "continue")), ("last", ("decided", "continue")), ("worst", ("decided", "hold"))],
)
def test_several_values_at_one_time_follow_the_policy_for_repeats(repeats: str, expected: tuple[str, str]) -> None:
    anc = evolve(PROTOCOL.input("anc"), repeats=repeats, worse="low")  # type: ignore[arg-type]
    protocol = evolve(PROTOCOL, inputs=(anc, *PROTOCOL.inputs[1:]))
    taken = seen(*TWO, Observation("platelets", 200), Observation("toxicity", 0), protocol=protocol)
    assert said(taken)[:2] == expected


def test_the_worst_of_values_with_different_limits_of_normal_is_not_guessed() -> None:
    platelets = evolve(PROTOCOL.input("platelets"), repeats="worst", worse="high")
    protocol = evolve(PROTOCOL, inputs=(platelets, *(item for item in PROTOCOL.inputs if item.name != "platelets")))
    assert (
        len(why(seen(Observation("platelets", 50, upper=10), Observation("platelets", 130, upper=100), protocol=protocol))) == 2
    )


def test_contradictory_values_are_all_listed() -> None:
    assert why(seen(*TWO)) == ["several values at one time: 0.8, 2"] * 2


def test_equal_values_at_one_time_do_not_contradict_each_other() -> None:
    assert why(seen(Observation("anc", 2), Observation("anc", "2.0"))) == []


def test_a_value_recorded_later_corrects_the_one_recorded_earlier_and_both_are_accounted_for() -> None:
    first = Observation("anc", 0.8, recorded=7 * DAY)
    corrected = Observation("anc", 2, recorded=7 * DAY + 60)
    taken = seen(first, corrected)
    assert why(taken) == ["corrected later"]
    reading = taken.state.reading("anc")
    assert reading is not None and reading.text == "2"


def test_a_reading_older_than_the_one_in_force_changes_nothing_and_is_reported() -> None:
    late = Visit(8 * DAY, (Observation("anc", 0.5, observed=6 * DAY),))
    taken = after(STARTED, visit(7, anc=4), late)
    assert why(taken) == ["observed before the reading of day 7 that is in force"]
    reading = taken.state.reading("anc")
    assert reading is not None and reading.text == "4"


@pytest.mark.parametrize("unit", ["and 3", "banana", "/ 2"])
def test_a_grade_with_words_behind_it_is_refused(unit: str) -> None:
    refused = after(visit(0, given="100 mg every day"), Visit(DAY, (Observation("toxicity", 1, unit=unit),))).refused
    assert [one.observation.unit for one in refused] == [unit] and "is not a grade" in refused[0].why
