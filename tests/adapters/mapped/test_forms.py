"""Tables of other kinds than SDTM: wide and long, times that have elapsed, moments, doses that are given at visits."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocol.adapters.mapped.courses import Mapped
from protocol.model.course import Course, with_exposures
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


def test_what_was_not_done_is_said_by_another_column_whatever_stands_in_that_of_the_value(
    tmp_path: Path, sample_protocol: Protocol
) -> None:
    mapping = """tables: {lb: {file: lb.csv, patient: id, study day: day}}
readings:
  rash: {table: lb, value: seen, values: {Y: yes, N: no}, not done: {stat: ND*}}
  anc: {table: lb, value: anc, in: 10*9/L, not done: {stat: ND}}
"""
    found = of_table(tmp_path, sample_protocol, mapping, lb="id,day,seen,anc,stat\na,1,Y,3,\na,8,,,NDX\na,15,?,9999,ND\n")
    assert [{one.input: one.value for one in visit.observations} for visit in found.courses[0].visits] == [
        {"rash": "yes", "anc": 3},
        {"rash": None},
        {"rash": None, "anc": None},
    ]


def test_the_number_of_a_visit_can_follow_from_its_study_day(tmp_path: Path, sample_protocol: Protocol) -> None:
    mapping = """tables: {lb: {file: lb.csv, patient: id, study day: day}}
readings:
  visit: {table: lb, days: {1: -7 to -1, 2: 1, 3: 13 to 17}}
  anc: {table: lb, value: anc, in: 10*9/L}
"""
    found = of_table(tmp_path, sample_protocol, mapping, lb="id,day,anc\na,-3,3\na,1,3\na,12,2\na,17,1\n")
    visits = [[str(one.value) for one in visit.observations if one.input == "visit"] for visit in found.courses[0].visits]
    assert visits == [["1"], ["2"], [], ["3"]]
    assert (found.account.of("visit").read, found.account.of("visit").empty) == (4, 1)


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
        (8, 11, "50 mg every day"),
        (10, None, "stopped"),
        (11, 21, "50 mg every day"),  # though treatment had ended
    ]
    assert ("drug is recorded after the end of treatment", "a") in found.account.noted
    # What was given on the day on which treatment ended was given.
    assert [(one.start // 1440 + 1, str(one.given)) for one in found.courses[1].exposures] == [
        (1, "100 mg every day"),
        (2, "stopped"),
    ]


DATED = """patients: {{table: dm, first dose: first}}
tables:
  dm: {{file: dm.csv, patient: id}}
  lb: {{file: lb.csv, patient: id, date: taken, recorded: noted}}
readings: {{anc: {{table: lb, value: anc, in: 10*9/L, repeats: {policy}}}}}
"""
DM = "id,first\na,2020-03-02\n"


@pytest.mark.parametrize(("policy", "kept"), [("last", "4"), ("first", "3"), ("keep", "324")])
def test_what_is_first_and_last_on_a_day_is_told_by_the_time_of_day_and_not_by_the_order_of_the_rows(
    policy: str, kept: str, tmp_path: Path, sample_protocol: Protocol
) -> None:
    lb = "id,taken,anc,noted\na,2020-03-02T16:00,4,\na,2020-03-02T08:00,3,\na,2020-03-02T09:00,2,\n"
    found = of_table(tmp_path, sample_protocol, DATED.format(policy=policy), dm=DM, lb=lb)
    assert "".join(str(one.value) for one in found.courses[0].visits[0].observations) == kept


def test_a_row_recorded_later_corrects_the_one_of_the_same_moment(tmp_path: Path, sample_protocol: Protocol) -> None:
    lb = """id,taken,anc,noted
a,2020-03-02T08:00,4,2020-03-02T12:00
a,2020-03-02T08:00,3,2020-03-02T13:00
a,2020-03-09T08:00,2,2020-03-09T09:00
a,2020-03-09T08:00,1,2020-03-12
a,2020-03-16T08:00,1.5,2020-03-01
a,2020-03-23T08:00,1.6,never
"""
    found = of_table(tmp_path, sample_protocol, DATED.format(policy="keep"), dm=DM, lb=lb)
    visits = [[(str(one.value), one.recorded) for one in visit.observations] for visit in found.courses[0].visits]
    day = 1440
    assert visits == [[("3", 0)], [("2", 7 * day), ("1", 10 * day)], [("3/2", None)], [("8/5", None)]]
    assert found.account.of("anc").fates == {"used": 4, "corrected": 2}
    assert [what for what, _ in found.account.noted] == [
        "noted is before the value was observed, and does not count",
        "noted is no complete time, and does not count",
    ]


@pytest.mark.parametrize(("day", "overlaps"), [(8, True), (10, True), (11, False)])
def test_doses_that_overlap_are_told_and_the_later_one_counts(
    day: int, overlaps: bool, tmp_path: Path, sample_protocol: Protocol
) -> None:
    """The last day of a dose is a day on which it was given."""
    mapping = """tables: {ex: {file: ex.csv, patient: id, study day: from}}
