"""What people read. The golden files hold the exact text; PROTOCOL_GOLDEN=write writes them anew."""

from __future__ import annotations

import csv
import io
import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Literal

import pytest
from attrs import evolve

from protocol import load
from protocol.adapters.codes import CODES
from protocol.adapters.outcomes import Result, Unmet, result_text, totals
from protocol.adapters.overview import overview
from protocol.adapters.phrases import listed, say_date, say_decision, say_order, say_permission, say_verdict, say_where
from protocol.adapters.refusals import late_at
from protocol.adapters.selection import at, moment, named, slug
from protocol.adapters.sheet import Counts, Example, Expectation
from protocol.adapters.tally import tally
from protocol.adapters.to_csv import COLUMNS, to_csv
from protocol.adapters.to_json import to_json
from protocol.adapters.to_text import course_text, explanation, visit_text
from protocol.errors import InputError, NotationError
from protocol.language.table_of_sources import doubts
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.decision import (
    Decision,
    Deviation,
    Due,
    Effect,
    Fact,
    Missing,
    Outcome,
    Permission,
    Refusal,
    Revision,
    Step,
    Trace,
    Verdict,
)
from protocol.model.dispensing import Dispensed, Dispensing, Units
from protocol.model.input import Input, Number
from protocol.model.ladder import generated
from protocol.model.protocol import Protocol
from protocol.model.regimen import NO_DRUG, Amount, Dose, amount, at_level, regimen
from protocol.model.rule import Citation
from protocol.model.state import Control, State
from protocol.model.time import DAY

GOLDEN = Path(__file__).parent / "golden"
BEFORE = Effect(Control("before treatment"), NO_DRUG, NO_DRUG)
STARTING = Effect(Control("on treatment"), at_level("starting"), at_level("starting"))
ESCALATED = Effect(Control("on treatment"), at_level("escalated"), at_level("escalated"))
HELD = Effect(Control("held"), at_level("escalated"), NO_DRUG)
HOLDS = (Outcome("platelets < 50", ("hold",)), Outcome("platelets >= 50", ("continue", "escalate to escalated")))
SILENT = (Outcome("platelets < 50", ("hold",)), Outcome("platelets >= 50", ("escalate to escalated", "silent")))
PERMITTED = (Outcome("response is none", ("permitted",)), Outcome("response is partial or complete", ("a deviation",)))


def _given(text: str) -> Given:
    return Given("regimen", regimen(text))


def _state(effect: Effect) -> State:
    return State(effect.control, effect.level, effect.dose)


def _start() -> Step:
    visit = Visit(0, (Observation("anc", Fraction("4.2")),), _given("100 mg every day"), row="courses.md:7")
    decision = Decision(0, "decided", "start", BEFORE, STARTING, "start", ("start",))
    return Step(visit, decision, _state(STARTING), Verdict(_given("100 mg every day"), "every", True))


def _undecided() -> Step:
    visit = Visit(27 * DAY, (), _given("400 mg every day"), 28 * DAY, "courses.md:8")
    decision = Decision(
        27 * DAY, "undecided", "continue", STARTING, STARTING,
        permitted=(Permission("escalate-no-response", "escalate", ESCALATED, "unknown", ("response", "platelets")),),
        missing=(Missing("platelets", SILENT),),
        due=(Due("anc", "overdue", 7 * DAY, 14 * DAY), Due("platelets", "never measured", 7 * DAY, 14 * DAY)),
        silent=True,
    )  # fmt: skip
    verdict = Verdict(_given("400 mg every day"), "some", False, (Missing("response", PERMITTED),), depends_on_date=True)
    return Step(visit, decision, _state(ESCALATED), verdict, depends_on_date=True)


