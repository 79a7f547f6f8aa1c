"""The search through all courses leaves nothing out that the reference comes to, and what it comes to is a course."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import pytest

import protocol
from protocol.language.from_yaml import parse
from protocol.model.course import Observation, Visit
from protocol.model.guard import Ratio, Term, Value
from protocol.model.input import Input, Number
from protocol.model.time import WEEK
from protocol.verification.search.axes import cells_of
from protocol.verification.verify import verify
from tests.oracle.explore import BEGIN
from tests.oracle.lockstep import grid_visits, lockstep
from tests.oracle.search import acting_once, confirmed, drawn, is_exact, left_out, letters, search, visits


@pytest.mark.parametrize("seed", range(60))
def test_brute_force_comes_to_nothing_else(seed: int) -> None:
    one = drawn(seed)
    if letters(one) <= 24:
        assert not left_out(one, limit=12)


@pytest.mark.parametrize("seed", range(80))
def test_every_path_is_a_course_where_the_last_readings_are_kept(seed: int) -> None:
    one = drawn(seed)
    if letters(one) > 24:
        return
    exploring, explored = search(one, remembers=True, limit=40)
    if is_exact(exploring.abstraction):
        assert confirmed(exploring, explored, 30)[1] == []


@pytest.mark.parametrize("seed", range(60))
def test_the_same_visits_come_to_the_same_in_both(seed: int) -> None:
    one = drawn(seed)
    exploring, _ = search(one, remembers=seed % 3 == 0, limit=0)
    if is_exact(exploring.abstraction):
        for walk in range(3):
            both = lockstep(exploring, grid_visits(one, Random(walk), 8, WEEK))[-1]
            assert both.agree(), both


@pytest.mark.parametrize("seed", [*range(40), 90100233, 2026120569, 2026122407])
def test_what_is_acted_on_once_is_the_same_in_both(seed: int) -> None:
    one = acting_once(seed)
    exploring = search(one, remembers=True, limit=0)[0] if one else None
    if one and exploring and is_exact(exploring.abstraction):
        for walk in range(3):
            both = lockstep(exploring, grid_visits(one, Random(walk), 8, WEEK, seldom=walk % 2 == 0))[-1]
            assert both.agree(), both


@pytest.mark.parametrize("name", ["cdiscpilot-xanomeline", "imatinib-label"])
def test_a_path_of_a_shipped_protocol_is_a_course_where_no_reading_is_carried_over(name: str) -> None:
    exploring, explored = search(protocol.load(name), remembers=False, limit=60, every=WEEK)
    axes = exploring.abstraction.axes
    good, wrong = confirmed(exploring, explored, 60)
    assert good
    assert all(
        any(axes[axis].letters[letter].kind == "carried" for came in path for axis, letter in came.letters) for path in wrong
    )


@pytest.mark.parametrize(("seed", "least"), [(19, 20), (37, 10), (22, 19)])
def test_readings_are_found_for_what_is_computed(seed: int, least: int) -> None:
    one = drawn(seed)
    assert one.numbers or one.scores
    exploring, explored = search(one, remembers=True, limit=40)
    good, wrong = confirmed(exploring, explored, 40)
    assert good >= least, (good, len(wrong))


LIMITS = """\
protocol: limits
version: 1
time: days
sources: {ours: made for these tests}
doses: {low: 100 mg daily, high: 200 mg daily}
inputs: {bilirubin: {unit: umol/L, plausible: 0 to 1000, valid for: 7 days}}
otherwise: {on treatment: continue}
rules:
  start: {in: before treatment, when: always, must: start at high, source: ours}
  hold: {in: on treatment, when: "bilirubin > 300", must: hold, source: ours}
  reduce: {in: on treatment at high, when: "bilirubin > 3 x ULN", must: reduce, source: ours}
