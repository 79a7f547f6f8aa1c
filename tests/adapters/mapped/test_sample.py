"""A made-up study with a row for everything that can be wrong: each row is accounted for, and the protocol refuses the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import astuple, evolve

from protocol import cli
from protocol.adapters.mapped.account import FATES
from protocol.adapters.mapped.courses import Mapped, read_mapped
from protocol.adapters.mapped.from_csv import from_csv
from protocol.adapters.mapped.summary import summary
from protocol.adapters.mapped.table import Table
from protocol.language.mapping.from_yaml import parse_mapping
from protocol.model.course import Course, Observation, Visit
from protocol.model.mapping import DataMapping
from protocol.model.protocol import Protocol
from protocol.model.time import study_day
from protocol.semantics.trace import trace
from tests.adapters.mapped.transport import write_xpt

SAMPLE = Path(__file__).parent / "sample"
NAMES = ("dm", "ex", "lb", "ae", "ds")


def course(mapped: Mapped, name: str) -> Course:
    return next(one for one in mapped.courses if one.name == name)


def visit(mapped: Mapped, name: str, day: int) -> Visit:
    return next(one for one in course(mapped, name).visits if one.time == study_day(day))


def values(mapped: Mapped, name: str, day: int, of: str) -> list[Observation]:
    return [one for one in visit(mapped, name, day).observations if one.input == of]


def test_what_is_made_of_it_is_said_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    """To accept a new text, delete the file and run the test twice."""
    golden = SAMPLE / "check.txt"
    assert cli.run(["map", "--check", "--all", str(SAMPLE / "sample.mapping.yaml")]) == 1
    said = capsys.readouterr().out
    if not golden.exists():
        golden.write_text(said, encoding="utf-8")
        pytest.fail("check.txt was missing and has been written; read it")
    assert said == golden.read_text(encoding="utf-8")


def test_every_row_and_every_value_is_counted_once(sample: Mapped, sample_protocol: Protocol) -> None:
    found = summary(sample, sample_protocol)
    for table in found.tables:
        assert sum(astuple(table.fates)) == table.rows == len((SAMPLE / table.file).read_text().splitlines()) - 1
        assert sum(one.rows.count for one in table.why) == table.rows - table.fates.used
        assert all(one.fate in FATES for one in table.why)
    for one in found.inputs:
        assert sum(astuple(one.fates)) + one.empty == one.read
        assert sum(group.count for group in one.refusals) == one.fates.refused


def test_the_visits_are_those_of_a_replay_and_those_at_which_only_the_dose_changed_are_told(
    sample: Mapped, sample_protocol: Protocol
) -> None:
    found = summary(sample, sample_protocol)
    assert found.visits == sum(len(trace(sample_protocol, one).steps) for one in sample.courses)
    assert found.visits - found.dose_only == sum(len(one.visits) for one in sample.courses) == 14


def test_the_protocol_refuses_the_readings_that_are_counted_as_refused_and_no_others(
    sample: Mapped, sample_protocol: Protocol
) -> None:
    by_protocol = {
        (refusal.observation.input, refusal.observation.row)
        for one in sample.courses
        for step in trace(sample_protocol, one).steps
        for refusal in step.refused
    }
    in_courses = {
        (name, where)
        for name, wrong, where in sample.account.refusals()
        if wrong.code not in ("S045", "S046", "S048", "C021")  # what has no time is in no course
    }
    assert by_protocol == in_courses


def test_a_planned_arm_stands_though_the_actual_one_is_another(sample: Mapped) -> None:
    assert [one.value for one in values(sample, "A-2", 1, "arm")] == ["active"]
    assert ("the actual arm is not the planned one: planned A, actual P", "A-2") in sample.account.noted


def test_a_censored_value_stays_censored_and_a_limit_of_normal_is_that_of_its_row(sample: Mapped) -> None:
    (bilirubin,) = values(sample, "A-1", 15, "bilirubin")
    assert (bilirubin.censored, str(bilirubin.value), bilirubin.unit) == ("<", "171/50", "umol/L")
    (alt,) = values(sample, "A-1", 15, "alt")
    assert (alt.value, alt.lower, alt.upper) == (210, 7, 40)  # the last of the day


def test_of_several_values_those_stay_that_the_mapping_leaves_to_the_protocol(sample: Mapped) -> None:
    assert [str(one.value) for one in values(sample, "A-1", 15, "anc")] == ["1600", "8/5", "7/5"]
    assert [str(one.value) for one in values(sample, "A-1", 15, "visit")] == ["31/10"]


def test_a_value_up_to_the_first_dose_that_is_later_than_the_flagged_baseline_is_left_out(sample: Mapped) -> None:
    assert values(sample, "A-1", -7, "anc") and not values(sample, "A-1", 1, "anc")


def test_what_lasts_is_there_for_certain_only_where_both_its_dates_say_so(sample: Mapped) -> None:
    assert [values(sample, "A-1", day, "rash")[0].value for day in (1, 13, 15, 29)] == ["no", "yes", "yes", "no"]
    # It began at some day of March, and has no end: on 10 and 27 March nobody knows, in April it is there.
    assert [values(sample, "A-2", day, "rash")[0].value for day in (1, 18, 28)] == [None, None, "yes"]
    # Grade 2 with an end that nobody knows, and grade 3 from day 18 on: what may be worse is not known.
    assert [str(values(sample, "A-2", day, "toxicity")[0].value) for day in (1, 18)] == ["None", "3"]


def test_doses_are_intervals_and_what_cannot_be_read_is_a_dose_that_is_not_known(sample: Mapped) -> None:
    def said(name: str) -> list[tuple[int, int | None, str]]:
        intervals = course(sample, name).exposures
        return [(one.start // 1440 + 1, one.end and one.end // 1440 + 1, str(one.given)) for one in intervals]

    assert said("A-1") == [
        (1, 15, "100 mg every day"),
        (15, 29, "200 mg every day"),
        (29, 36, "no drug"),
        (36, 50, "100 mg every day"),
        (50, None, "stopped"),
    ]
    assert said("A-2") == [
        (1, 12, "100 mg every day"),
        (12, 19, "not known"),
        (19, 22, "not known"),
        (23, 27, "not known"),
        (27, 28, "50 mg every week"),
        (28, 53, "not known"),  # its end is some day of April
    ]
    # Day 10, the last of its record, is also the day on which treatment ended: the dose of that day was given.
    assert said("A-6") == [(1, 11, "placebo every day"), (10, None, "stopped")]


def test_a_date_of_a_month_is_a_visit_on_some_day_of_it(sample: Mapped) -> None:
    last = course(sample, "A-2").visits[-1]
    assert (last.time, last.latest) == (52 * 1440, 82 * 1440)


# The same tables in other forms


def _numbered(table: Table) -> dict[str, list[Any]]:
    """The columns with numbers where every cell is one, as a SAS file or a Parquet file would have them."""
    found: dict[str, list[Any]] = {}
    for name in table.columns:
        texts = table.texts(name)
        full = [text for text in texts if text]
        numeric = bool(full) and all(text.removeprefix("-").replace(".", "", 1).isdigit() for text in full)
        found[name] = [float(text) if text else None for text in texts] if numeric else list(texts)
    return found


def _to_xpt(columns: dict[str, list[Any]], path: Path) -> None:
    pytest.importorskip("pyreadstat", reason="pyreadstat is not installed, so SAS files cannot be read: extra 'cdisc'")
    write_xpt(columns, path)


def _to_parquet(columns: dict[str, list[Any]], path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed: extra 'bulk'")
    from pyarrow import parquet

    parquet.write_table(pyarrow.table(columns), path)


def _head(columns: dict[str, list[Any]], name: str) -> dict[str, Any]:
    kinds = {column: "string" if any(isinstance(one, str) for one in cells) else "float" for column, cells in columns.items()}
    return {
        "datasetJSONCreationDateTime": "2026-11-30T06:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": f"IG.{name.upper()}",
        "records": len(next(iter(columns.values()))),
        "name": name.upper(),
        "label": "Made up",
        "columns": [{"itemOID": f"IT.{one}", "name": one, "label": one, "dataType": kind} for one, kind in kinds.items()],
    }


def _to_json(columns: dict[str, list[Any]], path: Path) -> None:
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    path.write_text(json.dumps({**_head(columns, path.stem), "rows": rows}), encoding="utf-8")


def _to_ndjson(columns: dict[str, list[Any]], path: Path) -> None:
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    path.write_text("\n".join(json.dumps(line) for line in (_head(columns, path.stem), *rows)) + "\n", encoding="utf-8")


def without_rows(one: Course) -> Course:
    """The course without the names of its rows, which each form of a file counts as it does."""
    visits = (
        evolve(visit, row="", observations=tuple(evolve(each, row="") for each in visit.observations)) for visit in one.visits
    )
    return evolve(one, visits=tuple(visits))


@pytest.mark.parametrize(
    ("ending", "write"), [("xpt", _to_xpt), ("parquet", _to_parquet), ("json", _to_json), ("ndjson", _to_ndjson)]
)
def test_the_same_tables_in_another_form_are_the_same_courses(
    ending: str,
    write: Callable[[dict[str, list[Any]], Path], None],
    sample: Mapped,
    sample_mapping: DataMapping,
    sample_protocol: Protocol,
    tmp_path: Path,
) -> None:
    for name in NAMES:
        write(_numbered(from_csv(SAMPLE / f"{name}.csv")), tmp_path / f"{name}.{ending}")
    mapping = parse_mapping(sample_mapping.text.replace(".csv", f".{ending}"))
    found = read_mapped(mapping, tmp_path, sample_protocol)
    assert [without_rows(one) for one in found.courses] == [without_rows(one) for one in sample.courses]
    assert [one.fates for one in found.account.rows.values()] == [one.fates for one in sample.account.rows.values()]