def _deviation() -> Step:
    bad = Observation("platelets", Fraction(210000), "10*9/L", row="courses.md:9")
    visit = Visit(35 * DAY, (bad,), _given("400 mg every day"), row="courses.md:9")
    facts = (
        Fact("anc", "<0.5 (LLN 1.5, ULN 7)", "measured", 35 * DAY),
        Fact("platelets", "210 10*9/L", "unknown", 7 * DAY),
        Fact("time since start", "5 weeks", "computed"),
        Fact("response", "none", "carried", 28 * DAY),
    )
    decision = Decision(
        35 * DAY, "decided", "hold", ESCALATED, HELD, "hold-cytopenia", ("hold-cytopenia", "start"),
        Citation("label", "table of dose adjustments"), "Below 1.0 the drug is stopped.", facts,
        (Permission("escalate-no-response", "escalate", Effect(ESCALATED.control, at_level("escalated"), at_level("escalated"),
                                                               "escalated is the highest level"), "permitted"),),
        due=(Due("anc", "due", 35 * DAY, 36 * DAY),), reasons=("hold-cytopenia",), unverified=("could, or were",),
    )  # fmt: skip
    refused = (Refusal(bad, "210000 10*9/L is not plausible for platelets. Plausible: 0 to 3000 10*9/L."),)
    deviation = Deviation("hold missed", "given 400 mg every day (escalated), recommended hold (none)")
    return Step(visit, decision, _state(ESCALATED), Verdict(_given("400 mg every day"), "none", False), (deviation,), refused)


def _withheld() -> Step:
    decision = Decision(42 * DAY, "provisional", "hold", ESCALATED, HELD, "stop", ("stop",), withheld=True)
    return Step(Visit(42 * DAY), decision, _state(HELD), assumed=True)


def _stopped() -> Step:
    stopped = Effect(Control("stopped"), at_level("escalated"), NO_DRUG)
    decision = Decision(49 * DAY, "decided", "continue", HELD, HELD)
    return Step(Visit(49 * DAY, (), Given("stopped")), decision, _state(stopped), Verdict(Given("stopped"), "every", False))


@pytest.fixture
def trace() -> Trace:
    steps = (_start(), _undecided(), _deviation(), _withheld(), _stopped())
    revision = Revision(0, steps[0].decision, Decision(0, "undecided", "continue", BEFORE, BEFORE))
    return Trace("small", "1.0", "0123456789abcdef", "Patient 1", steps, (revision,), (LATE, NOWHERE))


LATE = Refusal(Observation("anc", Fraction(9), "kg", observed=0, recorded=3 * DAY, row="courses.md:10"), "'kg' is not a unit.")
NOWHERE = Refusal(Observation("platelets", Fraction(9), "kg", recorded=30 * DAY, row="courses.md:11"), "'kg' is not a unit.")