"""


@pytest.mark.parametrize("upper", [None, 20])
def test_a_multiple_of_a_limit_that_is_missing_is_new_though_the_value_is_older_than_the_last_step(upper: int | None) -> None:
    one = parse(LIMITS)
    exploring, _ = search(one, remembers=True, limit=0)
    visits = [Visit(BEGIN, (Observation("bilirubin", 150, upper=upper),)), Visit(BEGIN + WEEK)]
    found = lockstep(exploring, visits)
    assert [both.taken.decision.status for both in found] == ["decided", "decided" if upper else "undecided"]
    assert all(both.agree() for both in found)


BOTH_LIMITS = LIMITS.replace("bilirubin > 300", "bilirubin > 1 x ULN and bilirubin < 1 x LLN").replace(
    "start at high", "start at low"
)


@pytest.mark.parametrize(
    ("reading", "status"),
    [
        (Observation("bilirubin", 150), "undecided"),
        (Observation("bilirubin", None), "undecided"),
        (Observation("bilirubin", 15, lower=10, upper=20), "decided"),
        (Observation("bilirubin", 21, lower=10, upper=20), "decided"),
        (Observation("bilirubin", 9, lower=10, upper=20), "decided"),
    ],
)
def test_limits_of_normal_that_are_missing_are_supposed_each_by_itself_in_both(reading: Observation, status: str) -> None:
    """Of a value that is missing both limits can be passed at once; of none that is measured."""
    one = parse(BOTH_LIMITS)
    exploring, explored = search(one, remembers=True, limit=100)
    at_start = Observation("bilirubin", 15, lower=10, upper=20)
    found = lockstep(exploring, [Visit(BEGIN, (at_start,)), Visit(BEGIN + WEEK, (reading,))])
    assert found[-1].taken.decision.status == status
    assert all(both.agree() for both in found)
    assert not any(came.outcome.status == "decided" and came.outcome.rule == "hold" for _, came in visits(exploring, explored))


EXACTLY = LIMITS.replace("bilirubin > 300", "bilirubin == TIMES x ONE and bilirubin > 1 x OTHER and bilirubin < 4 x OTHER")


@pytest.mark.parametrize(
    ("times", "one", "other", "reading"),
    [
        ("3", "ULN", "LLN", Observation("bilirubin", 120, upper=40, lower=35)),
        ("1.5", "LLN", "ULN", Observation("bilirubin", 120, upper=100, lower=80)),
    ],
)
def test_what_is_exactly_so_many_times_one_limit_can_be_near_that_of_the_other_on_record(
    times: str, one: str, other: str, reading: Observation
) -> None:
    text = (
        EXACTLY.replace("TIMES", times).replace("ONE", one).replace("OTHER", other) + "properties: {never-held: {never: hold}}\n"
    )
    asked = parse(text)
    found = lockstep(search(asked, remembers=True, limit=0)[0], [Visit(BEGIN), Visit(BEGIN + WEEK, (reading,))])
    assert found[-1].taken.decision.action == "hold" and all(both.agree() for both in found)
    assert [one.outcome for one in verify(asked, every=WEEK).verdicts if one.name == "never-held"] == ["fails"]


@pytest.mark.parametrize(
    ("guard", "outcome"),
    [
        ("bilirubin > 300 and bilirubin < 1 x LLN", "fails"),
        ("bilirubin > 300 and bilirubin < 0.5 x ULN", "fails"),
        ("bilirubin >= 600 and bilirubin <= 0.6 x LLN", "fails"),
        ("bilirubin > 600 and bilirubin < 0.6 x LLN", "holds"),
        ("bilirubin == 5000 x ULN and bilirubin > 1 x LLN", "fails"),
        ("bilirubin == 5000 x LLN and bilirubin > 1 x ULN", "fails"),
        ("bilirubin > 5000 x ULN and bilirubin < 5000 x LLN", "holds"),
    ],
)
def test_a_value_is_beyond_a_limit_of_normal_just_where_a_plausible_one_is(guard: str, outcome: str) -> None:
    text = LIMITS.replace("bilirubin > 300", guard) + "properties: {never-held: {never: hold}}\n"
    found = verify(parse(text), every=WEEK).verdicts
    assert [one.outcome for one in found if one.name == "never-held"] == [outcome]


@pytest.mark.parametrize("low", [0, 30])
@pytest.mark.parametrize("cuts", [(), (60,), (90,), (15, 60)])
@pytest.mark.parametrize(("of_upper", "of_lower"), [((2, 12), ()), ((), (1,)), ((2, 4), (2, 8))])
def test_of_limits_that_are_plausible_just_those_quarters_are_on_record_that_some_value_is(
    low: int, cuts: tuple[int, ...], of_upper: tuple[int, ...], of_lower: tuple[int, ...]
) -> None:
    item = Input("x", Number("1", Fraction(low), Fraction(100)), WEEK)
    asked: list[tuple[Term, tuple[int, ...]]] = [(Ratio("x", "ULN"), of_upper), (Ratio("x", "LLN"), of_lower)]
    constants = {Value("x"): tuple(map(Fraction, cuts))} | {term: tuple(Fraction(one, 4) for one in some) for term, some in asked}

    def told(value: Any, upper: Any, lower: Any) -> tuple[int, ...]:
        both = [(value, cut) for cut in cuts]
        both += [(4 * value, one * limit) for limit, (_, some) in zip((upper, lower), asked, strict=True) for one in some]
        return tuple((one > other) - (one < other) for one, other in both)

    def limits(value: int, least: int) -> list[Fraction]:
        near = [Fraction(4 * value, one) + beside for one in (*of_upper, *of_lower) for beside in (-1, 0, 1)]
        return [limit for limit in (Fraction(least), *near, Fraction(100)) if least <= limit <= 100]

    values = [*range(low or 1, 101, 3), *(cut for cut in cuts if cut >= low)]
    on_record = [(value, *both) for value in values for both in product(limits(value, low or 1), limits(value, 0))]
    possible = {told(value, upper, lower) for value, upper, lower in on_record if lower <= upper}
    shown = [cell for cell in cells_of(item, constants, ()) if cell.is_on_record]
    assert {told(cell.value, cell.upper, cell.lower) for cell in shown} == possible


@pytest.mark.parametrize("of_upper", [("1",), ("3",), ("1.5", "3"), ("1", "2", "4")])
@pytest.mark.parametrize("of_lower", [("1",), ("3",), ("1", "4"), ("0.5", "2", "3")])
def test_of_both_limits_just_those_multiples_are_on_record_together_that_some_limits_have(
    of_upper: tuple[str, ...], of_lower: tuple[str, ...]
) -> None:
    asked = {"ULN": tuple(map(Fraction, of_upper)), "LLN": tuple(map(Fraction, of_lower))}
    item = parse(LIMITS).inputs[0]
    constants: dict[Term, tuple[Fraction, ...]] = {Ratio(item.name, "ULN"): asked["ULN"], Ratio(item.name, "LLN"): asked["LLN"]}
    (value,) = {cell.value for cell in cells_of(item, constants, ())}
    multiples = [Fraction(number, 4) for number in range(1, 25)]

    def told(upper: Fraction, lower: Fraction) -> tuple[int, ...]:
        both = [(upper, cut) for cut in asked["ULN"]] + [(lower, cut) for cut in asked["LLN"]]
        return tuple((multiple > cut) - (multiple < cut) for multiple, cut in both)

    possible = {told(upper, lower) for upper in multiples for lower in multiples if upper <= lower}
    shown = [cell for cell in cells_of(item, constants, ()) if cell.is_on_record]
    assert {told(value / cell.upper, value / cell.lower) for cell in shown} == possible  # type: ignore[operator]


DUE = """\
protocol: due
version: 1
time: days
sources: {ours: made for these tests}
doses: {low: 100 mg daily, middle: 200 mg daily, high: 400 mg daily}
inputs: {rash: {yes or no, valid for: 14 days}}
trackers: {lasting: {duration of: rash}}
otherwise: {on treatment: continue}
rules:
  start: {in: before treatment, when: always, must: start at low, source: ours}
  hold: {in: on treatment, when: "lasting >= 8 days", must: hold, source: ours}
  raise: {in: on treatment at low or middle, when: "CLOCK", must: escalate, source: ours}
