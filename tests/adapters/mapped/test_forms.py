"""Tables of other kinds than SDTM: wide and long, times that have elapsed, moments, doses that are given at visits."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocol.adapters.mapped.courses import Mapped
from protocol.model.course import Course
from protocol.model.protocol import Protocol
from tests.adapters.mapped.conftest import of_table

WIDE = """patient,day,anc,anc_unit,alt,dose
a,0,4.1,10*9/L,30,middle
a,7,1200,/uL,,
a,14,,,35,50 mg every day
b,0,3,10*9/L,,unknown
"""
WIDE_MAPPING = """tables: {wide: {file: wide.csv, patient: patient, elapsed: day}}
readings:
  anc: {table: wide, value: anc, unit: anc_unit}
  alt: {table: wide, value: alt, in: U/L}
doses: {table: wide, given: dose}
"""


def said(course: Course) -> list[tuple[int, list[str], str]]:
    """Each visit: its day, the readings, the dose."""
    return [
        (
            visit.time // 1440,
            [f"{one.input} {one.censored}{one.value} {one.unit}" for one in visit.observations],
            str(visit.given),
        )
        for visit in course.visits
    ]


def test_a_wide_table_has_a_column_for_each_input_and_an_empty_cell_says_nothing(
    tmp_path: Path, sample_protocol: Protocol
) -> None:
    found = of_table(tmp_path, sample_protocol, WIDE_MAPPING, wide=WIDE)
    assert said(found.courses[0]) == [
        (0, ["anc 41/10 10*9/L", "alt 30 U/L"], "100 mg every day"),
        (7, ["anc 1200 /uL"], "None"),
        (14, ["alt 35 U/L"], "50 mg every day"),
    ]
    assert said(found.courses[1]) == [(0, ["anc 3 10*9/L"], "not known")]
    assert (found.account.of("alt").empty, found.account.of("alt").read) == (2, 4)
    assert [rows.count("used") for rows in found.account.rows.values()] == [4]


def test_a_long_table_has_a_row_for_each_value_and_is_the_same_courses(tmp_path: Path, sample_protocol: Protocol) -> None:
    long = """patient,day,what,value,unit
a,0,ANC,4.1,10*9/L
a,0,ALT,30,U/L
a,0,DOSE,middle,
a,7,ANC,1200,/uL
a,14,ALT,35,U/L
a,14,DOSE,50 mg every day,
b,0,ANC,3,10*9/L
b,0,DOSE,unknown,
"""
    mapping = """tables: {long: {file: long.csv, patient: patient, elapsed: day}}
readings:
  anc: {table: long, only: {what: ANC}, value: value, unit: unit}
  alt: {table: long, only: {what: ALT}, value: value, unit: unit}
doses: {table: long, only: {what: DOSE}, given: value}
"""
    one = of_table(tmp_path, sample_protocol, mapping, long=long)
    other = of_table(tmp_path, sample_protocol, WIDE_MAPPING, wide=WIDE)
    assert [said(course) for course in one.courses] == [said(course) for course in other.courses]
    assert [rows.count("used") for rows in one.account.rows.values()] == [8]


def timed(folder: Path, protocol: Protocol, one_visit: str) -> Mapped:
    mapping = f"""one visit: {one_visit}
patients: {{table: dm, first dose: first}}
tables:
  dm: {{file: dm.csv, patient: id}}
  lb: {{file: lb.csv, patient: id, date: taken}}