def _is_golden(name: str, text: str) -> None:
    file = GOLDEN / name
    if os.environ.get("PROTOCOL_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_a_course_reads_as_one_sentence_for_each_visit(trace: Trace, protocol: Protocol) -> None:
    _is_golden("course.txt", course_text(trace, protocol) + "\n")


@pytest.mark.parametrize("number", range(5))
def test_a_visit_is_explained_with_all_its_reasons(number: int, trace: Trace, protocol: Protocol) -> None:
    step = trace.steps[number]
    _is_golden(f"why-{number}.txt", explanation(step, protocol, refused_later=late_at(trace, step)) + "\n")


SUPPLEMENTED = evolve(ESCALATED, supplement=amount("80 U/kg"))
BEYOND = "there is no level above 'escalated', and this end of the ladder is ours: the source says nothing of what lies beyond it"


def test_what_is_given_at_once_stands_beside_the_dose_in_text_and_in_csv_and_in_json(trace: Trace, protocol: Protocol) -> None:
    permission = Permission("raise", "escalate", SUPPLEMENTED, "permitted")
    decision = Decision(0, "decided", "escalate", STARTING, SUPPLEMENTED, "raise", ("raise",), permitted=(permission,))
    step = Step(Visit(0), decision, _state(ESCALATED), assumed=True)
    text = visit_text(step, protocol, 400)
    assert "day 0: escalate to escalated (400 mg every day) and 80 U/kg at once; so far on treatment at starting" in text
    assert "raise permits: escalate to escalated (400 mg every day) and 80 U/kg at once" in text
    only = evolve(trace, steps=(step,))
    (row,) = csv.DictReader(io.StringIO(to_csv((only,))))
    assert row["supplement"] == "80 U/kg"
    (found,) = json.loads(to_json((only,)))
    assert found["steps"][0]["decision"]["after"]["supplement"] == {"amount": "80", "unit": "U", "per": "kg"}


def test_what_is_ordered_if_what_is_recommended_is_not_done_is_told_as_an_order(protocol: Protocol) -> None:
    must = next(rule.name for rule in protocol.rules if rule.mode == "must")
    told = say_permission(Permission(must, "reduce", STARTING, "permitted"), protocol)
    assert told == f"{must} orders, if that is not done: reduce to starting (100 mg every day)"


UNITS = (Units(3, amount("500 mg")), Units(1, amount("150 mg")))
DISPENSED = Dispensed(amount("1712.5 mg"), amount("1650 mg"), UNITS, Fraction("1.37"))


@pytest.mark.parametrize(
    ("dispensed", "clause", "lines"),
    [
        (
            DISPENSED,
            "dispense 1650 mg (3 x 500 mg, 1 x 150 mg)",
            (
                "One administration is 1712.5 mg, with bsa 1.37 m2, rounded to the nearest, in at most 6 units",
                "Dispense 1650 mg (3 x 500 mg, 1 x 150 mg)",
            ),
        ),
        (Dispensed(None, missing="bsa"), "what is dispensed depends on bsa", ("What is dispensed depends on bsa",)),
        (
            Dispensed(amount("9 g")),
            "9 g would be too many units",
            ("One administration is 9 g, rounded to the nearest, in at most 6 units", "9 g would be too many units"),
        ),
        (
            Dispensed(amount("70 mg"), Amount(Fraction(0), "mg")),
            "nothing is dispensed: 70 mg rounds to no unit",
            (
                "One administration is 70 mg, rounded to the nearest, in at most 6 units",
                "Nothing is dispensed: 70 mg rounds to no unit",
            ),
        ),
    ],
)
def test_what_is_dispensed_stands_with_the_decision(
    dispensed: Dispensed, clause: str, lines: tuple[str, ...], trace: Trace, protocol: Protocol
) -> None:
    bsa = Input("bsa", Number("m2", Fraction(1), Fraction(3)), DAY)
    by_size = evolve(
        protocol,
        inputs=(*protocol.inputs, bsa),
        dispensing=Dispensing((amount("150 mg"), amount("500 mg")), "nearest", 6, "bsa"),
    )
    step = Step(Visit(0), Decision(0, "decided", "continue", STARTING, STARTING, dispensed=dispensed), _state(STARTING))
    assert f"; {clause}." in visit_text(step, by_size, 400)
    assert "\n".join(("Dispensed for each administration", *(f"  {line}" for line in lines))) in explanation(step, by_size, 400)
    (row,) = csv.DictReader(io.StringIO(to_csv((evolve(trace, steps=(step,)),))))
    assert row["dispensed"] == str(dispensed)


def test_a_step_beyond_an_end_of_the_ladder_that_is_ours_is_told_as_silence_of_the_source(protocol: Protocol) -> None:
    decision = Decision(0, "undecided", "continue", ESCALATED, ESCALATED, "raise", ("raise",), silent=True, blocked=BEYOND)
    step = Step(Visit(0), decision, _state(ESCALATED), assumed=True)
    text = visit_text(step, protocol, 400)
    assert f"the step cannot be taken: {BEYOND}; on treatment at escalated (400 mg every day); rule raise; the source is" in text
    assert text.endswith("; the source is silent here.")
    assert "no order" not in text + explanation(step, protocol, 400)
    assert "The source says nothing of this visit." in explanation(step, protocol, 400)


def test_silence_is_told_as_no_order_with_the_values_for_which_the_source_says_nothing(protocol: Protocol) -> None:
    none = Effect(Control("before treatment"), NO_DRUG, NO_DRUG)
    permits = Permission("escalate-no-response", "escalate", ESCALATED, "permitted")
    decision = Decision(0, "decided", "continue", STARTING, STARTING, silent=True, facts=(Fact("anc", "1.2", "measured", 0),))
    for changed, said in (
        (decision, "no order: the protocol is silent here, and the dose stands"),
        (evolve(decision, before=none, after=none), "no order: the protocol is silent here, and there is still no drug"),
        (
            evolve(decision, permitted=(permits,)),
            "no order: beyond what is permitted the protocol is silent here, and the dose stands",
        ),
    ):
        step = Step(Visit(0), changed, _state(STARTING), assumed=True)
        assert say_decision(changed, protocol) == said
        assert visit_text(step, protocol, 400).count("silent") == 1
        assert "\nThe source says nothing for these values\n  anc  1.2 10*9/L, measured on day 0" in explanation(step, protocol)
    asks_nothing = Step(Visit(0), evolve(decision, facts=()), _state(STARTING), assumed=True)
    assert "\nThe source says nothing of this visit.\n" in explanation(asks_nothing, protocol)


def test_where_the_source_is_silent_for_some_values_only_they_are_named(protocol: Protocol) -> None:
    decision = Decision(0, "undecided", "continue", ESCALATED, ESCALATED, silent=True)
    may = evolve(decision, status="decided", rule="escalate-no-response")
    for changed, said in (
        (
            evolve(decision, missing=(Missing("anc", SILENT), Missing("platelets", HOLDS))),
            "for some values of anc the protocol is silent",
        ),
        (evolve(decision, status="decided", rule="hold-cytopenia"), "for some values of what is missing the protocol is silent"),
        (may, "beyond what is permitted the protocol is silent here"),
    ):
        step = Step(Visit(0), changed, _state(ESCALATED), assumed=True)
        assert f"; {said}" in visit_text(step, protocol, 400)
        assert f"{said[0].upper()}{said[1:]}.\n" in explanation(step, protocol, 400)


def test_a_visit_says_its_order_first_and_then_where_the_patient_is(protocol: Protocol) -> None:
    starts = Decision(0, "decided", "start", BEFORE, STARTING, "start")
    goes_on = Decision(0, "decided", "continue", STARTING, STARTING)
    for decision, said in (
        (starts, "start at starting (100 mg every day)"),
        (goes_on, "continue on treatment at starting (100 mg every day)"),
        (evolve(goes_on, before=BEFORE, after=BEFORE), "continue, still before treatment"),
        (evolve(goes_on, before=HELD, after=HELD), "continue held, last at escalated (400 mg every day)"),
        (evolve(goes_on, action="hold", after=HELD), "hold; so far on treatment at starting (100 mg every day)"),
        (evolve(goes_on, status="undecided"), "undecided, the dose stands; on treatment at starting (100 mg every day)"),
        (evolve(starts, status="undecided", action="continue", after=BEFORE), "undecided, still no drug; before treatment"),
    ):
        assert say_order(decision, protocol) == said


def test_a_cell_of_a_table_is_named_in_a_course_and_spelt_out_where_it_is_explained() -> None:
    table = load("ruxolitinib-myelofibrosis")
    cell, twice = "by-count.2.2", Effect(Control("on treatment"), at_level("twice-20"), at_level("twice-20"))
    permits = Permission("raise-when-stable.1.1", "escalate", twice, "permitted")
    decision = Decision(0, "decided", "continue", twice, twice, cell, (cell,), permitted=(permits,))
    step = Step(Visit(0), decision, _state(twice), assumed=True)
    assert "; rule by-count.2.2; raise-when-stable.1.1 permits: " in visit_text(step, table, 400)
    whole = explanation(step, table, 400)
    assert "Rule by-count.2.2 (row 'platelets >= 100 and platelets < 125', column 'on treatment at twice-20')" in whole
    assert "raise-when-stable.1.1 (row 'platelets >= 75 and platelets < 100', column 'on treatment at twice-10') permits" in whole


@pytest.mark.parametrize("blocked", ["", BEYOND])
def test_while_held_what_is_undecided_leaves_no_drug(blocked: str, protocol: Protocol) -> None:
    held = Effect(Control("held"), at_level("starting"), NO_DRUG)
    decision = Decision(0, "undecided", "continue", held, held, blocked=blocked)
    assert say_decision(decision, protocol).startswith("undecided, still no drug")
    against = evolve(held, dose=at_level("starting"))
    given_all_the_same = evolve(decision, before=against, after=against)
    assert say_decision(given_all_the_same, protocol).startswith("undecided, the dose stands")


def test_a_generated_ladder_is_summed_up_by_its_ends_and_its_step(protocol: Protocol) -> None:
    levels = generated(Fraction(2), Fraction(40), regimen("1 U/kg/h"))
    assert "39 levels: 2 to 40 by 1 U/kg/h, named dose-2 to dose-40" in overview(evolve(protocol, levels=levels), (), 200)


def test_a_protocol_is_summed_up_with_what_is_open_and_unverified(protocol: Protocol) -> None:
    _is_golden("overview.txt", overview(protocol, ("finding F001: nothing\n  = something",), 80) + "\n")


def test_the_overview_counts_every_doubt_that_the_list_of_the_unverified_has() -> None:
    lenalidomide = load("lenalidomide-eu")
    text = overview(lenalidomide, (), 400)
    assert f"Unverified: {sum(1 for _ in doubts(lenalidomide))}\n" in text
    assert [one.unverified for one in lenalidomide.monitoring if one.unverified and one.unverified not in text] == []


def test_traces_have_one_csv_row_for_each_visit(trace: Trace) -> None:
    _is_golden("trace.csv", to_csv((trace,)))
    rows = list(csv.DictReader(io.StringIO(to_csv((trace,)))))
    assert len(rows) == len(trace.steps)
    assert list(rows[0]) == [name for name, _, _ in COLUMNS]
    assert rows[1]["depends on"] == "the date; response"


def test_csv_says_why_a_reading_was_refused_even_one_that_was_recorded_later(trace: Trace) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv((trace,)))))
    assert rows[2]["why refused"] == "platelets: 210000 10*9/L is not plausible for platelets. Plausible: 0 to 3000 10*9/L."
    assert [row["refused later"] for row in rows] == ["anc: 'kg' is not a unit.", "", "", "", "platelets: 'kg' is not a unit."]


