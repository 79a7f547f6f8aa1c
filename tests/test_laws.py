"""The laws that hold in every protocol, on protocols and courses drawn at random, with the oracle beside the reference."""

from __future__ import annotations

import copy
import importlib.util
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from protocol import initial, step
from protocol.model.course import Course, Observation, Visit
from protocol.model.decision import Decision, Step
from protocol.model.formula import Earlier, parts
from protocol.model.guard import And, Compare, Is, Known, Not, Or, Ratio, Value, nodes
from protocol.model.protocol import Protocol, fingerprint
from protocol.model.regimen import Dose
from protocol.model.rule import AtMost
from protocol.model.state import Held, State
from protocol.model.time import elapsed
from protocol.semantics.prepared import prepare
from protocol.semantics.remembered import reference
from protocol.testing import courses, protocols, thresholds, visits
from tests.oracle.compare import disagreements, oracle

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
often = settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
seldom = settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
LESS = ("less",)


def walked(protocol: Protocol, course: Course) -> Iterator[tuple[State, Step]]:
    """Each visit's state before it, and its step."""
    state = initial(protocol)
    for visit in course.visits:
        taken = step(protocol, state, visit)
        yield state, taken
        state = taken.state


def drawn(data: st.DataObject, **how: object) -> tuple[Protocol, Course]:
    protocol = data.draw(protocols(**how))
    return protocol, data.draw(courses(protocol))


def rank(protocol: Protocol, dose: Dose) -> int | None:
    """None where the dose cannot be compared."""
    return {"none": -1, "level": protocol.rung(dose.name) if dose.kind == "level" else 0}.get(dose.kind)


def raises(protocol: Protocol, decision: Decision) -> bool:
    before, after = rank(protocol, decision.before.dose), rank(protocol, decision.after.dose)
    if before is None or after is None:
        return before == -1 and decision.after.dose.is_drug
    return after > before


# ------------------------------------------------------------------------------------------------ the reference and the oracle


