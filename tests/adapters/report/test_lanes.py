"""What is drawn of a course is what its trace says: doses with their ends, changes with their rules, and deviations."""

from __future__ import annotations

from protocol import load, trace
from protocol.adapters.report.lanes import Lane, fixed_choice, lane, lanes
from protocol.adapters.report.occupancy import ENDED, occupied
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.regimen import NO_DRUG, Dose, regimen
from protocol.model.time import DAY
from tests.adapters.report.replayed import computed, drawn, measured, titration


def one_of(heading: str) -> Lane:
    protocol, traces = titration()
    (one,) = [one for one in traces if one.course.startswith(heading)]
    return lane(one, protocol, computed(protocol), "arm")


def test_doses_follow_each_other_and_each_change_has_its_rule() -> None:
    found = one_of("01-701-1239")
    assert [(str(spell.dose), spell.start // DAY, spell.end // DAY) for spell in found.spells] == [
        ("low", 0, 15),
        ("high", 15, 168),
        ("low", 168, 181),
    ]
    assert [(one.kind, one.rule, one.time // DAY) for one in found.changes] == [
        ("start", "start-low", 0),
        ("escalate", "raise", 15),
        ("reduce", "lower", 168),
        ("stop", "stop-completed", 181),
    ]
    assert (found.group, found.ending, found.deviations) == ("high-dose", "stopped", ())


def test_a_hold_that_nothing_orders_is_a_spell_without_drug_and_a_deviation() -> None:
    found = one_of("01-704-1241")
    assert [str(spell.dose) for spell in found.spells] == ["low", "high", "none"]
    (deviation,) = found.deviations
    assert (deviation.kind, deviation.time) == ("hold without reason", found.spells[-1].start)
    assert next(one.rule for one in found.changes if one.kind == "hold") == ""


def test_a_dose_that_is_not_recorded_is_drawn_as_assumed_and_treatment_without_an_end_goes_on() -> None:
    protocol = load("cdiscpilot-xanomeline")
    begin = Visit(0, (Observation("arm", "low-dose"), Observation("visit", 3), Observation("discontinued", "no")))
    given = Visit(7 * DAY, (), Given("regimen", regimen("54 mg every day")))
    found = lane(trace(protocol, Course("one", (begin, given, Visit(9 * DAY)))), protocol, computed(protocol))
    assert [(spell.start // DAY, spell.end // DAY, spell.known) for spell in found.spells] == [
        (0, 7, "assumed"),
        (7, 9, "known"),
    ]
    assert (found.ending, found.on_drug // DAY) == ("continues", 9)


def test_what_cannot_be_decided_is_no_deviation() -> None:
    protocol, traces = measured()
    found = lanes(traces, protocol, computed(protocol))
    assert {one.kind for lane in found for one in lane.undecided} == {"not decidable"}
    assert "not decidable" not in {one.kind for lane in found for one in lane.deviations}
    assert all([one.number for one in lane.noted] == list(range(1, len(lane.noted) + 1)) for lane in found)


def test_lanes_stand_by_arm_in_the_order_of_the_protocol_and_the_longest_first() -> None:
    protocol, traces = titration()
    assert fixed_choice(protocol) == "arm"
    found = lanes(traces, protocol, computed(protocol), "arm")
    groups = list(dict.fromkeys(one.group for one in found))
    assert groups[:3] == ["placebo", "low-dose", "high-dose"]
    for group in groups:
        ends = [one.end for one in found if one.group == group]
        assert ends == sorted(ends, reverse=True)


def test_at_each_time_every_treated_subject_is_somewhere_until_its_record_breaks_off() -> None:
    protocol, traces = titration()
    found = [one for one in lanes(traces, protocol, computed(protocol)) if one.spells]
    for moment in occupied(found, protocol):
        there = sum(moment.counts.values())
        begun = sum(one.spells[0].start <= moment.time for one in found)
        open_ended = sum(one.ending != "stopped" and one.spells[-1].end <= moment.time for one in found)
        assert there == begun - open_ended
    last = occupied(found, protocol)[-1].counts
    assert last[ENDED] == sum(one.ending == "stopped" for one in found)
    assert last[Dose("level", "high")] == last[NO_DRUG] == 0


def test_letters_of_deviations_stay_the_same_whatever_else_there_is() -> None:
    protocol, traces = titration()
    alone = [one for one in traces if one.course.startswith("81 mg")]
    for kind, letter in drawn(alone, protocol).key.deviations.items():
        assert drawn(traces, protocol).key.deviations[kind] == letter
