from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from textwrap import dedent

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.adapters import codes
from protocol.adapters.codes import CODES
from protocol.adapters.from_markdown import from_markdown
from protocol.adapters.sheet import Counts, Expectation, Sheet
from protocol.adapters.to_markdown import to_markdown
from protocol.errors import InputError, Problem
from protocol.model.course import Given, Observation
from protocol.model.dispensing import Dispensing
from protocol.model.ladder import generated
from protocol.model.protocol import Level, Protocol
from protocol.model.quantity import say_number
from protocol.model.regimen import amount, regimen
from protocol.model.time import DAY

TWO_COURSES = """\
# Courses

Readings: day-28=study-day

| word | meaning |
|---|---|
| prose | a table that is no course |

## About these

No table here.

## Patient 1: escalated on day 28

Stated on page 4715.

| elapsed | anc | platelets (10*9/L) | response | given | expect action | expect permitted |
|---|---|---|---|---|---|---|
| 0 | 4.2 | 210 | | 100 mg every day | continue | |
| | | | | | | |
| 27 to 28 | <0.5 10^3/uL (1.5-7) | not done | none | none | | some: anc, platelets |

## Patient 2

| study day | rash |
|:--|--:|
| -7 | no |
| 1 | yes |
"""


def table(text: str, protocol: Protocol) -> Sheet:
    return from_markdown("## Somebody\n\n" + dedent(text).strip() + "\n", protocol, "courses.md")


def problems(text: str, protocol: Protocol) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as raised:
        from_markdown(dedent(text).lstrip("\n"), protocol, "courses.md")
    return raised.value.problems


def problem(text: str, protocol: Protocol) -> Problem:
    (only,) = problems("## Somebody\n\n" + dedent(text).strip() + "\n", protocol)
    return only


def cell(header: str, text: str, protocol: Protocol) -> Problem:
    return problem(f"| elapsed | {header} |\n|---|---|\n| 0 | {text} |", protocol)


def value(header: str, text: str, protocol: Protocol) -> tuple[Observation, ...]:
    sheet = table(f"| elapsed | {header} |\n|---|---|\n| 0 | {text} |", protocol)
    return sheet.examples[0].course.visits[0].observations


def test_each_heading_with_a_table_is_a_course(protocol: Protocol) -> None:
    sheet = from_markdown(TWO_COURSES, protocol, "courses.md")
    assert [example.course.name for example in sheet.examples] == ["Patient 1: escalated on day 28", "Patient 2"]
    assert sheet.examples[0].note == sheet.examples[0].course.note == "Stated on page 4715."
    assert sheet.examples[0].line == 13


def test_rows_read_used_and_blank_add_up(protocol: Protocol) -> None:
    assert from_markdown(TWO_COURSES, protocol).counts == Counts(rows=5, used=4, blank=1, sections=1)


def test_the_preamble_names_readings(protocol: Protocol) -> None:
    assert from_markdown(TWO_COURSES, protocol).readings == (("day-28", "study-day"),)


def test_a_visit_has_its_observations_its_dose_and_its_row(protocol: Protocol) -> None:
    first, second = from_markdown(TWO_COURSES, protocol, "courses.md").examples[0].course.visits
    assert first.time == 0
    assert first.given == Given("regimen", regimen("100 mg every day"))
    assert first.observations[1] == Observation("platelets", Fraction(210), "10*9/L", row="courses.md:19")
    assert (second.time, second.latest, second.given) == (27 * DAY, 28 * DAY, Given("none"))
    assert second.observations == (
        Observation("anc", Fraction(1, 2), "10^3/uL", "<", Fraction(3, 2), Fraction(7), row="courses.md:21"),
        Observation("platelets", None, row="courses.md:21"),
        Observation("response", "none", row="courses.md:21"),
    )


def test_expectations_stand_beside_their_visit_with_their_place(protocol: Protocol) -> None:
    example = from_markdown(TWO_COURSES, protocol).examples[0]
    assert example.expectations == (
        (Expectation("action", "continue", 19, 40),),
        (Expectation("permitted", "some: anc, platelets", 21, 64),),
    )


def test_study_day_1_is_the_day_of_the_first_dose(protocol: Protocol) -> None:
    course = from_markdown(TWO_COURSES, protocol).examples[1].course
    assert [visit.time for visit in course.visits] == [-7 * DAY, 0]