@often
@given(st.data())
def test_the_reference_and_the_oracle_agree(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    state = initial(protocol)
    for visit in course.visits:
        taken, differences = disagreements(protocol, state, visit)
        assert not differences, differences
        state = taken.state


# -------------------------------------------------------------------------------------------------------------- missing data


@often
@given(st.data())
def test_missing_data_never_raise_a_dose(data: st.DataObject) -> None:
    protocol, course = drawn(data, safe_sides=LESS)
    for _, taken in walked(protocol, course):
        assert taken.decision.status == "decided" or not raises(protocol, taken.decision)


@often
@given(st.data())
def test_drug_is_given_at_once_only_where_a_decided_decision_raises_the_dose(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    for before, taken in walked(protocol, course):
        decision = taken.decision
        if decision.supplement is not None:
            assert decision.supplement == protocol.rule(decision.rule).supplement
            assert decision.status == "decided" and raises(protocol, decision) and decision.after.level != before.level


@often
@given(st.data())
def test_the_clock_of_dose_changes_counts_from_the_last_visit_that_left_another_dose_in_force(data: st.DataObject) -> None:
    last = None
    for before, taken in walked(*drawn(data)):
        # A course begins with a change of dose, and so does one that begins anew.
        changes = taken.state.dose != before.dose or taken.state.started != before.started
        last = taken.visit.time if changes else last
        assert taken.state.changed == last
        assert (last is None) == (taken.state.started is None)


@often
@given(st.data())
def test_saying_that_the_source_is_silent_means_the_same_as_leaving_it_out(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    unsaid = attrs.evolve(protocol, silent=())
    for (_, taken), (_, other) in zip(walked(protocol, course), walked(unsaid, course), strict=True):
        assert taken == other
        for deviation in taken.deviations:
            silent = taken.decision.silent
            assert silent or deviation.kind != "protocol silent"
            assert not silent or not deviation.kind.startswith("dose ")


@often
@given(st.data())
def test_one_reading_orders_drug_at_once_no_second_time(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    for _, taken in walked(protocol, course):
        decision = taken.decision
        if decision.supplement is None or taken.state.level != decision.after.level:
            continue
        asked = (node for node in nodes(protocol.rule(decision.rule).when) if not isinstance(node, And | Or | Not))
        if all(isinstance(node, Is) or (isinstance(node, Compare) and isinstance(node.term, Value | Ratio)) for node in asked):
            again = step(protocol, taken.state, Visit(taken.visit.time + 1)).decision
            assert again.supplement is None or again.rule != decision.rule


@often
@given(st.data())
def test_missing_data_never_end_treatment(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    for before, taken in walked(protocol, course):
        if taken.decision.status != "decided" and before.control.kind != "stopped":
            assert taken.decision.after.control.kind != "stopped"


@often
@given(st.data())
def test_missing_data_never_hold_back_a_lowering_that_every_completion_orders(data: st.DataObject) -> None:
    protocol, course = drawn(data, safe_sides=LESS)
    for before, taken in walked(protocol, course):
        answer = oracle(protocol, before, taken)
        said = [effect for walk in answer.walks for effect in walk.effects]
        ordered = [rank(protocol, effect.dose) for effect in said if not effect.undefined]
        now, after = rank(protocol, before.dose), rank(protocol, taken.decision.after.dose)
        if now is not None and len(ordered) == len(said) and all(dose is not None and dose < now for dose in ordered):
            assert after is not None and after < now


@often
@given(st.data())
def test_missing_data_never_hold_back_a_lowering_by_the_first_rule_that_is_true_in_all(data: st.DataObject) -> None:
    protocol, course = drawn(data, safe_sides=LESS)
    for before, taken in walked(protocol, course):
        certain = oracle(protocol, before, taken).first_certain
        now, after = rank(protocol, before.dose), rank(protocol, taken.decision.after.dose)
        doses = [None if effect.undefined else rank(protocol, effect.dose) for effect in certain]
        lowers = now is not None and any(dose is not None and dose < now for dose in doses)  # of equal right if several
        if lowers and taken.decision.status != "decided":
            assert after is not None and after < now


@often
@given(st.data())
def test_a_decided_decision_stays_the_same_when_one_more_value_becomes_known(data: st.DataObject) -> None:
    protocol, course = drawn(data, known=False)
    decided = [(state, taken, missing) for state, taken in walked(protocol, course) if (missing := _missing(protocol, taken))]
    assume(decided)
    state, taken, missing = decided[-1]
    visit = taken.visit
    more = data.draw(visits(protocol, visit.time, given=False))
    for observation in more.observations:
        if observation.input in missing:
            added = attrs.evolve(observation, observed=None, recorded=None)
            fuller = step(protocol, state, attrs.evolve(visit, observations=(*visit.observations, added)))
            # A result that is implausible says that one of its readings is wrong, and not what the missing one is.
            computed = {refusal.observation.input for refusal in fuller.refused if refusal not in taken.refused}
            if computed & {number.name for number in protocol.numbers}:
                continue
            assert _what(fuller.decision) == _what(taken.decision), added
            missing.remove(observation.input)


def _missing(protocol: Protocol, taken: Step) -> list[str]:
    """What is unknown at a visit that is decided nevertheless."""
    said = {observation.input for observation in taken.visit.observations}
    names = [item.name for item in protocol.inputs if item.name not in said and _unknown(protocol, taken, item.name)]
    return names if taken.decision.status == "decided" else []


def _unknown(protocol: Protocol, taken: Step, name: str) -> bool:
    held, valid_for = taken.state.reading(name), protocol.input(name).valid_for
    return held is None or (valid_for is not None and taken.visit.time - held.observed > valid_for)


def _what(decision: Decision) -> tuple[object, ...]:
    return decision.status, decision.after, decision.withheld


# ------------------------------------------------------------------------------------------------------------ the dose and states


@often
@given(st.data())
def test_a_dose_is_a_level_of_the_ladder_or_named_off_it(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    names = {level.name for level in protocol.levels}
    given_off = {str(visit.given) for visit in course.visits if visit.given and visit.given.regimen}
    for _, taken in walked(protocol, course):
        for dose in (taken.decision.after.dose, taken.state.dose, taken.state.level):
            assert dose.name in {"level": names, "off ladder": given_off}.get(dose.kind, {""})


@often
@given(st.data())
def test_a_hold_is_left_only_through_its_rules_or_a_given_dose(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    for before, taken in walked(protocol, course):
        if before.control.kind == "held" and taken.decision.after.control.kind != "held":
            assert protocol.rule(taken.decision.rule).action.kind in ("resume", "stop", "review")
        if before.control.kind == "held" and taken.state.control.kind != taken.decision.after.control.kind:
            assert taken.visit.given is not None


@seldom
@given(st.data())
def test_who_is_held_is_held_for_a_reason(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    for _, taken in walked(protocol, course):
        assert taken.state.control.kind != "held" or taken.state.reasons


@often
@given(st.data())
def test_stopped_is_final(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    for before, taken in walked(protocol, course):
        if before.control.kind == "stopped":
            assert taken.decision.after.control.kind == taken.state.control.kind == "stopped"
            assert taken.decision.after.dose.kind == "none"


# ------------------------------------------------------------------------------------------------------- what is kept of the past


@often
@given(st.data())
def test_the_baseline_is_what_was_last_read_by_the_first_dose_and_only_a_correction_changes_it(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    read: dict[str, Held] = {}
    asked = prepare(protocol).baselines
    for before, taken in walked(protocol, course):
        read |= {held.input: held for held in taken.state.readings if held.value is not None and before.started is None}
        told = {observation.input for observation in taken.visit.observations if observation.observed is not None}
        told |= {observation.input for observation in taken.visit.observations if taken.visit.time == before.time}
        kept = [held for held in before.baseline if held.input not in told]
        if before.started is None:
            early = [one for visit in course.visits if visit.time <= taken.visit.time for one in visit.observations]
            if taken.state.started is not None and all(one.observed is None for one in early):
                assert {held.input: held for held in taken.state.baseline} == {name: read[name] for name in read if name in asked}
        elif before.started < (before.time or 0):
            assert [held for held in taken.state.baseline if held.input not in told] == kept


@often
@given(st.data())
def test_a_formula_looks_back_to_the_reading_that_a_reader_of_the_whole_course_would_find(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    asked = [(number, part) for number in protocol.numbers for part in parts(number.value) if isinstance(part, Earlier)]
    seen: dict[tuple[str, int], Held] = {}
    for before, taken in walked(protocol, course):
        told = {one.input: one.observed if one.observed is not None else taken.visit.time for one in taken.visit.observations}
        for held in taken.state.readings:
            is_new = held != before.reading(held.input)
            # What is not done takes back a reading of the same time only.
            if is_new and (held.value is not None or held.observed == told.get(held.input)):
                seen[held.input, held.observed] = held
        for number, part in asked:
            named = taken.visit.time - part.ago
            early, late = number.window or (0, 0)
            inside = [
                held
                for (name, observed), held in sorted(seen.items())
                if name == part.input and held.value is not None and named - early <= observed <= named + late
            ]
            nearest = min(inside, key=lambda held: abs(held.observed - named), default=None)
            assert reference(taken.state, number, part, taken.visit.time) == nearest


# -------------------------------------------------------------------------------------------------------------- a pure function


@seldom
@given(st.data())
def test_the_order_of_different_inputs_within_a_visit_changes_nothing(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    state = initial(protocol)
    for visit in course.visits:
        taken = step(protocol, state, visit)
        names = data.draw(st.permutations([item.name for item in protocol.inputs]))
        mixed = sorted(visit.observations, key=lambda observation: names.index(observation.input))
        other = step(protocol, state, attrs.evolve(visit, observations=tuple(mixed)))
        assert (other.decision, other.state, other.verdict) == (taken.decision, taken.state, taken.verdict)
        assert set(other.refused) == set(taken.refused)
        state = taken.state


@seldom
@given(st.data(), st.integers(0, 1_000_000))
def test_shifting_every_time_of_a_course_on_from_day_0_changes_no_decision(data: st.DataObject, minutes: int) -> None:
    # Time 0 is the first dose by definition, so only what happens from then on can be moved, and only away from it.
    protocol, course = drawn(data)
    course = attrs.evolve(course, visits=tuple(visit for visit in course.visits if visit.time >= 0))
    shifted = attrs.evolve(course, visits=tuple(_shifted(visit, minutes) for visit in course.visits))
    for (_, one), (_, other) in zip(walked(protocol, course), walked(protocol, shifted), strict=True):
        assert (_what(one.decision), one.decision.rule) == (_what(other.decision), other.decision.rule)
        assert one.verdict is None or one.verdict.permitted == other.verdict.permitted


def _shifted(visit: Visit, minutes: int) -> Visit:
    def move(time: int | None) -> int | None:
        return None if time is None else time + minutes

    def moved(one: Observation) -> Observation:
        return attrs.evolve(one, observed=move(one.observed), recorded=move(one.recorded))

    return attrs.evolve(visit, time=visit.time + minutes, observations=tuple(map(moved, visit.observations)))


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),
    st.timedeltas(-timedelta(days=4000), timedelta(days=4000)),
    st.timedeltas(-timedelta(days=4000), timedelta(days=4000)),
)
def test_shifting_all_dates_of_a_course_changes_no_elapsed_time(first: datetime, later: timedelta, shift: timedelta) -> None:
    assert elapsed(first + later + shift, first + shift) == elapsed(first + later, first)
    zoned = first.replace(tzinfo=UTC)
    assert elapsed(zoned + later, zoned) == elapsed(first + later, first)


@seldom
@given(st.data())
def test_a_step_is_determined_by_its_arguments_and_leaves_them_as_they_were(data: st.DataObject) -> None:
    protocol, course = drawn(data)
    untouched = copy.deepcopy(protocol)
    for before, taken in walked(protocol, course):
        kept = copy.deepcopy(before)
        assert step(protocol, before, taken.visit) == taken == step(untouched, kept, copy.deepcopy(taken.visit))
        assert (before, protocol) == (kept, untouched)


@seldom
@given(protocols(), protocols())
def test_a_fingerprint_is_the_same_for_equal_protocols_only(one: Protocol, other: Protocol) -> None:
    assert fingerprint(one) == fingerprint(copy.deepcopy(one))
    assert (fingerprint(one) == fingerprint(other)) == (one == other)
    assert fingerprint(attrs.evolve(one, version="2")) != fingerprint(one)


# -------------------------------------------------------------------------------------------------- tables, caps, new patients


@often
@given(st.data())
def test_the_order_in_which_a_table_prints_its_cells_decides_nothing(data: st.DataObject) -> None:
    protocol, course = drawn(data, tables=True)
    cells = [rule for rule in protocol.rules if rule.table]
    mixed = iter(data.draw(st.permutations(cells)))
    other = attrs.evolve(protocol, rules=tuple(next(mixed) if rule.table else rule for rule in protocol.rules))
    for (_, one), (_, two) in zip(walked(protocol, course), walked(other, course), strict=True):
        assert _what(one.decision) == _what(two.decision)
        assert (one.decision.silent, set(one.decision.conflict)) == (two.decision.silent, set(two.decision.conflict))
        assert {(frozenset(item.rules), item.certainty) for item in one.decision.permitted} == {
            (frozenset(item.rules), item.certainty) for item in two.decision.permitted
        }
        assert one.verdict is None or one.verdict.permitted == two.verdict.permitted  # type: ignore[union-attr]


@often
@given(st.data())
def test_where_cells_contradict_each_other_nothing_is_decided_nor_raised_and_what_each_orders_is_permitted(
    data: st.DataObject,
) -> None:
    protocol, course = drawn(data, safe_sides=LESS, tables=True)
    for before, taken in walked(protocol, course):
        decision = taken.decision
        if decision.conflict:
            assert decision.status != "decided" and not raises(protocol, decision)
            assert len({protocol.rule(name).table for name in decision.conflict}) == 1 < len(decision.conflict)
            answer = oracle(protocol, before, taken)
            assert all(len(walk.effects) > 1 and walk.effects <= set(walk.permitted) for walk in answer.walks)


@often
@given(st.data())
def test_drug_comes_back_no_higher_than_any_reason_of_the_hold_lets_it(data: st.DataObject) -> None:
    protocol, course = drawn(data, tables=True)
    for before, taken in walked(protocol, course):
        capped = [rule.action.target for rule in protocol.rules if rule.name in before.reasons]
        caps = [protocol.rung(target.level) for target in capped if isinstance(target, AtMost)]
        back = before.control.kind == "held" and not before.dose.is_drug and taken.decision.after.dose.kind == "level"
        if caps and back:
            assert protocol.rung(taken.decision.after.dose.name) <= min(caps)


@often
@given(st.data())
def test_only_a_decided_resumption_or_what_was_given_begins_a_course_anew(data: st.DataObject) -> None:
    protocol, course = drawn(data, tables=True)
    for before, taken in walked(protocol, course):
        decision = taken.decision
        if decision.after.anew:
            assert decision.status == "decided" and protocol.rule(decision.rule).action.kind == "resume"
        if before.started is not None and taken.state.started != before.started:
            assert taken.state.started == taken.visit.time and taken.state.on_drug == 0 and not taken.state.reasons
            assert decision.after.anew or taken.visit.given is not None
            assert taken.state.memory == initial(protocol).memory


# ---------------------------------------------------------------------------------------------------------- text and strategies


def _has_language() -> bool:
    return all(importlib.util.find_spec(f"protocol.language.{name}") for name in ("from_yaml", "to_yaml"))


@pytest.mark.skipif(not _has_language(), reason="no protocol.language to print and parse with")
@seldom
@given(protocols())
def test_a_printed_protocol_is_read_as_the_same_protocol(protocol: Protocol) -> None:
    from protocol.language import from_yaml, to_yaml

    assert from_yaml.parse(to_yaml.print_protocol(protocol)) == protocol


@seldom
@given(protocols(known=False))
def test_protocols_without_known_ask_for_nothing_but_values(protocol: Protocol) -> None:
    asking = (*protocol.rules, *protocol.monitoring)
    assert not any(isinstance(node, Known) for one in asking for node in nodes(one.when))
    assert not any(tracker.measured_only for tracker in protocol.trackers)
    assert not any(number.defaults for number in protocol.numbers)


@seldom
@given(st.data())
def test_courses_are_in_order_of_time_and_name_only_inputs_of_the_protocol(data: st.DataObject) -> None:
    protocol = data.draw(protocols())
    course = data.draw(courses(protocol, ranges=True))
    times = [time for visit in course.visits for time in (visit.time, visit.latest or visit.time)]
    assert times == sorted(times) and len(set(visit.time for visit in course.visits)) == len(course.visits)
    names = {item.name for item in protocol.inputs}
    assert {observation.input for visit in course.visits for observation in visit.observations} <= names
    assert all(list(constants) == sorted(constants) for constants in thresholds(protocol).values())