readings: {rash: {at: first visit, is: no}}
doses: {table: ex, until: to, given: dose}
"""
    found = of_table(tmp_path, sample_protocol, mapping, ex=f"id,from,to,dose\na,1,10,low\na,{day},20,high\n")
    given = [str(visit.given) for visit in with_exposures(found.courses[0])]
    assert given == ["50 mg every day", "200 mg every day", "no drug"]
    told = [("a dose begins before the one before it has ended; from then on the later one counts", "ex.csv:3")]
    assert list(found.account.noted) == (told if overlaps else [])


AT_VISITS = """tables:
  one: {file: one.csv, patient: id, study day: day}
  two: {file: two.csv, patient: id, study day: day}
readings: {anc: {table: one, value: anc, in: 10*9/L}}
doses: [{table: one, given: dose}, {table: two, given: dose}]
"""


def test_a_dose_of_two_files_counts_once_and_two_doses_of_one_visit_are_not_known(
    tmp_path: Path, sample_protocol: Protocol
) -> None:
    one = "id,day,anc,dose\na,1,3,middle\na,8,2,middle\n"
    found = of_table(tmp_path, sample_protocol, AT_VISITS, one=one, two="id,day,dose\na,1,middle\na,8,low\na,15,low\n")
    assert [str(visit.given) for visit in found.courses[0].visits] == ["100 mg every day", "not known", "50 mg every day"]
    rows = found.account.rows
    assert rows["one"].fates == ["used", "used"] and rows["two"].fates == ["duplicated", "refused", "used"]
    wrong = "S052: another row of this visit says another dose (dose)"
    assert [one.what for one in rows["two"].why("refused")] == [wrong]
    assert list(found.account.noted) == [(f"a dose is refused: {wrong}. Correct one of them, or leave it out.", "one.csv:3")]


def test_a_dose_of_a_visit_of_which_the_day_is_not_known_is_refused_and_the_one_before_does_not_go_on(
    tmp_path: Path, sample_protocol: Protocol
) -> None:
    mapping = """patients: {table: dm, first dose: first}
tables: {dm: {file: dm.csv, patient: id}, ex: {file: ex.csv, patient: id, date: day}}
readings: {rash: {at: first dose, is: no}}
doses: {table: ex, given: dose}
"""
    ex = "id,day,dose\na,2020-03-02,middle\na,2020-04,low\n"
    found = of_table(tmp_path, sample_protocol, mapping, dm="id,first\na,2020-03-02\n", ex=ex)
    given = [(visit.time // 1440, str(visit.given)) for visit in found.courses[0].visits]
    assert given == [(0, "100 mg every day"), (30, "not known")]
    assert [one.what[:4] for one in found.account.rows["ex"].why("refused")] == ["S048"]


def test_two_doses_that_begin_at_once_are_not_known_as_long_as_both_last(tmp_path: Path, sample_protocol: Protocol) -> None:
    mapping = """tables: {ex: {file: ex.csv, patient: id, study day: from}}
readings: {rash: {at: first visit, is: no}}
doses: {table: ex, until: to, given: dose}
"""
    ex = "id,from,to,dose\na,1,7,low\na,1,14,middle\na,15,20,low\n"
    found = of_table(tmp_path, sample_protocol, mapping, ex=ex)
    given = [(visit.time // 1440 + 1, str(visit.given)) for visit in with_exposures(found.courses[0])]
    assert given == [(1, "not known"), (8, "100 mg every day"), (15, "50 mg every day"), (21, "no drug")]
    assert list(found.account.noted) == [("two doses begin at once; as long as both last the dose is not known", "ex.csv:3")]


def test_an_elapsed_time_lies_in_a_day_or_is_a_time_of_its_own(tmp_path: Path, sample_protocol: Protocol) -> None:
    mapping = """one visit: {}
tables: {{lb: {{file: lb.csv, patient: id, elapsed: when}}}}
readings: {{anc: {{table: lb, value: anc, in: 10*9/L}}}}
"""
    lb = "id,when,anc\na,0,3\na,4 hours,2\na,-0.5,4\n"
    by_day = of_table(tmp_path, sample_protocol, mapping.format("a day"), lb=lb).courses[0]
    assert [visit.time for visit in by_day.visits] == [-1440, 0]
    by_time = of_table(tmp_path, sample_protocol, mapping.format("a time"), lb=lb).courses[0]
    assert [visit.time for visit in by_time.visits] == [-720, 0, 240]