def test_csv_says_what_later_records_would_have_changed(trace: Trace) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv((trace,)))))
    assert [rows[0][f"revised {name}"] for name in ("status", "action", "dose")] == ["undecided", "continue", "none"]
    assert not any(row[f"revised {name}"] for row in rows[1:] for name in ("status", "action", "dose"))


def test_csv_says_when_a_recommendation_was_met_and_what_was_assumed(trace: Trace) -> None:
    met = evolve(_start(), verdict=Verdict(_given("100 mg every day"), "none", True, met_at=2 * DAY))
    rows = list(csv.DictReader(io.StringIO(to_csv((evolve(trace, steps=(met, *trace.steps[1:])),)))))
    assert [row["met at"] for row in rows] == ["2880", "", "", "", ""]
    assert [row["assumed"] for row in rows] == ["", "", "", "yes", ""]


def test_an_assumed_dose_is_marked_only_where_it_changes(protocol: Protocol) -> None:
    mark = "what was given is not said: taken to be followed"
    assert mark in " ".join(visit_text(_withheld(), protocol).split())
    same = evolve(_withheld(), decision=Decision(42 * DAY, "decided", "continue", HELD, HELD))
    assert "taken to be followed" not in " ".join(visit_text(same, protocol).split())


def test_an_input_that_was_refused_twice_for_one_reason_is_named_once(protocol: Protocol) -> None:
    (refused,) = _deviation().refused
    other = evolve(refused, observation=evolve(refused.observation, input="anc"))
    step = evolve(_deviation(), refused=(refused, refused, other, evolve(refused, why="corrected later")))
    said = " ".join(visit_text(step, protocol).split())
    assert "refused: platelets and anc (210000 10*9/L is not plausible" in said
    assert "Plausible: 0 to 3000 10*9/L) and platelets (corrected later);" in said


