from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.adapters.codes import CODES
from protocol.adapters.from_csv import from_csv
from protocol.adapters.from_file import from_file
from protocol.adapters.from_markdown import from_markdown
from protocol.adapters.sheet import Counts
from protocol.errors import InputError, Problem
from protocol.model.course import Given, Observation
from protocol.model.protocol import Protocol
from protocol.model.time import DAY

WIDE = """\
patient,elapsed,anc,platelets (10*9/L),given,expect action
P1,0,4.2,210,starting,start
P2,0,3.1,,starting,

P1,7,<0.5,not done,none,hold
,,,,,
"""

LONG = """\
patient,study day,input,value,unit,lower,upper,recorded
P1,1,anc,4.2,10*9/L,1.5,7,
P1,8,anc,0.9,10*9/L,1.5,7,9
P1,1,given,starting,,,,
P1,8,bilirubin,61 (0-50),mg/dL,,,
"""


def problems(text: str, protocol: Protocol) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as raised:
        from_csv(text, protocol, "courses.csv")
    return raised.value.problems


def problem(text: str, protocol: Protocol) -> Problem:
    (only,) = problems(text, protocol)
    return only


def test_rows_are_grouped_by_patient_in_the_order_of_the_file(protocol: Protocol) -> None:
    sheet = from_csv(WIDE, protocol, "courses.csv")
    assert [(item.course.name, [visit.time for visit in item.course.visits]) for item in sheet.examples] == [
        ("P1", [0, 7 * DAY]),
        ("P2", [0]),
    ]
    assert sheet.examples[0].expectations[1][0].value == "hold"
    assert (sheet.examples[0].expectations[1][0].line, sheet.examples[0].expectations[1][0].position) == (5, 25)


def test_rows_read_used_and_blank_add_up(protocol: Protocol) -> None:
    assert from_csv(WIDE, protocol).counts == Counts(rows=5, used=3, blank=2)


def test_a_wide_table_says_the_same_as_the_markdown_of_its_patient(protocol: Protocol) -> None:
    markdown = "## P1\n\n| elapsed | anc (10*9/L) | given |\n|---|---|---|\n| 0 | 4.2 | starting |\n| 7 | <0.5 (1-7) | none |\n"
    wide = "patient,elapsed,anc (10*9/L),given\nP1,0,4.2,starting\nP1,7,<0.5 (1-7),none\n"
    one, other = from_markdown(markdown, protocol).examples[0], from_csv(wide, protocol).examples[0]
    assert _plain(one.course.visits) == _plain(other.course.visits)


def _plain(visits: tuple[object, ...]) -> list[str]:
    import re

    return [re.sub(r"row='[^']*'", "", repr(visit)) for visit in visits]


def test_a_long_table_has_one_value_in_each_row(protocol: Protocol) -> None:
    (example,) = from_csv(LONG, protocol, "long.csv").examples
    first, second = example.course.visits
    assert first.given == Given("regimen", protocol.level("starting").regimen)
    assert first.observations == (
        Observation("anc", Fraction("4.2"), "10*9/L", "", Fraction(3, 2), Fraction(7), row="long.csv:2"),
    )
    assert [item.recorded for item in second.observations] == [8 * DAY, None]
    assert (second.observations[1].unit, second.observations[1].upper) == ("mg/dL", 50)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("P1,1,ancc,1,,,,", "C035"),
        ("P1,1,anc,1 mg/dL,10*9/L,,,", "C034"),
        ("P1,1,anc,1 (0-5),,0,5,", "C034"),
        ("P1,1,anc,1,,x,5,", "C032"),
        ("P1,1,anc,1,,7,5,", "C032"),
        ("P1,1,anc,,,,,\nP1,1,anc,low,,,,", "C030"),
        ("P1,8,anc,1,,,,\nP1,1,anc,1,,,,", "C022"),
        ("P1,1,given,none,,,,\nP1,1,given,starting,,,,", "C034"),
        (",1,anc,1,,,,", "C018"),
        ("P1,0,anc,1,,,,", "C021"),
        ("P1,1.5,anc,1,,,,", "C020"),
        ("P1,1,anc", "C010"),
        ('P1,1,anc,"1,5",,,,', "C030"),
    ],
)
def test_a_bad_row_of_a_long_table_is_refused(row: str, code: str, protocol: Protocol) -> None:
    header = LONG.splitlines()[0]
    assert problem(f"{header}\n{row}\n", protocol).code == code