@pytest.mark.parametrize(
    ("text", "time", "latest"),
    [
        ("28", 28 * DAY, None),
        ("0.5", DAY // 2, None),
        ("2 weeks", 14 * DAY, None),
        ("-3 days", -3 * DAY, None),
        ("27 to 28", 27 * DAY, 28 * DAY),
        ("1 to 2 weeks", 7 * DAY, 14 * DAY),
        ("-3 to -1", -3 * DAY, -DAY),
    ],
)
def test_a_time_is_a_number_a_duration_or_a_range(text: str, time: int, latest: int | None, protocol: Protocol) -> None:
    visit = table(f"| elapsed |\n|---|\n| {text} |", protocol).examples[0].course.visits[0]
    assert (visit.time, visit.latest) == (time, latest)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x", "'x' is not a time"),
        ("27-28", "Write a range as '27 to 28'."),
        ("2003-01-05", "calendar dates are not read"),
        ("1 month", "a month has no fixed length"),
        ("28 to 27", "does not go up"),
        ("1e39", "centuries"),
        ("0.00001", "not whole minutes"),
    ],
)
def test_what_is_not_a_time_is_said(text: str, says: str, protocol: Protocol) -> None:
    found = problem(f"| elapsed |\n|---|\n| {text} |", protocol)
    assert (found.code, found.line, found.column) == ("C020", 5, 3)
    assert says in str(found)


def test_there_is_no_study_day_0(protocol: Protocol) -> None:
    assert problem("| study day |\n|---|\n| 0 |", protocol).code == "C021"


def test_a_bare_day_is_refused_because_it_could_count_from_0_or_from_1(protocol: Protocol) -> None:
    found = problem("| day | anc |\n|---|---|\n| 0 | 1 |", protocol)
    assert (found.code, found.line, found.column) == ("C013", 3, 3)


def test_a_range_that_ends_after_the_next_visit_is_out_of_order(protocol: Protocol) -> None:
    assert problem("| elapsed |\n|---|\n| 0 to 30 |\n| 7 |", protocol).code == "C022"


def test_times_out_of_order_are_refused(protocol: Protocol) -> None:
    found = problem("| elapsed |\n|---|\n| 7 |\n| 3 |", protocol)
    assert (found.code, found.message) == ("C022", "this time is before that of line 5")


def test_two_rows_at_one_time_are_refused(protocol: Protocol) -> None:
    twice = problem("| elapsed | anc |\n|---|---|\n| 7 | 1 |\n| 7 | 2 |", protocol)
    assert twice.code == "C023" and "two values of one input in one cell: '1600; 1400'" in twice.hint


def test_a_correction_is_a_second_row_of_the_time_with_its_own_recorded(protocol: Protocol) -> None:
    sheet = table("| elapsed | anc | recorded |\n|---|---|---|\n| 7 | 4.2 | |\n| 7 | 0.4 | 10 |", protocol)
    (visit,) = sheet.examples[0].course.visits
    assert [(item.value, item.recorded) for item in visit.observations] == [(Fraction("4.2"), None), (Fraction("0.4"), 10 * DAY)]


def test_recorded_before_observed_is_refused(protocol: Protocol) -> None:
    assert problem("| elapsed | anc | recorded |\n|---|---|---|\n| 7 | 4.2 | 5 |", protocol).code == "C024"


def test_a_reading_recorded_later_says_when_it_was_observed_if_that_is_one_time(protocol: Protocol) -> None:
    body = "| elapsed | anc | recorded |\n|---|---|---|\n| 7 | 4.2 | 7 |\n| 8 | 0.4 | 10 |\n| 20 to 21 | 0.4 | 30 |"
    found = [visit.observations[0].observed for visit in table(body, protocol).examples[0].course.visits]
    assert found == [None, 8 * DAY, None]


def test_several_values_of_a_cell_go_by_semicolons(protocol: Protocol) -> None:
    assert [item.value for item in value("anc", "1.5; 0.4;", protocol)] == [Fraction(3, 2), Fraction(2, 5)]


def test_an_empty_cell_is_no_observation(protocol: Protocol) -> None:
    assert value("anc", "", protocol) == ()