"""


CLOCKS = (
    "time since start >= 2 weeks", "time on treatment >= 2 weeks", "time in state >= 2 weeks",
    "time since dose change >= 2 weeks", "time since start >= 3 weeks (window -7 to +7 days)",
)  # fmt: skip


@pytest.mark.parametrize("clock", CLOCKS)
def test_what_comes_due_on_the_very_day_of_a_visit_is_due_there_in_both(clock: str) -> None:
    """A clock is evidence once. A rash may have begun a minute after the last reading lapsed, not only at a visit."""
    one = parse(DUE.replace("CLOCK", clock))
    exploring, _ = search(one, remembers=True, limit=0)
    no = Observation("rash", "no")
    said = [(), (no,), (no,), (), (), (), ()]
    found = lockstep(exploring, [Visit(BEGIN + week * WEEK, readings) for week, readings in enumerate(said)])
    assert [both.taken.decision.action for both in found[:3]] == ["start", "continue", "escalate"]
    assert [both.taken.decision.status for both in found[5:]] == ["decided", "undecided"]
    assert all(both.agree() for both in found)


ONCE = """\
protocol: once
version: 1
time: days
sources: {ours: made for these tests}
doses: {low: 100 mg daily, middle: 200 mg daily, high: 400 mg daily}
inputs:
  rash: {yes or no, valid for: ever}
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
trackers:
  low-counts: {consecutive: "anc < 1"}
  episodes-of-low-counts: {episodes of: "anc < 1"}
  lowest: {lowest: anc}
  highest: {highest: anc}
  ago: {time since: "anc < 1"}
  lasting: {duration of: "anc < 1"}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at high, source: ours}
  act: {in: on treatment, when: "GUARD", must: ACTION, source: ours}
  more: {in: on treatment, when: "highest > 5 and low-counts == 0", must: hold, again: no, source: ours}
  resume: {in: held, when: "anc > 2", must: resume at the same level, source: ours}