def test_a_trace_as_json_is_deterministic_and_exact(trace: Trace) -> None:
    _is_golden("trace.json", to_json((trace,)))
    (read,) = json.loads(to_json((trace,)))
    assert read["format"] == "protocol-trace/1"
    assert read["steps"][0]["visit"]["observations"][0]["value"] == "4.2"


@pytest.mark.parametrize("value", [4, 4.0, Fraction(4), "4"])
def test_a_number_is_exact_text_in_json_whatever_the_caller_gave(value: int | float | Fraction | str) -> None:
    visit = Visit(0, (Observation("anc", value),))
    step = Step(visit, Decision(0, "decided", "continue", BEFORE, BEFORE), _state(BEFORE))
    (read,) = json.loads(to_json((Trace("p", "1", "f", "c", (step,)),)))
    assert read["steps"][0]["visit"]["observations"][0]["value"] == "4"


@pytest.mark.parametrize("width", [40, 60, 80])
def test_text_keeps_to_its_width(width: int, trace: Trace, protocol: Protocol) -> None:
    for step in trace.steps:
        for line in (visit_text(step, protocol, width) + "\n" + explanation(step, protocol, width)).splitlines():
            assert len(line) <= width or " " not in line.strip()


def test_dose_changes_are_counted_by_how_far_they_were_permitted(trace: Trace) -> None:
    found = tally((trace, trace))
    assert (found.courses, found.visits, found.changes) == (2, 10, 6)
    assert (found.every, found.some, found.none) == (4, 2, 0)
    # One at its visit and two recorded later in each course; a reading that was replaced later was not refused.
    assert (found.deviations, found.refused) == (2, 6)
    assert found.lines()[0] == "2 courses, 10 visits, 6 dose changes given, 2 deviations, 6 refused readings."