@pytest.mark.parametrize(
    ("text", "sign", "number", "unit"),
    [
        ("61 mg/dL", "", 61, "mg/dL"),
        ("<= 5", "<=", 5, ""),
        (">150 mg/dL", ">", 150, "mg/dL"),
        ("≥3", ">=", 3, ""),
        ("61mg/dL", "", 61, "mg/dL"),
        ("5 K/uL", "", 5, "K/uL"),
        ("9999999", "", 9999999, ""),
        ("4e1", "", 40, ""),
        ("<4E+1mg/dL", "<", 40, "mg/dL"),
    ],
)
def test_a_value_keeps_its_sign_and_unit_even_a_bad_one(text: str, sign: str, number: int, unit: str, protocol: Protocol) -> None:
    (found,) = value("bilirubin", text, protocol)
    assert (found.censored, found.value, found.unit) == (sign, number, unit)


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [("61 (0-50)", 0, 50), ("61 mg/dL (0 - 50)", 0, 50), ("1(5-)", 5, None), ("1 (-5)", None, 5), ("1 (1e0-5e1)", 1, 50)],
)
def test_limits_of_normal_are_two_numbers_or_one(text: str, lower: int | None, upper: int | None, protocol: Protocol) -> None:
    (found,) = value("bilirubin", text, protocol)
    assert (found.lower, found.upper) == (lower, upper)


@pytest.mark.parametrize("text", ["61 (0)", "61 ()", "61 (a-b)", "61 (50-0)", "61 (1,0-2)"])
def test_limits_that_cannot_be_read_are_refused(text: str, protocol: Protocol) -> None:
    assert cell("bilirubin", text, protocol).code == "C032"


def test_a_comma_in_a_number_is_refused(protocol: Protocol) -> None:
    found = cell("anc", "1,5", protocol)
    assert (found.code, found.line, found.column) == ("C030", 5, 7)
    assert "decimal point" in found.hint


def test_text_in_a_column_of_numbers_is_refused(protocol: Protocol) -> None:
    assert str(cell("anc", "low", protocol)).startswith("courses.md:5:7: error C030: 'low' is not a value of 'anc'")


@pytest.mark.parametrize("header", ["anc", "toxicity", "response", "rash"])
@pytest.mark.parametrize("text", ["N/A", "NA", "n.a.", "-", "\u2013", "?"])
def test_a_mark_for_no_value_is_refused_because_it_does_not_say_which(header: str, text: str, protocol: Protocol) -> None:
    assert cell(header, text, protocol).hint == "write 'not done', or leave the cell empty"


@pytest.mark.parametrize("text", ["4e", "4e1000", "e1"])
def test_half_an_exponent_is_no_number(text: str, protocol: Protocol) -> None:
    if text == "4e":  # a number and a unit that is none, which is refused where it is read
        assert value("anc", text, protocol)[0].unit == "e"
    else:
        assert cell("anc", text, protocol).code == "C030"


def test_a_roman_grade_is_refused_with_its_digit(protocol: Protocol) -> None:
    assert cell("toxicity", "III", protocol).hint == "write '3'"


@pytest.mark.parametrize(("header", "text"), [("response", "Partial"), ("rash", "YES"), ("rash", "Not done")])
def test_options_are_read_in_any_case(header: str, text: str, protocol: Protocol) -> None:
    (found,) = value(header, text, protocol)
    assert found.value == {"Partial": "partial", "YES": "yes", "Not done": None}[text]


@pytest.mark.parametrize(
    ("header", "text", "hint"), [("response", "partail", "did you mean 'partial'?"), ("rash", "Y", "write 'yes'")]
)
def test_an_unknown_option_is_refused_with_the_nearest(header: str, text: str, hint: str, protocol: Protocol) -> None:
    found = cell(header, text, protocol)
    assert found.code == "C031"
    assert found.hint.startswith(hint)


def test_a_given_dose_is_a_level_a_regimen_or_a_word(protocol: Protocol) -> None:
    sheet = table(
        """
        | elapsed | given |
        |---|---|
        | 0 | escalated |
        | 1 | 300 mg every day |
        | 2 | none |
        | 3 | stopped |
        | 4 | unknown |
        | 5 | |
        """,
        protocol,
    )
    given_doses = [visit.given for visit in sheet.examples[0].course.visits]
    assert given_doses[:2] == [Given("regimen", regimen("400 mg daily")), Given("regimen", regimen("300 mg daily"))]
    assert given_doses[2:] == [Given("none"), Given("stopped"), Given("unknown"), None]


@pytest.mark.parametrize(
    "text",
    [
        "18 U/kg/h",
        "1000 U/h",
        "1250 mg/m2 every 12 hours",
        "5 mg/kg every week",
        "25 mg once",
        "25 mg daily on days 1 to 21 of 28",
        "placebo every day",
        "50 % every day",
    ],
)
def test_a_given_dose_is_written_as_a_level_is(text: str, protocol: Protocol) -> None:
    sheet = table(f"| elapsed | given |\n|---|---|\n| 0 | {text} |", protocol)
    assert sheet.examples[0].course.visits[0].given == Given("regimen", regimen(text))


