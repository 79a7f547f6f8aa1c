"""The tables of the CDISC pilot study through the shipped mapping: every row accounted for."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from protocol import load
from protocol.adapters.from_file import from_file
from protocol.adapters.mapped.account import FATES
from protocol.adapters.mapped.courses import Mapped
from protocol.adapters.mapped.summary import summary
from protocol.adapters.report.computed import Computed
from protocol.adapters.report.drawn import report
from protocol.adapters.report.page import to_html
from protocol.language.shipped import find
from protocol.model.course import Course, with_exposures
from protocol.model.time import study_day
from protocol.semantics.exposed import spells
from protocol.semantics.replay import replay
from protocol.semantics.trace import trace

SPEC = "cdiscpilot-xanomeline"
FOLDER = find(SPEC).parent


@pytest.fixture
def mapped(study: Mapped) -> Mapped:
    return study


def course(mapped: Mapped, name: str) -> Course:
    return next(one for one in mapped.courses if one.name == name)


def test_every_row_is_used_corrected_duplicated_refused_or_ignored(mapped: Mapped) -> None:
    rows = {name: one.table.rows for name, one in mapped.account.rows.items()}
    assert rows == {"dm": 306, "ex": 591, "lb": 59_580, "ds": 850}
    for name, one in mapped.account.rows.items():
        assert sum(one.count(fate) for fate in FATES) == rows[name]
        for fate in FATES[1:]:
            assert sum(group.count for group in one.why(fate)) == one.count(fate)
    assert mapped.account.total("refused") == 0


def test_the_visits_of_the_map_are_those_of_the_replay(mapped: Mapped) -> None:
    """One change of dose lies between two visits: 01-705-1382 was treated on the day on which treatment was ended."""
    protocol = load(SPEC)
    found = summary(mapped, protocol)
    assert (found.visits, found.dose_only) == (2593, 1)
    assert found.visits == sum(len(trace(protocol, one).steps) for one in mapped.courses)


def test_there_are_254_courses_with_100_changes_of_dose(mapped: Mapped) -> None:
    assert len(mapped.courses) == 254
    up = down = 0
    for one in mapped.courses:
        doses = [interval.given.regimen.amount for interval in one.exposures if interval.given.regimen]
        up += sum(before < after for before, after in pairwise(doses))
        down += sum(before > after for before, after in pairwise(doses))
    assert (up, down) == (72, 28)


def test_twelve_of_the_high_dose_arm_are_kept_in_it_though_they_never_had_the_high_dose(mapped: Mapped) -> None:
    noted = [where for what, where in mapped.account.noted if "arm" in what]
    assert len(noted) == 12
    assert "high-dose" in {one.value for one in course(mapped, "01-701-1181").visits[1].observations}


def test_the_courses_written_by_hand_are_those_of_the_mapping(mapped: Mapped) -> None:
    """Each of the ten has the doses that were read off the tables by hand, and on the same days.

    By hand no drug was given from the last dose on until the record of leaving; by the mapping treatment was over then.
    """
    sheet = from_file(FOLDER / "courses.md", load(SPEC))
    patients = [one.course for one in sheet.examples if one.course.name.startswith("01-7")]
    assert len(patients) == 10
    for hand in patients:
        tables = with_exposures(course(mapped, hand.name.split(":")[0]))
        for visit in hand.visits:
            if visit.given is not None:
                in_force = [one.given for one in tables if one.time <= visit.time][-1]
                over = (in_force.kind, visit.given.kind) == ("stopped", "none")
                assert in_force == visit.given or over, (hand.name, visit.time)


def test_a_record_without_an_end_goes_on_until_treatment_ends(mapped: Mapped) -> None:
    last = course(mapped, "01-705-1377").exposures[-2:]
    assert [(one.start, one.end, str(one.given)) for one in last] == [
        (study_day(23), study_day(63), "81 mg every day"),
        (study_day(63), None, "stopped"),
    ]


def test_no_reading_is_refused_by_the_protocol_either(mapped: Mapped) -> None:
    protocol = load(SPEC)
    assert not [refusal for one in mapped.courses[::8] for step in trace(protocol, one).steps for refusal in step.refused]


def test_a_report_draws_each_change_between_54_and_81_mg_with_the_rule_that_orders_it(mapped: Mapped) -> None:
    pytest.importorskip("jinja2", reason="jinja2 is not installed, so no page is written: extra 'report'")
    protocol = load(SPEC)
    found = report(replay(protocol, mapped.courses), protocol, Computed(spells))
    changes = [change for one in found.lanes for change in one.changes]
    assert len(found.lanes) == len(found.shown) == 254
    assert sum(change.kind == "escalate" for change in changes) == 72
    assert sum(change.kind == "reduce" for change in changes) == 28
    assert {change.rule for change in changes if change.kind == "reduce"} == {"lower"}
    assert len(to_html(found).encode()) < 1_000_000


def test_on_every_day_of_every_record_its_dose_is_in_force(mapped: Mapped, data_folder: Path) -> None:
    """Counted once more from the tables themselves, day by day: 591 records, of which six have no end."""
    reader = pytest.importorskip("pyreadstat", reason="pyreadstat is not installed, so SAS files cannot be read: extra 'cdisc'")
    columns, _ = reader.read_xport(str(data_folder / "cdiscpilot" / "ex.xpt"), output_format="dict")
    stops = {one.name: one.exposures[-1].start for one in mapped.courses}
    given = {one.name: with_exposures(one) for one in mapped.courses}
    days = 0
    for who, dose, first, last in zip(*(columns[name] for name in ("USUBJID", "EXDOSE", "EXSTDY", "EXENDY")), strict=True):
        for day in range(int(first), int(last or first) + 1):
            time = study_day(day)
            if time == stops[who] and day != first:
                continue  # on the day of the record that ends treatment the end is shown
            (in_force,) = [one.given for one in given[who] if one.time <= time][-1:]
            assert in_force is not None and in_force.regimen is not None and in_force.regimen.amount == dose, (who, day)
            days += 1
    assert days > 20_000
