"""A table of visits made of courses is decided as the courses are; what it cannot hold is left out, and said."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from random import Random

import pytest
from attrs import evolve

import protocol
from protocol import cli, load, trace
from protocol.adapters.from_file import from_file
from protocol.adapters.one_value import UNKNOWN, Cell, one_value
from protocol.adapters.to_visits_table import given_text, place, to_visits_table
from protocol.language.shipped import find
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.input import Choice, Grade, Input, Number, YesNo
from protocol.model.quantity import exact
from protocol.model.regimen import regimen
from protocol.testing import any_protocol, any_visit

SAMPLE = Path(__file__).parent / "mapped" / "sample"
pytest.importorskip("pyarrow", reason="pyarrow is not installed, so there are no tables of visits: extra 'bulk'")


@pytest.mark.parametrize("name", ["imatinib-hes", "cdiscpilot-xanomeline", "clozapine-anc"])
def test_the_table_of_the_shipped_courses_is_decided_as_they_are(name: str) -> None:
    spec = load(name)
    courses = [one.course for one in from_file(find(name).parent / "courses.md", spec).examples]
    made = to_visits_table(courses, spec)
    left = {course for course, _ in made.left_out}
    decided = protocol.replay_table(spec, made.table).to_pylist()
    rows = {(row["patient"], row["elapsed"]): row for row in decided}
    compared = 0
    for course in courses:
        for step in trace(spec, course).steps if course.name not in left else ():
            row, kinds = rows[course.name, step.visit.time], [one.kind for one in step.deviations]
            assert (row["action"], row["status"], row["rule"]) == (
                step.decision.action,
                step.decision.status,
                step.decision.rule or None,
            )
            assert row["deviation"] == (kinds[0] if kinds else None)
            compared += 1
    assert compared == len(decided) > 20


@pytest.mark.parametrize("seed", range(25))
def test_the_table_of_any_course_under_any_protocol_is_decided_as_it_is(seed: int) -> None:
    """Values at and around every threshold, in other units, censored, not done, of no plausible size, or several at once."""
    choose = Random(seed).choice
    spec = any_protocol(choose)
    course = Course("drawn", tuple(at_its_visit(any_visit(choose, spec, day * 1440)) for day in (-7, 0, 7, 15, 28, 60)))
    made = to_visits_table((course,), spec)
    assert not made.left_out
    rows = [row for row in protocol.replay_table(spec, made.table).to_pylist()]
    steps = {step.visit.time: step for step in trace(spec, course).steps}
    for row in rows:
        step = steps[row["elapsed"]]
        decision, kinds = step.decision, [one.kind for one in step.deviations]
        assert (row["action"], row["status"], row["rule"]) == (decision.action, decision.status, decision.rule or None)
        assert row["withheld"] == decision.withheld and row["deviation"] == (kinds[0] if kinds else None)


def at_its_visit(visit: Visit) -> Visit:
    """The visit with everything observed and recorded at it; else it is no row of a table."""
    return evolve(visit, observations=tuple(evolve(one, observed=None, recorded=None) for one in visit.observations))


def test_what_a_table_cannot_hold_is_left_out_with_the_reason() -> None:
    late = Observation("anc", 1, recorded=1440)
    courses = (
        Course("range", (Visit(0, latest=1440),)),
        Course("late", (Visit(0, (late,)),)),
        Course("twice", (Visit(0), Visit(0))),
        Course("held", (Visit(0, (Observation("anc", 1),)),)),
    )
    made = to_visits_table(courses, load(SAMPLE))
    assert [name for name, _ in made.left_out] == ["range", "late", "twice"]
    assert made.table.to_pylist() == [{"patient": "held", "elapsed": 0, "anc": 1.0}]


NUMBER = Number("10*9/L", exact(0), exact(100))


@pytest.mark.parametrize(
    ("item", "observations", "cell"),
    [
        (Input("anc", NUMBER, None), [("1500", "/uL", "<")], Cell(exact("1.5"), "<")),
        (Input("anc", NUMBER, None), [("1", "g/L", "")], UNKNOWN),
        (Input("anc", NUMBER, None), [("x", "", "")], UNKNOWN),
        (Input("anc", NUMBER, None), [(None, "", "")], UNKNOWN),
        (Input("anc", NUMBER, None), [("1", "", ""), ("2", "", "")], UNKNOWN),
        (Input("anc", NUMBER, None), [("1", "", ""), ("1000", "/uL", "")], Cell(exact(1))),
        (Input("anc", NUMBER, None, repeats="last"), [("1", "", ""), ("2", "", "")], Cell(exact(2))),
        (Input("anc", NUMBER, None, repeats="last"), [("1", "", ""), ("900", "", "")], UNKNOWN),
        (Input("anc", NUMBER, None, repeats="worst", worse="low"), [("1", "", ""), ("2", "", "")], Cell(exact(1))),
        (Input("anc", NUMBER, None, repeats="worst", worse="low"), [("1", "", ""), ("2", "", "<")], Cell(exact(2), "<")),
        (Input("anc", NUMBER, None, repeats="worst", worse="high"), [("1", "", ">"), ("2", "", "")], Cell(exact(1), ">")),
        (Input("toxicity", Grade("CTC 2.0"), None, repeats="worst"), [("1", "", ""), ("3", "", "")], Cell(exact(3))),
        (Input("toxicity", Grade("CTC 2.0"), None), [("1", "mg", "")], UNKNOWN),
        (Input("rash", YesNo(), None, repeats="worst"), [("no", "", ""), ("yes", "", "")], Cell(True)),
        (Input("response", Choice(("none", "partial")), None), [("partial", "", "")], Cell("partial")),
        (Input("response", Choice(("none", "partial")), None), [("whole", "", "")], UNKNOWN),
    ],
)
def test_of_several_values_the_one_stands_that_the_reference_would_take(
    item: Input, observations: list[tuple[str | None, str, str]], cell: Cell
) -> None:
    found = tuple(Observation(item.name, value, unit, sign) for value, unit, sign in observations)
    assert one_value(item, found) == cell


def test_a_number_beyond_all_doubles_is_refused_in_the_table_too() -> None:
    spec = load(SAMPLE)
    course = Course("a", (Visit(0, (Observation("anc", "1e400"), Observation("visit", 2))),))
    made = to_visits_table((course,), spec)
    assert made.table["anc"].to_pylist() == [float("inf")]
    assert protocol.replay_table(spec, made.table)["refused"].to_pylist() == [1]


def test_a_dose_and_a_row_are_written_as_the_table_has_them() -> None:
    daily = regimen("100 mg every day")
    assert given_text(Given("regimen", daily)) == "100 mg every day"
    assert given_text(Given("regimen", daily, "middle", anew=True)) == "middle as a new patient"
    assert (given_text(Given("stopped")), given_text(None)) == ("stopped", None)
    assert (place("lb.xpt:12"), place("by hand"), place("")) == (("lb.xpt", 12), ("by hand", None), (None, None))


def test_the_command_writes_the_visits_and_a_manifest_of_what_they_rest_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "visits.parquet"
    assert cli.run(["map", str(SAMPLE / "sample.mapping.yaml"), "--out", str(out)]) == 0
    assert "A-2 is left out: a date is a range" in capsys.readouterr().out
    made = json.loads((tmp_path / "visits.manifest.json").read_text())
    assert sorted(file.name for file in tmp_path.iterdir()) == ["visits.manifest.json", "visits.parquet"]
    assert made["output"]["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert [one["file"] for one in made["inputs"]] == ["dm.csv", "ex.csv", "lb.csv", "ae.csv", "ds.csv"]
    assert all(sum(one["fates"].values()) == one["rows"] for one in made["rows"])
    assert made["left_out"] == [["A-2", "a date is a range"]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--check", "--out", "x.parquet"], "--check writes nothing"),
        (["--out", "x.csv"], "'x.csv' does not end in .parquet"),
        (["--out", "nowhere/x.parquet"], "there is no folder nowhere; make it, or give another one"),
        (["--data", "nowhere"], "there is no folder nowhere"),
    ],
)
def test_what_cannot_be_written_is_said_in_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(["map", str(SAMPLE / "sample.mapping.yaml"), *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