def test_a_long_table_may_be_sorted_by_input(protocol: Protocol) -> None:
    text = "patient,elapsed,input,value\nP1,0,anc,1\nP1,7,anc,2\nP1,0,rash,no\n"
    assert [len(visit.observations) for visit in from_csv(text, protocol).examples[0].course.visits] == [2, 1]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("elapsed,anc\n0,1\n", "C014"),
        ("patient,anc\nP,1\n", "C013"),
        ("patient\nP\n", "C013"),
        ("patient,day\nP,1\n", "C013"),
        ("patient;elapsed;anc\nP;0;1\n", "C014"),
        ("patient,elapsed,weight\nP,0,1\n", "C011"),
        ("patient,elapsed,anc,anc\nP,0,1,1\n", "C012"),
        ("patient,elapsed,anc\n", "C002"),
        ("patient,elapsed,anc\nP,0,1\nP,0,2\n", "C023"),
        ("patient,elapsed,anc\nP,7,1\nQ,0,1\nP,0,2\n", "C022"),
        ('patient,elapsed,anc\nP,0,"1\n', "C005"),
        ('patient,elapsed,anc\nP,0,"1"2\n', "C005"),
        ("patient,elapsed,anc\nP,0," + "1" * 100_001 + "\n", "C004"),
        ("\n\n", "C002"),
    ],
)
def test_a_bad_file_is_refused(text: str, code: str, protocol: Protocol) -> None:
    assert problem(text, protocol).code == code
    assert code in CODES


def test_a_problem_stands_at_its_field_even_after_quoted_commas(protocol: Protocol) -> None:
    found = problem('patient,elapsed,anc\n"Doe, ""J""",0,low\n', protocol)
    assert (found.line, found.column) == (2, 16)


def test_all_problems_are_told_at_once(protocol: Protocol) -> None:
    found = problems("patient,elapsed,anc\nP,x,low\n,0,1\n", protocol)
    assert [(item.code, item.line, item.column) for item in found] == [("C020", 2, 3), ("C030", 2, 5), ("C018", 3, 1)]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.csv", b"patient,elapsed\nP\xe4,0\n", "a.csv:2:2: error C001: byte 0xe4 is not UTF-8"),
        ("a.csv", "patient".encode("utf-16"), "the file is UTF-16"),
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"patient\x00,elapsed\n", "a NUL character"),
        ("a.xlsx", b"PK", "no ending of a file of courses"),
    ],
)
def test_a_file_that_is_no_text_is_refused(name: str, data: bytes, says: str, protocol: Protocol, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError) as raised:
        from_file(tmp_path / name, protocol)
    assert says in str(raised.value)


def test_a_missing_file_is_refused(protocol: Protocol, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="C001"):
        from_file(tmp_path / "nowhere.md", protocol)
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(InputError, match="C001"):
        from_file(tmp_path / "folder.md", protocol)


def test_a_file_is_read_by_its_ending(protocol: Protocol, tmp_path: Path) -> None:
    (tmp_path / "a.CSV").write_bytes(b"\xef\xbb\xbf" + WIDE.encode())
    assert len(from_file(tmp_path / "a.CSV", protocol).examples) == 2


_FIELDS = st.sampled_from(
    ["P1", "0", "7", "anc", "value", "input", "elapsed", "patient", '"', "given", "none", "<1", "\n", "\r", " "]
)


@given(st.lists(st.lists(_FIELDS | st.text(max_size=3), max_size=5).map(",".join), max_size=6).map("\n".join))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_refused_as_input(protocol: Protocol, text: str) -> None:
    for header in ("", "patient,elapsed,anc,given\n", "patient,study day,input,value,unit\n"):
        try:
            sheet = from_csv(header + text, protocol, "any.csv")
        except InputError as error:
            assert error.problems and str(error)
        else:
            assert sheet.counts.rows == sheet.counts.used + sheet.counts.blank