"""


GUARDS_ACTED_ON = (
    "rash", "low-counts >= 1", "episodes-of-low-counts >= 1", "lowest < 1", "low-counts == 0", "ago <= 3 weeks", "ago > 1 week",
    "lasting >= 1 week",
)  # fmt: skip


@pytest.mark.parametrize("action", ["reduce", "hold, again: no"])
@pytest.mark.parametrize("guard", GUARDS_ACTED_ON)
def test_what_was_acted_on_is_not_acted_on_again_in_either(guard: str, action: str) -> None:
    """A hold, too, may ask nothing but counts, so that nothing else says how long ago it began."""
    one = parse(ONCE.replace("GUARD", guard).replace("ACTION", action))
    exploring, _ = search(one, remembers=True, limit=0)
    yes, good, high = Observation("rash", "yes"), Observation("anc", 3), Observation("anc", 50)
    low = Observation("anc", Fraction(1, 2))
    said = [(), (yes, low), (), (good,), (), (low,), (good,), (), (low, yes), (low,), (high,), (high,), ()]
    found = lockstep(exploring, [Visit(BEGIN + week * WEEK, readings) for week, readings in enumerate(said)])
    assert all(both.agree() for both in found)
    assert action.split(",")[0] in {both.taken.decision.action for both in found}


NARROW = """\
protocol: narrow
version: 1
time: days
doses: {low: 100 mg daily}
inputs: {score: {unit: 1, plausible: -10 to 10, valid for: 7 days}}
derived: {twice: {value: "score * 2", unit: 1, plausible: -200 to 200, missing: unknown}}
rules:
  start: {in: before treatment, when: always, must: start at low}
  hold-low: {in: on treatment, when: "twice <= 1", must: hold}
  stop: {in: on treatment, when: "twice > 1", must: stop}
  hold: {in: on treatment, when: "twice < 100", must: hold}
"""


def test_what_is_not_measured_of_a_number_is_what_its_formula_can_give() -> None:
    """Whatever the score is, twice the score is below 100: that is a reason to hold also where nobody measured."""
    assert left_out(parse(NARROW), limit=12) == set()


AT_ONCE = """\
protocol: at-once
version: 1
time: days
sources: {ours: made for these tests}
doses: {low: 100 mg daily, high: 200 mg daily}
inputs:
  jak2: {yes or no, valid for: ever}
  rash: {yes or no, valid for: 8 days}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: "jak2", must: start at high, source: ours}
  hold: {in: on treatment, when: "GUARD", must: hold, again: no, source: ours}
  reduce: {in: on treatment, when: "time since dose change >= 1 day (window -1 to +1 days)", must: reduce, source: ours}
  resume: {in: held, when: "not rash", must: RESUME, source: ours}
"""


@pytest.mark.parametrize("resume", ["resume at the same level", "resume at the same level as a new patient"])
@pytest.mark.parametrize("guard", ["jak2", "rash", "rash and time in state >= 1 day (window -1 to +1 days)"])
def test_what_comes_due_as_it_begins_and_what_a_new_patient_has_behind_is_the_same_in_both(guard: str, resume: str) -> None:
    one = parse(AT_ONCE.replace("GUARD", guard).replace("RESUME", resume))
    exploring, _ = search(one, remembers=True, limit=0)
    yes, rash, none = Observation("jak2", "yes"), Observation("rash", "yes"), Observation("rash", "no")
    said = [(), (yes,), (rash,), (rash, yes), (none,), (), (rash,), (none,), (yes,), (none,), ()]
    found = lockstep(exploring, [Visit(BEGIN + week * WEEK, readings) for week, readings in enumerate(said)])
    assert all(both.agree() for both in found)
    assert {"hold", "resume"} <= {both.taken.decision.action for both in found}


TAKEN = """\
protocol: taken
version: 1
time: days
sources: {ours: made for these tests}
doses: {low: 100 mg every 2 days, high: 300 mg every 3 days}
inputs: {rash: {yes or no, valid for: 8 days}}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at DOSE, source: ours}
  stop: {in: on treatment, when: "cumulative dose SIGN LIMIT mg", must: stop, source: ours}
  hold: {in: on treatment, when: rash, must: hold, source: ours}
  resume: {in: held, when: "not rash", must: resume at the same level, source: ours}
