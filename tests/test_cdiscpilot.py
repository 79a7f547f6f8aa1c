"""The CDISC pilot study: every change of dose is accounted for, and its laboratory is watched by rules of other protocols.

The tables are read twice: through the shipped mappings, and row by row here. Without the tables the tests are skipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from protocol import load, trace
from protocol.adapters.mapped.courses import Mapped, read_mapped
from protocol.adapters.report import svg
from protocol.adapters.report.drawn import Computed, report
from protocol.adapters.report.files import figures_of
from protocol.adapters.selection import pairs, under
from protocol.adapters.tally import is_change
from protocol.adapters.watched import Tally, tallies
from protocol.language.mapping.from_yaml import load_mapping
from protocol.language.shipped import find
from protocol.model.decision import Step, Trace
from protocol.model.time import study_day
from protocol.model.watching import Watching
from protocol.semantics.exposed import spells
from protocol.semantics.summary import summary
from protocol.semantics.watch import watch

Row = dict[str, Any]
Traces = tuple[Trace, ...]
IMAGES = Path(__file__).parent.parent / ".github" / "images"
SPEC = "cdiscpilot-xanomeline"
LABEL, DRESS = "imatinib-label/differential", "imatinib-hes/2026-dress"
LABORATORY = ["USUBJID", "LBTESTCD", "LBORRES", "LBORNRHI", "LBDY"]
CONTROL = "01-701-1239"


@pytest.fixture
def folder(study_folder: Path) -> Path:
    return study_folder


@cache
def rows(folder: Path, name: str) -> list[Row]:
    """The rows of a table, as they are."""
    import pyreadstat

    file, asked = str(folder / f"{name}.xpt"), LABORATORY if name == "lb" else None
    columns, _ = pyreadstat.read_xport(file, output_format="dict", usecols=asked)
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


@cache
def mapped(folder: Path, spec: str, mapping: str) -> Mapped:
    return read_mapped(load_mapping(find(spec).parent / f"{mapping}.mapping.yaml"), folder, load(spec))


# The dose


@frozen
class Change:
    """A change from one dose of drug to another: whose, on which minute since the first dose, and between which amounts in mg."""

    subject: str
    time: int
    before: int
    after: int


def recorded(folder: Path) -> Iterator[Change]:
    """Each change in the table EX: two records of a subject, one after the other, with two doses."""
    by_subject: dict[str, list[Row]] = {}
    for row in rows(folder, "ex"):
        by_subject.setdefault(row["USUBJID"], []).append(row)
    for subject, records in by_subject.items():
        for before, after in pairwise(sorted(records, key=lambda row: row["EXSTDTC"])):
            if before["EXDOSE"] != after["EXDOSE"]:
                yield Change(subject, study_day(int(after["EXSTDY"])), int(before["EXDOSE"]), int(after["EXDOSE"]))


def replayed(traces: Traces) -> Iterator[tuple[Change, Step, tuple[Step, ...]]]:
    """Each change that a replay sees, with its step and those before it."""
    amounts = {"low": 54, "high": 81}
    for one in traces:
        for number, step in enumerate(one.steps):
            before, after = step.decision.before.dose.name, step.state.dose.name
            if before in amounts and after in amounts and before != after:
                yield Change(one.course, step.visit.time, amounts[before], amounts[after]), step, one.steps[:number]


def test_every_one_of_the_100_changes_of_dose_is_ordered_by_a_rule(folder: Path, study_traces: Traces) -> None:
    found = list(replayed(study_traces))
    changes = [change for change, _, _ in found]
    assert sorted(changes, key=str) == sorted(recorded(folder), key=str)
    assert Counter((change.before, change.after) for change in changes) == {(54, 81): 72, (81, 54): 28}
    for change, step, _ in found:
        rule, action = ("raise", "escalate") if change.after == 81 else ("lower", "reduce")
        assert (step.decision.rule, step.decision.action, step.decision.status) == (rule, action, "decided"), change
        assert step.verdict is not None, change
        assert (step.verdict.permitted, step.verdict.recommended, step.deviations) == ("every", True, ()), change


def test_every_change_but_one_comes_on_the_day_after_its_visit(study_traces: Traces) -> None:
    late = []
    for change, step, before in replayed(study_traces):
        ordered = next(earlier for earlier in before if earlier.decision.rule == step.decision.rule)
        if change.time - ordered.visit.time != study_day(2):
            late.append((change.subject, change.time - ordered.visit.time, [one.kind for one in ordered.deviations]))
    assert late == [("01-703-1258", study_day(3), ["change too late"])]


def test_by_the_planned_days_only_some_of_the_changes_are_ordered_when_they_come(folder: Path, study: Mapped) -> None:
    """The other reading: what moves the dose is the visit and not the day for which it was planned."""
    planned = under(load(SPEC), (("raise-due", "planned-day"), ("lower-due", "planned-day")))
    by_name = {course.name: course for course in study.courses}
    early = 0
    for change in recorded(folder):
        (step,) = [one for one in trace(planned, by_name[change.subject]).steps if one.visit.time == change.time]
        assert step.verdict is not None
        early += step.verdict.permitted == "none"
        due = study_day(14 if change.after == 81 else 168)
        assert (step.verdict.permitted == "none") == (change.time < due), change
    assert early == sum(change.time < study_day(14 if change.after == 81 else 168) for change in recorded(folder)) > 0


def test_who_was_planned_for_the_high_dose_and_never_had_it_is_of_the_high_dose_arm(folder: Path, study_traces: Traces) -> None:
    actual = {row["USUBJID"] for row in rows(folder, "dm") if row["ARMCD"] == "Xan_Hi" and row["ACTARMCD"] == "Xan_Lo"}
    assert len(actual) == 12
    for one in study_traces:
        arms = {held.value for step in one.steps for held in step.state.readings if held.input == "arm"}
        assert (arms == {"high-dose"}) or one.course not in actual
        if one.course in actual:
            assert not any(step.state.dose.name == "high" for step in one.steps)


def test_whoever_ended_early_is_stopped_after_the_last_dose(folder: Path, study_traces: Traces) -> None:
    left = {
        row["USUBJID"]: row for row in rows(folder, "ds") if row["DSCAT"] == "DISPOSITION EVENT" and row["DSDECOD"] != "COMPLETED"
    }
    ended = {one.course: one.steps[-1].state.control.kind for one in study_traces}
    assert {kind for kind in ended.values()} == {"stopped"}
    by_rule = Counter(
        next(step.decision.rule for step in one.steps if step.state.control.kind == "stopped") for one in study_traces
    )
    assert by_rule["stop-completed"] == 110
    assert by_rule["stop-discontinued"] == 144 == sum(subject in ended for subject in left)


def test_every_change_that_was_given_is_a_start_an_end_or_one_of_these(study_traces: Traces) -> None:
    found = Counter(
        (str(step.decision.before.dose.kind), step.state.control.kind, step.verdict.permitted)
        for one in study_traces for step in one.steps if step.verdict and is_change(step)
    )  # fmt: skip
    assert found == {
        ("none", "on treatment", "every"): 253,
        ("none", "on treatment", "none"): 1,  # 01-705-1382 was taken off on the day of the first dose
        ("level", "on treatment", "every"): 100,
        ("level", "held", "none"): 4,
        ("level", "stopped", "every"): 250,
        ("none", "stopped", "every"): 4,
    }


def test_the_deviations_are_doses_that_ended_before_treatment_was_completed(folder: Path, study_traces: Traces) -> None:
    """Four who completed had no dose recorded for some days before their last visit; two rises came late, or not at all."""
    kinds = Counter(deviation.kind for one in study_traces for step in one.steps for deviation in step.deviations)
    assert kinds == {"hold without reason": 4, "change too late": 1, "dose below permitted": 1}
    last = {row["USUBJID"]: row["EXENDTC"] for row in rows(folder, "ex")}
    for one in study_traces:
        for step in one.steps:
            if any(deviation.kind == "hold without reason" for deviation in step.deviations):
                first = next(row["RFXSTDTC"] for row in rows(folder, "dm") if row["USUBJID"] == one.course)
                days = (date.fromisoformat(last[one.course][:10]) - date.fromisoformat(first[:10])).days
                assert step.visit.time == study_day(days + 2), one.course


def test_the_exposure_of_each_patient_is_that_of_the_records(folder: Path, study: Mapped, study_traces: Traces) -> None:
    """Six patients of whom a record has no end are left out: their dose goes on until they are taken off."""
    records: dict[str, list[Row]] = {}
    for row in rows(folder, "ex"):
        records.setdefault(row["USUBJID"], []).append(row)
    compared = 0
    for course, one in zip(study.courses, study_traces, strict=True):
        days = [(row["EXSTDY"], row["EXENDY"], row["EXDOSE"]) for row in records[course.name]]
        if any(end is None for _, end, _ in days):
            continue
        found = summary(load(SPEC), one, exposures=course.exposures)
        lengths = [int(end - start + 1) for start, end, _ in days]
        assert found.figure("TRTDURD").value == max(end for _, end, _ in days) - min(start for start, _, _ in days) + 1
        assert found.figure("TDURD").value == sum(lengths)
        assert found.figure("TDOSE").value == sum(length * int(dose) for length, (_, _, dose) in zip(lengths, days, strict=True))
        compared += 1
    assert compared == 248


def test_the_figure_of_the_readme_is_that_of_the_report(study_traces: Traces) -> None:
    """To accept a new figure, delete the file and run the test twice."""
    pytest.importorskip("jinja2", reason="jinja2 is not installed, so there is no report: extra 'report'")
    drawn = report(study_traces, load(SPEC), Computed(spells))
    figure, file = svg.alone(dict(figures_of(drawn))["doses-high-dose"], drawn.style), IMAGES / "high-dose.svg"
    if not file.exists():
        file.write_text(figure, encoding="utf-8")
        pytest.fail(".github/images/high-dose.svg was missing and has been written; look at it")
    assert figure == file.read_text(encoding="utf-8")


# The laboratory


@cache
def watched(folder: Path, spec: str, mapping: str, rule: str = "") -> tuple[Watching, ...]:
    protocol = load(spec)
    return tuple(watch(protocol, course, (rule,) if rule else ()) for course in mapped(folder, spec, mapping).courses)


def numbers(found: tuple[Watching, ...], rule: str) -> Tally:
    (one,) = [tally for tally in tallies(found) if tally.rule == rule]
    return one


def subjects(found: tuple[Watching, ...], rule: str) -> dict[str, list[int]]:
    """In whom a rule is true, and when."""
    true = {one.course: [visit.time for visit, answer in one.of(rule) if answer.holds] for one in found}
    return {subject: times for subject, times in true.items() if times}


def test_the_rules_for_blood_and_liver_are_known_at_nearly_every_visit_of_the_laboratory(folder: Path) -> None:
    found = watched(folder, LABEL, "differential.cdiscpilot")
    assert len(found) == 254
    blood, liver = numbers(found, "hold-cytopenia"), numbers(found, "hold-hepatic")
    assert (blood.true, blood.false, blood.unknown, blood.measured, blood.known) == (0, 1524, 23, 1532, 1514)
    assert (liver.true, liver.false, liver.unknown, liver.measured, liver.known) == (5, 1542, 0, 1534, 1534)
    assert liver.known > 0.95 * liver.measured
    assert blood.known > 0.95 * blood.measured


def test_one_patient_has_liver_tests_that_interrupt_imatinib(folder: Path) -> None:
    found = watched(folder, LABEL, "differential.cdiscpilot")
    assert subjects(found, "hold-hepatic") == {"01-705-1186": [study_day(day) for day in (16, 19, 22, 25, 31)]}
    high = [
        row for row in rows(folder, "lb")
        if (row["LBTESTCD"] == "BILI" and float(row["LBORRES"].strip("<")) > 3 * float(row["LBORNRHI"]))
        or (row["LBTESTCD"] in ("ALT", "AST") and float(row["LBORRES"].strip("<")) > 5 * float(row["LBORNRHI"]))
    ]  # fmt: skip
    assert {row["USUBJID"] for row in high if row["LBDY"] > 0} == {"01-705-1186"}
    days = {study_day(int(row["LBDY"])) for row in high if row["LBDY"] > 0}
    assert days <= set(subjects(found, "hold-hepatic")["01-705-1186"])


def test_neutrophils_are_what_is_left_of_the_white_cells_and_never_low(folder: Path) -> None:
    cells: dict[tuple[str, float], dict[str, Fraction]] = {}
    for row in rows(folder, "lb"):
        if row["LBDY"] > 0 and row["LBTESTCD"] in ("WBC", "LYM", "MONO", "EOS", "BASO"):
            cells.setdefault((row["USUBJID"], row["LBDY"]), {})[row["LBTESTCD"]] = Fraction(row["LBORRES"])
    left = {place: 2 * found["WBC"] - sum(found.values()) for place, found in cells.items() if len(found) == 5}
    assert (len(left), min(left.values())) == (1525, Fraction("1.12"))
    watched_at = {one.course: one.of("hold-cytopenia") for one in watched(folder, LABEL, "differential.cdiscpilot")}
    for subject, day in left:
        (answer,) = [answer for visit, answer in watched_at[subject] if visit.time == study_day(int(day))]
        assert answer.holds is False or answer.needs == ("platelets",), (subject, day)
    assert not {"NEUT", "NEUTLE", "NEUTSG", "ANC"} & {row["LBTESTCD"] for row in rows(folder, "lb")}


def test_the_amended_rule_asks_for_a_review_where_eosinophils_rise_with_a_rash(folder: Path) -> None:
    found = watched(folder, DRESS, "2026-dress.cdiscpilot", "review-dress")
    rule = numbers(found, "review-dress")
    assert (rule.true, rule.false, rule.unknown, rule.courses) == (44, 1426, 165, 15)
    assert subjects(found, "review-dress")[CONTROL] == [study_day(day) for day in (29, 40, 55, 82)]
    assert {name for name, _ in rule.needs[:3]} == {"facial-oedema", "temperature", "organs"}


def test_by_the_count_that_is_scored_it_asks_in_seven_of_the_fourteen_with_high_eosinophils(folder: Path) -> None:
    eosinophils = [row for row in rows(folder, "lb") if row["LBTESTCD"] == "EOS"]
    high = {row["USUBJID"] for row in eosinophils if float(row["LBORRES"]) > 0.7}
    skin = {
        row["USUBJID"] for row in rows(folder, "ae") if any(word in row["AEDECOD"] for word in ("RASH", "ERYTHEMA", "PRURITUS"))
    }
    assert (len(high), len(high & skin)) == (14, 12)
    scored = under(load(DRESS), pairs(["eosinophils-rising=scored"]))
    courses = mapped(folder, DRESS, "2026-dress.cdiscpilot").courses
    # Of the others, who cannot have it, every eighth is enough.
    some = [course for number, course in enumerate(courses) if course.name in high or number % 8 == 0]
    true = subjects(tuple(watch(scored, course, ("review-dress",)) for course in some), "review-dress")
    assert len(true) == 7
    assert set(true) < high & skin
    assert true[CONTROL] == [study_day(day) for day in (29, 40, 55, 82)]
    # A rule that ended treatment would have ended it in a patient whose eosinophils were normal again while it went on.
    last = max((row for row in eosinophils if row["USUBJID"] == CONTROL), key=lambda row: row["LBDY"])
    assert (last["LBDY"], float(last["LBORRES"])) == (182, 0.35)