@pytest.mark.parametrize(
    ("text", "level"), [("First", "first"), ("second", "second"), ("third", ""), ("25 mg once", ""), ("50 mg once", "")]
)
def test_a_level_is_named_where_others_have_its_regimen(text: str, level: str, protocol: Protocol) -> None:
    doses = {"first": "25 mg once", "second": "0.025 g once", "third": "50 mg once"}
    again = evolve(protocol, levels=tuple(Level(name, regimen(dose)) for name, dose in doses.items()))
    sheet = table(f"| elapsed | given |\n|---|---|\n| 0 | {text} |", again)
    (visit,) = sheet.examples[0].course.visits
    assert visit.given == Given("regimen", regimen(doses.get(text.lower(), text)), level)
    back = from_markdown(to_markdown(sheet.examples[0].course, again), again)
    assert back.examples[0].course.visits[0].given == visit.given


def test_a_level_of_a_long_ladder_that_is_not_there_is_told_without_listing_all_of_them(protocol: Protocol) -> None:
    long = evolve(protocol, levels=generated(Fraction(2), Fraction(40), regimen("1 U/kg/h")))
    sheet = table("| elapsed | given |\n|---|---|\n| 0 | dose-39 |", long)
    assert sheet.examples[0].course.visits[0].given == Given("regimen", regimen("39 U/kg/h"))
    hint = cell("given", "dose-41", long).hint
    assert hint.startswith("did you mean 'dose-4") and "dose-20" not in hint and "dose-40, none" in hint


def test_what_is_dispensed_is_expected_in_the_strengths_that_there_are(protocol: Protocol) -> None:
    strengths = Dispensing((amount("100 mg"), amount("400 mg")), "nearest")
    dispensed = evolve(protocol, dispensing=strengths)
    for text in ("500 mg (1 x 400 mg, 1 x 100 mg)", "-", "0 mg", "weight missing"):
        (expected,) = table(f"| elapsed | expect dispensed |\n|---|---|\n| 0 | {text} |", dispensed).examples[0].expectations[0]
        assert (expected.column, expected.value) == ("dispensed", text)
    assert cell("expect dispensed", "500 mg (2 x 250 mg)", dispensed).code == "C040"
    assert cell("expect dispensed", "100 mg (1 x 100 mg)", protocol).code == "C040"


def test_a_supplement_that_no_rule_has_cannot_be_expected(protocol: Protocol) -> None:
    with_one = evolve(protocol, rules=(evolve(protocol.rules[0], supplement=amount("80 U/kg")), *protocol.rules[1:]))
    (expected,) = table("| elapsed | expect supplement |\n|---|---|\n| 0 | 80 U/kg |", with_one).examples[0].expectations[0]
    assert (expected.column, expected.value) == ("supplement", "80 U/kg")
    assert cell("expect supplement", "40 U/kg", with_one).code == "C040"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("escalatd", "did you mean 'escalated'?"),
        ("100 mg", "Write an amount"),
        ("100", "Write"),
        ("5 mg/day", "Write '5 mg every"),
    ],
)
def test_an_unknown_dose_is_refused(text: str, hint: str, protocol: Protocol) -> None:
    found = cell("given", text, protocol)
    assert found.code == "C033"
    assert found.hint.startswith(hint)


@pytest.mark.parametrize(
    ("header", "code", "hint"),
    [
        ("plateletes", "C011", "did you mean 'platelets'?"),
        ("expect acton", "C011", "did you mean 'action'?"),
        ("", "C011", "Give each column a heading"),
        ("platelets (K/uL)", "C015", "write '10*3/uL' for 'K/uL'"),
        ("platelets (10*9/l)", "C015", "write '10*9/L' for '10*9/l'"),
        ("platelets (mg/dL)", "C015", "'platelets' is declared in 10*9/L."),
        ("rash (mg/dL)", "C015", "Write 'rash'."),
        ("given (mg)", "C015", "Write 'given'."),
        ("patient", "C011", "did you mean"),
        ("elapsed", "C012", "Keep one"),
        ("study day", "C012", "Keep one"),
    ],
)
def test_a_wrong_header_is_refused(header: str, code: str, hint: str, protocol: Protocol) -> None:
    found = cell(header, "1", protocol)
    assert (found.code, found.line) == (code, 3)
    assert found.hint.startswith(hint)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("action", "holt"),
        ("dose", "high"),
        ("rule", "strat"),
        ("status", "sure"),
        ("state", "hold"),
        ("permitted", "all"),
        ("may", "x"),
    ],
)
def test_an_expectation_that_no_decision_can_meet_is_refused(column: str, text: str, protocol: Protocol) -> None:
    assert cell(f"expect {column}", text, protocol).code == "C040"