@pytest.mark.parametrize(
    ("effect", "says"),
    [
        (BEFORE, "before treatment"),
        (STARTING, "on treatment at starting (100 mg every day)"),
        (HELD, "held, last at escalated (400 mg every day)"),
        (Effect(Control("stopped"), NO_DRUG, NO_DRUG), "stopped"),
        (Effect(Control("stopped"), NO_DRUG, at_level("starting")), "stopped, given starting (100 mg every day) all the same"),
        (Effect(Control("in review", "dress"), at_level("starting"), NO_DRUG), "in review by dress, no drug meanwhile"),
        (Effect(Control("on treatment"), Dose("off ladder"), Dose("off ladder", "300 mg every day")),
         "on treatment at 300 mg every day, off the ladder"),
        (Effect(Control("on treatment"), at_level("starting"), NO_DRUG),
         "on treatment, the drug withheld, last at starting (100 mg every day)"),
    ],
)  # fmt: skip
def test_where_a_patient_is_reads_as_a_phrase(effect: Effect, says: str, protocol: Protocol) -> None:
    assert say_where(effect, protocol) == says


@pytest.mark.parametrize(
    ("given", "verdict", "says"),
    [
        (None, None, ""),
        (Given("unknown"), None, "not known, the recommendation is assumed"),
        (Given("none"), Verdict(Given("none"), "every", True), "no drug: as recommended"),
        (Given("none"), Verdict(Given("none"), "every", False), "no drug: permitted"),
        (Given("none"), Verdict(Given("none"), "none", False), "no drug: not permitted, and reported where it began"),
        (
            Given("none"),
            Verdict(Given("none"), "none", True, met_at=DAY),
            "no drug: the recommendation was met in time, on day 1",
        ),
        (Given("none"), Verdict(Given("none"), "some", False), "no drug: permitted or not, depending on what is missing"),
    ],
)
def test_a_verdict_reads_as_a_phrase(given: Given | None, verdict: Verdict | None, says: str) -> None:
    decision = Decision(0, "decided", "continue", STARTING, STARTING)
    assert say_verdict(Step(Visit(0, given=given), decision, _state(STARTING), verdict)) == says