"""


@pytest.mark.parametrize("sign", [">=", ">", "=="])
@pytest.mark.parametrize(("dose", "limit"), [("low", 1400), ("low", 1500), ("high", 2100), ("high", 2400)])
def test_a_dose_that_is_not_taken_each_day_is_counted_on_its_days_in_both(dose: str, limit: int, sign: str) -> None:
    one = parse(TAKEN.replace("DOSE", dose).replace("LIMIT", str(limit)).replace("SIGN", sign))
    exploring, _ = search(one, remembers=True, limit=0)
    for held in (0, 2):
        said = [(Observation("rash", "yes" if 0 < week <= held else "no"),) for week in range(9)]
        found = lockstep(exploring, [Visit(BEGIN + week * WEEK, readings) for week, readings in enumerate(said)])
        assert all(both.agree() for both in found)


SEEN = """\
protocol: seen
version: 1
doses: {low: 50 mg daily, mid: 75 mg daily, high: 100 mg daily}
inputs:
  mutation: {yes or no, fixed: yes}
  ready: {yes or no, valid for: 8 days}
  rash: {yes or no, valid for: 5 weeks}
trackers:
  seen: {time since: "WHEN"}
otherwise: {before treatment: continue, on treatment: continue}
rules:
  start: {in: before treatment, when: "known(mutation) and ready", must: start at high}
  less: {in: on treatment at mid or high, when: "seen <= 1 hour", must: reduce}
properties:
  acted-on: {never: "PATTERN"}
"""


@pytest.mark.parametrize(
    ("when", "pattern"),
    [
        ("mutation or rash", "was on treatment at high and dose unchanged and mutation and within(rash, 1 hour) and rash is no"),
        ("rash and not known(ready)", "reduce and rash and not within(rash, 1 hour)"),
        ("rash and known(ready)", "reduce and rash and not within(rash, 1 hour)"),
        ("rash and not within(rash, 1 day)", "reduce"),
    ],
)
def test_only_what_makes_a_condition_true_is_new_and_it_can_be_from_before_the_visit(when: str, pattern: str) -> None:
    """A rash that was ruled out is nothing new beside a mutation; one that was seen counts once the other reading has lapsed."""
    found = verify(parse(SEEN.replace("WHEN", when).replace("PATTERN", pattern)), every=WEEK).verdicts
    assert [one.outcome for one in found if one.name == "acted-on"] == ["fails"]


HELD_BETWEEN = """\
protocol: held-between
version: 1
doses: {low: 50 mg daily, high: 100 mg daily}
inputs:
  ready: {yes or no, valid for: 8 days}
  tired: {yes or no, valid for: 8 days}
  rash: {yes or no, valid for: 5 weeks}
trackers:
  seen: {time since: "rash and not known(ready)"}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: "ready", must: start at high}
  halt: {in: on treatment, when: "seen <= 1 hour", must: hold, again: no}
  pause: {in: on treatment, when: "tired", must: hold}
  back: {in: held by halt or pause, when: "tired is no", must: resume at the same level}
  less: {in: on treatment at high, when: "seen <= 1 hour", must: reduce}
"""


def test_what_becomes_true_later_can_be_newer_than_the_last_step_and_not_than_the_last_hold() -> None:
    visits = [
        {"ready": "yes"},
        {"ready": "no", "rash": "yes", "tired": "yes"},
        {"ready": "no", "tired": "no"},
        {"ready": None, "tired": "no"},
    ]
    said = [tuple(Observation(*one) for one in visit.items()) for visit in visits]
    exploring, _ = search(parse(HELD_BETWEEN), remembers=True, limit=0)
    found = lockstep(exploring, [Visit(BEGIN + week * WEEK, one) for week, one in enumerate(said)])
    assert [both.taken.decision.action for both in found] == ["start", "hold", "resume", "reduce"]
    assert all(both.agree() for both in found)