@pytest.mark.parametrize("row", ["| 0 |", "| 0 | 1 | 2 |"])
def test_a_ragged_row_is_refused(row: str, protocol: Protocol) -> None:
    found = problem(f"| elapsed | anc |\n|---|---|\n{row}", protocol)
    assert (found.code, found.line) == ("C010", 5)


def test_a_heading_twice_is_refused(protocol: Protocol) -> None:
    one = "## A\n\n| elapsed |\n|---|\n| 0 |\n\n"
    (found,) = problems(one + one, protocol)
    assert (found.code, found.line, found.message) == ("C017", 7, "line 1 has the same heading")


def test_a_table_without_rows_is_a_course_without_visits(protocol: Protocol) -> None:
    assert problem("| elapsed | anc |\n|---|---|", protocol).code == "C018"


def test_a_table_without_its_line_of_dashes_is_refused(protocol: Protocol) -> None:
    assert problem("| elapsed | anc |\n| 0 | 1 |", protocol).code == "C016"


def test_a_course_without_a_heading_is_refused(protocol: Protocol) -> None:
    (found,) = problems("| elapsed | anc |\n|---|---|\n| 0 | 1 |\n\n## B\n\n| elapsed |\n|---|\n| 0 |\n", protocol)
    assert found.code == "C016"


@pytest.mark.parametrize("row", ["7 1", "- a list"])
def test_a_line_without_bars_in_a_table_is_a_ragged_row(row: str, protocol: Protocol) -> None:
    assert problem(f"| elapsed | anc |\n|---|---|\n| 0 | 1 |\n{row}", protocol).code == "C010"


def test_a_row_after_a_gap_is_not_lost(protocol: Protocol) -> None:
    assert problem("| elapsed | anc |\n|---|---|\n| 0 | 1 |\n\n| 7 | 1 |", protocol).code == "C016"


def test_a_line_of_dashes_has_as_many_cells_as_the_header(protocol: Protocol) -> None:
    assert problem("| elapsed | anc |\n|---|\n| 0 | 1 |", protocol).code == "C010"


def test_a_table_needs_no_bars_at_its_edges(protocol: Protocol) -> None:
    sheet = table("elapsed | anc\n--- | ---\n0 | 1", protocol)
    assert len(sheet.examples[0].course.visits) == 1


def test_two_tables_under_one_heading_are_refused(protocol: Protocol) -> None:
    assert problem("| elapsed |\n|---|\n| 0 |\n\n| elapsed |\n|---|\n| 1 |", protocol).code == "C016"


def test_unknown_readings_are_refused(protocol: Protocol) -> None:
    found = problems("Readings: day-27=elapsed, day-28=elapse\n\n## A\n\n| elapsed |\n|---|\n| 0 |\n", protocol)
    assert [(item.code, item.line, item.column) for item in found] == [("C041", 1, 11), ("C041", 1, 27)]


def test_readings_inside_a_course_are_refused(protocol: Protocol) -> None:
    assert problem("Readings: day-28=elapsed\n\n| elapsed |\n|---|\n| 0 |", protocol).code == "C041"


def test_all_problems_of_a_file_are_told_at_once_in_its_order(protocol: Protocol) -> None:
    found = problems(
        """
        ## A

        | elapsed | anc | rash | given |
        |---|---|---|---|
        | x | low | maybe | much |

        ## B

        | elapsed | plateletes |
        |---|---|
        | 3 | 1 |
        | 2 | 1 |
        """,
        protocol,
    )
    assert [item.code for item in found] == ["C020", "C030", "C031", "C033", "C011", "C022"]
    assert all(item.code in CODES and item.hint and item.text and item.line for item in found)


def test_tables_in_code_blocks_are_prose(protocol: Protocol) -> None:
    with pytest.raises(InputError, match="no course here"):
        from_markdown("```\n## A\n\n| elapsed |\n|---|\n| 0 |\n```\n", protocol)