def test_what_was_recommended_is_given_as_recommended_however_sure_the_decision_is(protocol: Protocol) -> None:
    verdict = Verdict(_given("100 mg every day"), "some", True, (Missing("response", PERMITTED),))
    visit = Visit(0, given=_given("100 mg every day"))
    for status, silent, said in (
        ("decided", False, "as recommended"),
        ("decided", True, "as it stands (no order)"),
        ("provisional", False, "as recommended (provisional)"),
        ("undecided", False, "as it stands (undecided)"),
    ):
        decision = Decision(0, status, "continue", STARTING, STARTING, silent=silent)
        assert say_verdict(Step(visit, decision, _state(STARTING), verdict)) == f"100 mg every day: {said}"
    other = evolve(verdict, recommended=False)
    assert say_verdict(Step(visit, decision, _state(STARTING), other)).endswith("permitted or not, depending on response")
    dated = evolve(verdict, depends_on_date=True)
    assert say_verdict(Step(visit, decision, _state(STARTING), dated)).endswith("depending on the date and response")


def test_names_are_listed_with_and_before_the_last() -> None:
    assert [listed(("a", "b", "c")[:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert [listed("abcd"[:count], 2) for count in (3, 4)] == ["a, b and c", "a, b and 2 more"]


def _example(name: str, *unmet: Expectation) -> Example:
    return Example(Course(name, (Visit(0),)), (unmet,), 1)


def test_a_failed_course_says_each_difference_with_its_place() -> None:
    wanted = Expectation("action", "hold", 19, 40)
    failed = Result("courses.md", _example("A", wanted), (Unmet(28 * DAY, wanted, "continue"),))
    passed = Result("courses.md", _example("B"), ())
    assert result_text(failed) == (
        "failed  A (1 of 1 expectation)\n  courses.md:19:40: day 28: action: expected hold, got continue"
    )
    assert result_text(passed) == "ok      B (expects nothing)"
    assert list(totals((failed, passed), (Counts(3, 2, 1), Counts(1, 1, 0, 2)))) == [
        "2 courses: 1 ok, 1 failed; 1 expectation: 0 met, 1 not",
        "Rows read: 4, of them 3 used and 1 blank; headings without a table: 2.",
    ]


def test_a_course_is_asked_for_by_its_heading_or_how_it_begins() -> None:
    examples = (_example("Patient 1: raised"), _example("Patient 10: held"), _example("Other"))
    assert [item.course.name for item in named(examples, "patient-1")] == ["Patient 1: raised"]
    assert [item.course.name for item in named(examples, "Patient 10: held")] == ["Patient 10: held"]
    assert [item.course.name for item in named(examples, "Pat")] == ["Patient 1: raised", "Patient 10: held"]
    assert slug("Patient 10: held!") == "patient-10-held"
    with pytest.raises(NotationError, match="did you mean 'other'"):
        named(examples, "othr")
    with pytest.raises(NotationError):
        named(examples, ":")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("28", 28 * DAY),
        ("day 28", 28 * DAY),
        ("4 weeks", 28 * DAY),
        ("-7", -7 * DAY),
        ("day 1 02:30", DAY + 150),
        ("day -1 22:00", -120),
    ],
)
def test_a_visit_is_asked_for_by_its_time(text: str, time: int, protocol: Protocol) -> None:
    assert moment(text, protocol) == time


@pytest.mark.parametrize("resolution", ["minutes", "hours", "days", "weeks"])
def test_every_time_that_is_printed_can_be_typed_back(
    resolution: Literal["minutes", "hours", "days", "weeks"], trace: Trace, protocol: Protocol
) -> None:
    counting = evolve(protocol, resolution=resolution)
    hourly = evolve(_start(), visit=Visit(DAY + 150))
    for step in (*trace.steps, hourly):
        assert moment(say_date(step.visit), counting) == step.visit.time


@pytest.mark.parametrize("text", ["x", "1 to 2", "", "day"])
def test_what_is_no_moment_is_refused(text: str, protocol: Protocol) -> None:
    with pytest.raises(InputError):
        moment(text, protocol)


def test_an_unknown_time_lists_the_visits(trace: Trace) -> None:
    assert at(trace, 35 * DAY) is trace.steps[2]
    assert at(trace, 28 * DAY) is trace.steps[1]
    with pytest.raises(NotationError, match=r"Visits: day 0, day 27 to day 28, day 35, .*day 49\. Write .* such as 'day 49'"):
        at(trace, 29 * DAY)


def test_every_code_says_what_it_means() -> None:
    assert all(code == entry.code and entry.title and entry.meaning.endswith(".") for code, entry in CODES.items())
