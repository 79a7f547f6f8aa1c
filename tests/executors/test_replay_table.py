"""A table of visits is decided as the reference decides its courses, and what is wrong with one is said at its row."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import protocol
from protocol.adapters.from_file import from_file
from protocol.commands.pages import page
from protocol.errors import ExtraMissing, InputError, NotationError
from protocol.executors.table_codes import CODES
from protocol.model.course import Course, Observation, Visit
from protocol.model.guard import Compare, Ratio
from protocol.model.rule import Action, Rule
from tests.executors.visits import decided, fits_a_table, table
from tests.semantics.small import ON
from tests.semantics.small import PROTOCOL as SMALL

arrow = pytest.importorskip("pyarrow", reason="tables need the extra 'bulk'")

SPECS = Path(__file__).resolve().parents[2] / "specs"
MOST = 12
NAMES = sorted(folder.name for folder in SPECS.iterdir())
IMATINIB = protocol.load("imatinib-hes")


def courses_of(name: str) -> list[Course]:
    """The courses of a shipped protocol that can be written as a table of visits."""
    found = from_file(SPECS / name / "courses.md", protocol.load(name))
    return [example.course for example in found.examples if fits_a_table(example.course)][:MOST]


def replayed(**columns: list[Any]) -> list[dict[str, Any]]:
    return protocol.replay_table(IMATINIB, arrow.table(columns)).to_pylist()


@pytest.mark.parametrize("name", NAMES)
def test_courses_of_every_shipped_protocol_are_decided_as_by_the_reference(name: str) -> None:
    spec, courses = protocol.load(name), courses_of(name)
    assert len(courses) > 5
    found = protocol.replay_table(spec, table(spec, courses)).to_pylist()
    expected = [row for course in courses for row in decided(protocol.trace(spec, course))]
    assert [{key: row[key] for key in one} for row, one in zip(found, expected, strict=True)] == expected


def test_a_row_says_what_is_permitted_and_comes_from_its_row_and_file() -> None:
    first = {"hes": [True], "consent": [True], "ecog": [1], "life-expectancy": [52.0], "bilirubin": [1.0], "creatinine": [1.0]}
    found = replayed(patient=["a"], elapsed=[0], **first, nyha=[1], given=["starting"], source=["x.csv"], row=[7])
    assert found == [
        {
            "patient": "a", "elapsed": 0, "source": "x.csv", "row": 7, "action": "start", "rule": "start", "before": "none",
            "after": "starting", "status": "decided", "permitted": "starting", "verdict": "every", "deviation": None,
            "withheld": False, "silent": False, "refused": 0, "assumed": False,
        }
    ]  # fmt: skip


def test_a_rise_that_depends_on_what_is_missing_has_a_question_mark() -> None:
    counts = {"toxicity": [None, 0], "response": [None, "none"], "given": ["100 mg every day", "400 mg every day"]}
    found = replayed(patient=["a", "a"], elapsed=[0, 40320], **counts)
    assert (found[1]["permitted"], found[1]["verdict"]) == ("starting; escalated?", "some")


def test_no_drug_between_visits_meets_an_order_to_hold() -> None:
    rows = {"patient": ["a"] * 3, "elapsed": [0, 1440, 2880], "anc": [None, 0.5, None], "given": ["starting"] * 2 + ["none"]}
    assert replayed(**rows)[1]["deviation"] == "hold missed"
    assert replayed(**rows, **{"dose only": [False, False, True]})[1]["deviation"] is None


def test_a_value_that_cannot_be_used_is_refused_and_the_visit_is_decided() -> None:
    bad: dict[str, list[Any]] = {"anc": [float("nan"), 0.5], "platelets": [9e9, None], "response": ["?", None]}
    found = replayed(patient=["a", "a"], elapsed=[0, 1440], **bad, given=["starting", None])
    assert [(row["refused"], row["action"]) for row in found] == [(3, "continue"), (0, "hold")]


def test_following_the_recommendation_leaves_out_what_was_given() -> None:
    visits = {"patient": ["a"] * 2, "elapsed": [0, 1440], "anc": [None, 0.5], "given": ["400 mg every day", "400 mg every day"]}
    found = protocol.replay_table(IMATINIB, arrow.table(visits), follow="recommended").to_pylist()
    assert [(row["verdict"], row["assumed"], row["before"]) for row in found] == [(None, True, "none")] * 2


def test_the_kinds_of_columns_do_not_depend_on_what_is_in_them() -> None:
    one = protocol.replay_table(IMATINIB, arrow.table({"patient": ["a"], "elapsed": [0]}))
    none = protocol.replay_table(
        IMATINIB, arrow.table({"patient": arrow.array([], "string"), "elapsed": arrow.array([], "int64")})
    )
    assert one.schema == none.schema and none.num_rows == 0


def test_a_dictionary_encoded_text_is_read_as_its_text() -> None:
    plain = arrow.table({"patient": ["a", "b"], "elapsed": [0, 0], "response": ["none", "partial"], "given": ["starting", None]})
    encoded = arrow.table(
        {name: plain[name].dictionary_encode() if name != "elapsed" else plain[name] for name in plain.column_names}
    )
    assert protocol.replay_table(IMATINIB, encoded).to_pylist() == protocol.replay_table(IMATINIB, plain).to_pylist()


def test_what_changes_in_the_minute_after_a_step_has_its_row_where_a_protocol_acts_between_visits() -> None:
    lowers = [rule for rule in SMALL.rules if rule.name in ("start", "reduce")]
    acts = evolve(SMALL, rules=tuple(lowers), trackers=(), between_visits="act")
    course = Course("a", (Visit(0, (Observation("eligible", "yes"),)), Visit(2880)))
    expected = decided(protocol.trace(acts, course))
    found = protocol.replay_table(acts, table(acts, [course])).to_pylist()
    assert [row["elapsed"] for row in found] == [0, 1, 2880]
    assert [{key: row[key] for key in one} for row, one in zip(found, expected, strict=True)] == expected


def test_a_first_dose_given_as_in_a_new_patient_freezes_the_baseline() -> None:
    doubled = Compare(Ratio("platelets", "baseline"), ">=", Fraction(2))
    rules = (Rule("hold", ON, doubled, "must", Action("hold")), *(rule for rule in SMALL.rules if rule.name == "start"))
    spec = evolve(SMALL, rules=rules, trackers=())
    rows = {"eligible": [True, None], "platelets": [100.0, 200.0], "given": ["100 mg every day as a new patient", None]}
    found = protocol.replay_table(spec, arrow.table({"patient": ["a"] * 2, "elapsed": [0, 10080], **rows}))
    assert found["rule"].to_pylist() == ["start", "hold"]


TWO = {"patient": ["a", "a"], "elapsed": [0, 1440]}
WRONG = [
    ({"elapsed": [0]}, "error T001: the table has no column 'patient'"),
    (TWO | {"ANC": [1.0, 1.0]}, "error T002: unknown column 'ANC'"),
    (TWO | {"response.upper": [1.0, 1.0]}, "error T002: unknown column 'response.upper'"),
    (TWO | {"anc": ["1.0", "low"]}, "error T003: column 'anc' has the type string"),
    (TWO | {"hes": ["yes", "yes"]}, "error T003: column 'hes' has the type string"),
    (TWO | {"elapsed": [0.0, 0.5]}, "error T003: column 'elapsed' has the type double"),
    (TWO | {"anc": arrow.array([1, 2**53 + 1], "uint64")}, "table of visits:2: error T003: column 'anc' holds 9007199254740993"),
    (TWO | {"anc": arrow.array([1, -(2**53) - 1]), "row": [7, 8]}, "table of visits:8: error T003: column 'anc' holds -90071992"),
    (TWO | {"elapsed": arrow.array([1, 2**63], "uint64")}, "table of visits:2: error T003: column 'elapsed' holds 9223372036854"),
    (TWO | {"patient": ["a", None]}, "table of visits:2: error T005: column 'patient' is empty"),
    (TWO | {"patient": ["", "b"]}, "table of visits:1: error T005: column 'patient' is empty"),
    (TWO | {"patient": arrow.array(["a", ""]).dictionary_encode()}, "table of visits:2: error T005: column 'patient' is empty"),
    ({"patient": ["a", "b", "a"], "elapsed": [0, 0, 1]}, "table of visits:3: error T006: rows of patient 'a' stand"),
    (TWO | {"elapsed": [0, None]}, "table of visits:2: error T007: column 'elapsed' is empty"),
    (TWO | {"elapsed": [0, 10**15]}, "table of visits:2: error T007: column 'elapsed' is no time since the first dose"),
    (TWO | {"elapsed": [5, 4]}, "table of visits:2: error T008: column 'elapsed' is earlier than in the row before"),
    (TWO | {"elapsed": [5, 5]}, "visits:2: error T009: the time of the row before, of the same patient (table of visits:1)"),
    (TWO | {"given": ["starting", "a lot"]}, "table of visits:2: error T010: column 'given' holds 'a lot', which is neither"),
    (TWO | {"given": ["x", "a lot"], "source": ["v.csv"] * 2, "row": [8, 9]}, "v.csv:9: error T010: column 'given' holds"),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "message"), WRONG, ids=[message[:40] for _, message in WRONG])
def test_what_is_wrong_with_a_table_is_said_at_its_row(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as raised:
        replayed(**columns)
    assert message in str(raised.value)


def test_visits_of_another_protocol_are_told_so_once() -> None:
    other = {f"other-{number}": [1, 1] for number in range(12)}
    with pytest.raises(InputError) as raised:
        replayed(**TWO, **other)
    (problem,) = raised.value.problems
    assert problem.message.startswith("unknown columns other-0, other-1, ") and problem.message.endswith("other-9 and 2 more")
    assert "another protocol?  Inputs of imatinib-hes: hes, " in problem.hint


def test_of_many_rows_that_are_wrong_alike_the_first_are_told_and_the_others_counted() -> None:
    with pytest.raises(InputError) as raised:
        replayed(patient=["a"] * 2001, elapsed=[0] * 2001)
    assert len(raised.value.problems) == 10
    assert raised.value.problems[-1].message.endswith("; 1,990 more rows are like it")
    with pytest.raises(InputError) as raised:
        replayed(patient=["a", "b"] * 100, elapsed=list(range(200)))
    assert [one.code for one in raised.value.problems] == ["T006"] * 10


def test_a_text_is_read_however_it_is_kept() -> None:
    for kind in (arrow.large_string(), arrow.string_view()):
        names = arrow.array(["a", "b"], kind)
        assert protocol.replay_table(IMATINIB, arrow.table({"patient": names, "elapsed": [0, 0]})).num_rows == 2


def test_whole_numbers_of_any_width_are_read() -> None:
    for kind in ("uint8", "int16", "uint32", "uint64"):
        small = arrow.table({"patient": ["a", "a"], "elapsed": arrow.array([0, 100], kind), "anc": arrow.array([1, None], kind)})
        assert protocol.replay_table(IMATINIB, small).num_rows == 2


def test_a_column_twice_is_an_error() -> None:
    twice = arrow.table(
        [arrow.array(["a"]), arrow.array([0]), arrow.array([1.0]), arrow.array([2.0])], ["patient", "elapsed", "anc", "anc"]
    )
    with pytest.raises(InputError, match="error T004: 2 columns are called 'anc'"):
        protocol.replay_table(IMATINIB, twice)


def test_every_code_is_asked_for_by_a_test_and_raised() -> None:
    told = Path(__file__).read_text(encoding="utf-8")
    assert {*re.findall(r"error (T\d{3})", told)} == set(CODES)
    assert list(CODES) == [f"T{number:03}" for number in range(1, len(CODES) + 1)]


def test_what_is_no_table_or_no_way_to_follow_is_the_callers_mistake() -> None:
    with pytest.raises(NotationError, match=r"a pyarrow\.Table"):
        protocol.replay_table(IMATINIB, [])
    with pytest.raises(NotationError, match="'given' or 'recommended'"):
        protocol.replay_table(IMATINIB, arrow.table(TWO), follow="taken")


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protocol.executors.columns.find_spec", lambda name: None)
    with pytest.raises(ExtraMissing, match=r"pip install 'dose-protocol\[bulk\]'"):
        protocol.replay_table(IMATINIB, None)


def test_the_page_on_tables_lists_every_column_of_both_tables() -> None:
    from protocol.executors.decisions_table import COLUMNS
    from protocol.executors.visits_columns import columns

    text = page("tables", 100) or ""
    inputs = {item.name for item in IMATINIB.inputs}
    own = [name for name in columns(IMATINIB).types if name.split(".")[0] not in inputs]
    parts = {f"`.{name.split('.')[1]}`" for name in columns(IMATINIB).types if "." in name} - {"`.not done`"}
    assert all(f"`{name}`" in text for name in (*own, *COLUMNS))
    assert all(part in text for part in parts) and "`.not done`" in text