@pytest.mark.parametrize(
    ("text", "code"), [("", "C002"), ("\n \n", "C002"), ("# Prose\n", "C002"), ("## A\0\n", "C003"), ("x" * 100_001, "C004")]
)
def test_a_file_that_is_no_table_is_refused(text: str, code: str, protocol: Protocol) -> None:
    with pytest.raises(InputError) as raised:
        from_markdown(text, protocol)
    assert [item.code for item in raised.value.problems] == [code]


def test_a_byte_order_mark_is_passed_over(protocol: Protocol) -> None:
    assert len(from_markdown("\ufeff## A\r\n\r\n| elapsed |\r\n|---|\r\n| 0 |\r\n", protocol).examples) == 1


def test_a_control_character_does_not_reach_the_terminal(protocol: Protocol) -> None:
    assert "\x1b" not in str(cell("anc", "\x1b[31m", protocol)).split("\n")[1]


_SIGNS = ("|", "\n", "<", "(", ")", "-", "---", ";", " ", "\t", "=", ",", "\\|", '"', "```", "## A\n")
_NAMES = ("elapsed", "study day", "anc", "rash", "given", "recorded", "expect rule", "platelets (10*9/L)", "patient", "Readings:")
_WORDS = st.sampled_from((*_SIGNS, *_NAMES, "0", "1 to 2", "5 mg", "to", "not done", "1e9"))


@given(st.lists(_WORDS | st.text(max_size=4), max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_refused_as_input(protocol: Protocol, words: list[str]) -> None:
    try:
        sheet = from_markdown("".join(words), protocol, "any.md")
    except InputError as error:
        assert error.problems and str(error)
    else:
        assert sheet.counts.rows == sheet.counts.used + sheet.counts.blank


@given(st.lists(st.lists(_WORDS | st.text(max_size=4), max_size=3).map("".join), min_size=3, max_size=9))
@settings(max_examples=400, deadline=None)
def test_any_cells_are_read_or_refused_as_input(protocol: Protocol, cells: list[str]) -> None:
    header = "## A\n\n| elapsed | anc | bilirubin | rash | given | recorded | toxicity |\n|" + "---|" * 7 + "\n"
    rows = "".join("| " + " | ".join((cells * 7)[start : start + 7]) + " |\n" for start in range(3))
    try:
        from_markdown(header + rows, protocol, "any.md")
    except InputError as error:
        assert str(error)


_VALUES = st.fractions(0, 10**6, max_denominator=1).map(lambda whole: whole / 1000)
_CELLS = st.builds(
    Observation,
    st.just("anc"),
    _VALUES,
    st.sampled_from(("", "10*9/L", "/uL", "furlongs")),
    st.sampled_from(("", "<", "<=", ">", ">=")),
    st.none() | st.just(Fraction(3, 2)),
    st.none() | st.just(Fraction(7)),
    row=st.just("courses.md:5"),
)


@given(st.lists(st.none() | _CELLS, min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_what_is_written_in_the_notation_is_read_back_as_it_was(protocol: Protocol, written: list[Observation | None]) -> None:
    expected = tuple(item or Observation("anc", None, row="courses.md:5") for item in written)
    assert value("anc", "; ".join(_written(item) for item in written), protocol) == expected


def _written(item: Observation | None) -> str:
    if item is None:
        return "not done"
    limits = ["" if limit is None else say_number(Fraction(limit)) for limit in (item.lower, item.upper)]
    shown = f" ({limits[0]}-{limits[1]})" if any(limits) else ""
    return f"{item.censored}{say_number(Fraction(str(item.value)))} {item.unit}{shown}"


def test_every_code_of_the_table_is_reported_somewhere() -> None:
    source = "".join(file.read_text() for file in Path(codes.__file__).parent.glob("*.py") if file.name != "codes.py")
    assert [code for code in CODES if f'"{code}"' not in source] == []


def test_courses_that_were_not_written_by_hand_say_so(protocol: Protocol) -> None:
    by_hand = from_markdown(TWO_COURSES, protocol)
    assert [example.generated for example in by_hand.examples] == [False, False]
    one = from_markdown(TWO_COURSES.replace("Stated on page 4715.", "Generated: by protocol verify."), protocol)
    assert [example.generated for example in one.examples] == [True, False]
    both = from_markdown(TWO_COURSES.replace("# Courses\n", "# Courses\n\nGenerated: by protocol suite.\n"), protocol)
    assert [example.generated for example in both.examples] == [True, True]