readings: {{anc: {{table: lb, value: anc, in: 10*9/L}}}}
doses: {{table: dm, date: first, until: last, amount: mg, in: mg, schedule: every day}}
"""
    lb = "id,taken,anc\na,2020-03-02T08:00,4\na,2020-03-02T12:30,3\na,2020-03-03,2\n"
    return of_table(folder, protocol, mapping, dm="id,first,last,mg\na,2020-03-02T10:00,2020-03-02T20:00,100\n", lb=lb)


def test_all_of_one_day_is_one_visit_or_each_moment_is_one(tmp_path: Path, sample_protocol: Protocol) -> None:
    by_day = timed(tmp_path, sample_protocol, "a day").courses[0]
    assert [(visit.time, len(visit.observations)) for visit in by_day.visits] == [(0, 2), (1440, 1)]
    assert [(one.start, one.end) for one in by_day.exposures] == [(0, 1440)]
    by_time = timed(tmp_path, sample_protocol, "a time").courses[0]
    assert [visit.time for visit in by_time.visits] == [-120, 150, 14 * 60]
    assert [(one.start, one.end) for one in by_time.exposures] == [(0, 600)]


@pytest.mark.parametrize(("policy", "kept"), [("keep", "324"), ("first", "3"), ("last", "4"), ("lowest", "2"), ("highest", "4")])
def test_of_several_values_at_one_visit_the_policy_says_which_counts(
    policy: str, kept: str, tmp_path: Path, sample_protocol: Protocol
) -> None:
    mapping = f"""tables: {{lb: {{file: lb.csv, patient: id, study day: day}}}}
readings: {{anc: {{table: lb, value: anc, in: 10*9/L, repeats: {policy}}}}}
"""
    found = of_table(tmp_path, sample_protocol, mapping, lb="id,day,anc\na,1,3\na,1,2\na,1,3\na,1,4\n")
    assert "".join(str(one.value) for one in found.courses[0].visits[0].observations) == kept
    assert found.account.of("anc").fates["duplicated"] == 4 - len(kept)


def test_at_the_first_visit_a_row_goes_before_what_is_so_of_everybody(tmp_path: Path, sample_protocol: Protocol) -> None:
    mapping = """tables:
  lb: {file: lb.csv, patient: id, study day: day}
  base: {file: base.csv, patient: id}
readings:
  anc: {table: lb, value: anc, in: 10*9/L}
  rash: [{table: base, at: first visit, value: rash}, {at: first visit, is: no}]
  arm: {at: first dose, is: active}
"""
    lb, base = "id,day,anc\na,-3,3\na,1,2\nb,-3,3\n", "id,rash\na,yes\n"
    found = of_table(tmp_path, sample_protocol, mapping, lb=lb, base=base)
    assert [said(course) for course in found.courses] == [
        [(-3, ["anc 3 10*9/L", "rash yes "], "None"), (0, ["anc 2 10*9/L", "arm active "], "None")],
        [(-3, ["anc 3 10*9/L", "rash no "], "None"), (0, ["arm active "], "None")],
    ]
    assert (found.account.of("rash").assumed, found.account.of("arm").assumed) == (1, 2)


def test_doses_of_several_tables_and_a_missing_end(tmp_path: Path, sample_protocol: Protocol) -> None:
    mapping = """tables: {ex: {file: ex.csv, patient: id, study day: from}}
readings: {rash: {at: first visit, is: no}}
doses:
  table: ex
  until: to
  missing until: unknown
  amount: mg
  in: mg
  frequency: often
ends: {table: ex, study day: end, without: {end: ""}}
"""
    ex = "id,from,to,mg,often,end\na,1,,100,Q12H,\na,5,7,50,QD,\na,8,20,50,QD,\na,12,,,,10\nb,1,1,100,QD,1\n"
    found = of_table(tmp_path, sample_protocol, mapping, ex=ex)
    assert [(one.start // 1440 + 1, one.end and one.end // 1440 + 1, str(one.given)) for one in found.courses[0].exposures] == [
        (1, 2, "100 mg every 12 hours"),
        (2, 5, "not known"),  # nobody knows until when it was given
        (5, 8, "50 mg every day"),
        (8, 10, "50 mg every day"),
        (10, None, "stopped"),
        (11, 21, "50 mg every day"),  # though treatment had ended
    ]
    assert ("drug is recorded after the end of treatment", "a") in found.account.noted
    # What was given on the day on which treatment ended was given.
    assert [(one.start // 1440 + 1, str(one.given)) for one in found.courses[1].exposures] == [
        (1, "100 mg every day"),
        (2, "stopped"),
    ]
