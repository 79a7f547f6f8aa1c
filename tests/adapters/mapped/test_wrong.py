"""Whatever is wrong with a mapping or its tables is said with a code, a place and what would be right; never as a traceback."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from protocol import cli
from protocol.adapters.mapped.absent import needs
from protocol.adapters.mapped.from_dataset_json import from_dataset_json
from protocol.adapters.mapped.tables import table
from protocol.errors import ExtraMissing, InputError
from protocol.model.mapping import DataMapping, Named, Source
from protocol.model.protocol import Protocol
from protocol.semantics.trace import trace
from tests.adapters.mapped.changed import accounted_for
from tests.adapters.mapped.conftest import SAMPLE, of_table

LB = "tables: {lb: {file: lb.csv, patient: id, study day: day}}\n"
DATED = "tables: {lb: {file: lb.csv, patient: id, date: day}}\n"


@pytest.mark.parametrize(
    ("mapping", "code", "said"),
    [
        (f"{LB}readings: {{acn: {{table: lb, value: v, in: 10*9/L}}}}\n", "S010", "'acn' is not an input of sample"),
        (
            f"{LB}readings: {{rash: {{table: lb, value: v, values: {{Y: perhaps}}}}}}\n",
            "S011",
            "'perhaps' is not a value of 'rash'",
        ),
        (f"{LB}readings: {{toxicity: {{at: first visit, is: bad}}}}\n", "S011", "'bad' is not a value of 'toxicity'"),
        (f"{LB}readings: {{anc: {{table: lb, value: v}}}}\n", "S012", "nothing says in which unit 'anc' is"),
        (f"{LB}readings: {{rash: {{table: lb, value: v, lower: w}}}}\n", "S012", "'rash' is not a quantity"),
        (f"{DATED}readings: {{rash: {{table: lb, value: v}}}}\n", "S013", "nothing says when the first dose was"),
        (f"{LB}readings: {{rash: {{table: lb, value: w}}}}\n", "S014", "lb.csv has no column 'w'"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_at_its_place(
    mapping: str, code: str, said: str, tmp_path: Path, sample_protocol: Protocol
) -> None:
    with pytest.raises(InputError) as caught:
        of_table(tmp_path, sample_protocol, mapping, lb="id,day,v\na,1,1\n")
    (problem,) = caught.value.problems
    assert problem.code == code and said in problem.message and problem.hint
    assert problem.line >= 4 and problem.text


def test_an_input_that_is_none_is_told_once_however_many_entries_it_has(tmp_path: Path, sample_protocol: Protocol) -> None:
    twice = f"{LB}readings: {{acn: [{{table: lb, value: v}}, {{table: lb, value: w}}], bili: {{table: lb, value: v}}}}\n"
    with pytest.raises(InputError) as caught:
        of_table(tmp_path, sample_protocol, twice, lb="id,day,v,w\na,1,1,1\n")
    assert [one.message.split("'")[1] for one in caught.value.problems] == ["acn", "bili"]


@pytest.mark.parametrize(
    ("mapping", "row", "code"),
    [
        ("anc: {table: lb, value: v, in: 10*9/L}", "a,1,x", "C030"),
        ("anc: {table: lb, value: v, in: 10*9/L}", "a,1,101", "S033"),
        ("anc: {table: lb, value: v, in: 10*9/L}", "a,1,<0", "S033"),
        ("toxicity: {table: lb, value: v}", "a,1,6", "S033"),
        ("toxicity: {table: lb, value: v}", "a,1,1.5", "S033"),
        ("toxicity: {table: lb, value: v}", "a,1,<0", "S033"),
        ("toxicity: {table: lb, value: v}", "a,1,2 mg", "S033"),
        ("toxicity: {table: lb, value: v}", "a,1,III", "C030"),
        ("anc: {table: lb, value: v, in: 10*9/L}", 'a,1,"1,5"', "C030"),
        ("anc: {table: lb, value: v, in: mg/dL}", "a,1,1", "S032"),
        ("anc: {table: lb, value: v, unit: u}", "a,1,1", "S031"),
        ("rash: {table: lb, value: v, values: {Y: yes}}", "a,1,N", "S030"),
        ("rash: {table: lb, value: v}", "a,1,Y", "C031"),
        ("rash: {table: lb, value: v}", "a,0,yes", "C021"),
        ("rash: {table: lb, value: v}", "a,one,yes", "C020"),
        ("rash: {table: lb, value: v}", "a,,yes", "S046"),
        ("rash: {table: lb, value: v}", ",1,yes", "S041"),
        ("rash: {table: lb, value: v, until: u, missing until: refuse}", "a,1,yes", "S047"),
    ],
)
def test_a_row_that_cannot_be_used_is_counted_as_refused_with_its_code(
    mapping: str, row: str, code: str, tmp_path: Path, sample_protocol: Protocol
) -> None:
    found = of_table(tmp_path, sample_protocol, f"{LB}readings:\n  {mapping}\n", lb=f"id,day,v,u\n{row},\n")
    (rows,) = found.account.rows.values()
    ((reason, count, where),) = [(one.what, one.count, one.examples) for one in rows.why("refused")]
    assert (reason.split(":")[0], count, where) == (code, 1, ("lb.csv:2",))
    # The protocol refuses it as well, so that no earlier value is carried past it.
    refused = [one for course in found.courses for step in trace(sample_protocol, course).steps for one in step.refused]
    assert len(refused) == ((code[0] == "S" and code < "S040") or code in ("C030", "C031"))


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("a,1,,50,,QD", "S047"),
        ("a,5,2,50,mg,QD", "S049"),
        ("a,1,2,,mg,QD", "S050"),
        ("a,1,2,50,mg,Q3W", "S051"),
        ("a,1,2,50,kg,QD", "C033"),
    ],
)
def test_a_dose_that_cannot_be_read_is_not_known_rather_than_the_one_before(
    row: str, code: str, tmp_path: Path, sample_protocol: Protocol
) -> None:
    mapping = f"""{LB}readings: {{rash: {{at: first visit, is: no}}}}
doses: {{table: lb, until: to, amount: mg, unit: unit, frequency: often}}
"""
    found = of_table(tmp_path, sample_protocol, mapping, lb=f"id,day,to,mg,unit,often\n{row}\n")
    (rows,) = found.account.rows.values()
    assert [one.what[:4] for one in rows.why("refused")] == [code]
    assert {one.given.kind for course in found.courses for one in course.exposures} == {"unknown"}


def test_a_date_needs_the_patient_s_first_dose(tmp_path: Path, sample_protocol: Protocol) -> None:
    mapping = """patients: {table: dm, first dose: first}
tables: {dm: {file: dm.csv, patient: id}, lb: {file: lb.csv, patient: id, date: day}}
readings: {rash: {table: lb, value: v}}
"""
    dm = "id,first\na,2020-03-02\nb,2020-03\nc,2020-99-01\nd,\na,2020-03-02\n"
    lb = "id,day,v\na,03/02/2020,yes\nb,2020-03-02,yes\nc,2020-03-02,yes\nd,2020-03-02,yes\ne,2020-03-02,yes\na,2020-03-02,no\n"
    found = of_table(tmp_path, sample_protocol, mapping, dm=dm, lb=lb)
    rows = found.account.rows
    assert [one.what[:4] for one in rows["dm"].why("refused")] == ["S042", "S042", "S040"]
    assert {one.what[:4]: one.count for one in rows["lb"].why("refused")} == {"S045": 1, "the ": 2, "S043": 1}
    assert [one.what for one in rows["lb"].why("ignored")] == ["the patient has no first dose (first)"]
    assert [course.name for course in found.courses] == ["a"]


# Files


GOOD: dict[str, Any] = {
    "datasetJSONVersion": "1.1.0",
    "records": 1,
    "columns": [{"name": "A"}, {"name": "B"}],
    "rows": [["x", 1.5]],
}


def source(file: str) -> Source:
    return Source("t", file, Named("id"))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("t.sas7bdat", b"", "S001"),
        ("missing.csv", None, "S001"),
        ("t.xpt", b"HEADER", "S002"),
        ("t.xpt", b"", "S002"),
        ("t.parquet", b"PAR1", "S002"),
        ("t.json", b"{", "S002"),
        ("t.json", b"[]", "S002"),
        ("t.json", b"\xff\xfe", "S002"),
        ("t.json", b"[" * 100_000, "S002"),
        ("t.json", json.dumps(GOOD | {"datasetJSONVersion": "1.0.0"}).encode(), "S002"),
        ("t.json", json.dumps(GOOD | {"records": 2}).encode(), "S002"),
        ("t.json", json.dumps(GOOD | {"records": "1"}).encode(), "S002"),
        ("t.json", b"", "S002"),
        ("t.json", b'{"records": ' + b"1" * 5000 + b"}", "S002"),
        ("t.json", json.dumps({"clinicalData": {}}).encode(), "S002"),
        ("t.json", json.dumps(GOOD | {"rows": [["x"]]}).encode(), "S002"),
        ("t.json", json.dumps(GOOD | {"rows": [["x", [1]]]}).encode(), "S002"),
        ("t.json", json.dumps(GOOD | {"rows": 5}).encode(), "S002"),
        ("t.json", json.dumps(GOOD | {"columns": [{"name": "A"}, {"name": "A"}]}).encode(), "S002"),
        ("t.json", json.dumps(GOOD | {"columns": []}).encode(), "S002"),
        ("t.ndjson", b'{"datasetJSONVersion": "1.1"}\n[', "S002"),
        ("t.csv", b"", "C002"),
        ("t.csv", b"a,b\n1\n", "C010"),
        ("t.csv", b"a,a\n1,2\n", "C012"),
        ("t.csv", b"id,,day,\na,,1,\n", "C012"),
        ("t.csv", b"Made up\n\nid,day\na,1\nb,2\n", "C010"),
        ("t.csv", "id,day\na,1\nb,2\n".encode("utf-16-le"), "C003"),
        ("t.csv", b"id;day;anc\na;1;1,5\n", "C014"),
        ("t.csv", b"\xef\xbb\xbfid\tday\na\t1\n", "C014"),
        ("t.csv", b"id|day|anc (a,b)\na|1|2\n", "C014"),
        ("t.csv", b'a,b\n"1,2\n', "C005"),
        ("t.csv", b"\xff\xfe", "C001"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_in_one_message(name: str, content: bytes | None, code: str, tmp_path: Path) -> None:
    for library, ending in (("pyreadstat", ".xpt"), ("pyarrow", ".parquet")):
        if name.endswith(ending):
            pytest.importorskip(library, reason=f"{library} is not installed, so {ending} files cannot be read")
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        table(source(name), tmp_path)
    (problem,) = caught.value.problems
    assert problem.code == code and problem.file.endswith(name) and problem.hint


def test_a_file_that_was_cut_off_is_not_read_as_a_shorter_one(tmp_path: Path) -> None:
    pytest.importorskip("pyreadstat", reason="pyreadstat is not installed, so SAS files cannot be read: extra 'cdisc'")
    from tests.adapters.mapped.transport import write_xpt

    path = tmp_path / "t.xpt"
    write_xpt({"USUBJID": [f"patient {number}" for number in range(50)], "AGE": [float(number) for number in range(50)]}, path)
    whole = path.read_bytes()
    assert table(source("t.xpt"), tmp_path).rows == 50
    for end in (len(whole) - 80, len(whole) - 160, len(whole) - 7, 1000, 400):
        path.write_bytes(whole[:end])
        with pytest.raises(InputError, match="S002"):
            table(source("t.xpt"), tmp_path)


def test_dataset_json_has_texts_and_numbers_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(GOOD | {"rows": [["x", "0.10"]]}))
    assert from_dataset_json(path).texts("B") == ["0.10"]
    path.write_text(json.dumps(GOOD | {"rows": [[None, 0.30000000000000004]]}))
    assert (from_dataset_json(path).texts("A"), from_dataset_json(path).texts("B")) == ([""], ["0.3"])


def test_an_extra_that_is_absent_is_named_and_how_to_install_it() -> None:
    with (
        pytest.raises(ExtraMissing, match=r"pip install 'dose-protocol\[cdisc\]'"),
        needs("no_such_library", "cdisc", "a SAS file"),
    ):
        import no_such_library  # noqa: F401


def test_the_command_says_what_is_wrong_and_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping = tmp_path / "my.mapping.yaml"
    mapping.write_text((SAMPLE / "sample.mapping.yaml").read_text().replace("protocol.yaml", str(SAMPLE)))
    assert cli.run(["map", "--check", str(mapping)]) == 2
    assert "dm.csv: error S001: cannot be read: there is no such file" in capsys.readouterr().err
    mapping.write_text("mapping: [")
    assert cli.run(["replay", str(SAMPLE), str(mapping)]) == 2
    assert "error P001" in capsys.readouterr().err
    for nothing in ("", "# to be written"):
        mapping.write_text(nothing)
        assert cli.run(["map", str(mapping)]) == 2
        assert "A mapping begins with its name: 'mapping: my-mapping'." in capsys.readouterr().err
    assert cli.run(["map", str(tmp_path / "none.mapping.yaml")]) == 2
    assert "P009" in capsys.readouterr().err
    assert cli.run(["map", str(SAMPLE / "protocol.yaml")]) == 2
    said = capsys.readouterr().err
    assert "ends in .mapping.yaml.  Shipped mappings: cdiscpilot-xanomeline/cdiscpilot.mapping.yaml, imatinib-hes/" in said
    assert cli.run(["replay", str(SAMPLE), str(SAMPLE), "--data", str(SAMPLE)]) == 2
    assert "is a folder and no mapping" in capsys.readouterr().err
    assert cli.run(["check", str(SAMPLE / "sample.mapping.yaml")]) == 2
    assert "error P113" in capsys.readouterr().err


def test_a_table_that_is_another_one_is_told_once_and_one_column_at_its_place(tmp_path: Path, sample_protocol: Protocol) -> None:
    mapping = """tables: {lb: {file: lb.csv, patient: id, study day: day}}
readings: {anc: {table: lb, value: anc, unit: unit, lower: low}}
"""
    with pytest.raises(InputError) as caught:
        of_table(tmp_path, sample_protocol, mapping, lb="ID,Day,Anc,Unit,Low\na,1,1,2,3\n")
    (problem,) = caught.value.problems
    assert (problem.code, problem.message) == ("S014", "lb.csv has no columns id, day, anc, unit, low")
    assert problem.hint == "It has 'ID', 'Day', 'Anc', 'Unit', 'Low'; capitals count."
    with pytest.raises(InputError) as caught:
        of_table(tmp_path, sample_protocol, mapping, lb="id,day,anc,Unit,Low\na,1,1,2,3\n")
    assert [one.message for one in caught.value.problems] == ["lb.csv has no column 'unit'", "lb.csv has no column 'low'"]


def test_tables_without_a_course_are_told_so_where_courses_are_needed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True)
    mapping = str(tmp_path / "sample.mapping.yaml")
    (tmp_path / "dm.csv").write_text("USUBJID,RFXSTDTC,ARMCD,ACTARMCD\n", encoding="utf-8")
    assert (cli.run(["map", mapping]), cli.run(["map", "--check", mapping])) == (0, 1)
    assert "0 courses, 0 visits, 0 intervals" in capsys.readouterr().out
    assert cli.run(["map", mapping, "--out", str(tmp_path / "visits.parquet")]) == 1
    assert capsys.readouterr().out.endswith("\nNothing is written: no row makes a course.\n")
    assert not (tmp_path / "visits.parquet").exists()
    for command in ("replay", "watch"):
        assert cli.run([command, str(tmp_path), mapping]) == 2
        assert "error S044: the tables hold no course: rows read: 58, of them 0 used" in capsys.readouterr().err


def test_what_a_parquet_file_can_hold_is_read_or_told_with_its_column(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed: extra 'bulk'")
    from pyarrow import parquet

    def read(kind: object, value: object) -> list[str]:
        parquet.write_table(pyarrow.table({"a": pyarrow.array([value], kind)}), tmp_path / "t.parquet")
        return table(source("t.parquet"), tmp_path).texts("a")

    assert read(pyarrow.timestamp("ns"), 1_583_139_600_000_000_001) == ["2020-03-02T09:00"]
    assert read(pyarrow.time64("ns"), 1) == ["00:00:00"]
    assert read(pyarrow.binary(), "4.1 é".encode()) == ["4.1 é"]
    with pytest.raises(InputError, match="S002: column 'a' cannot be read"):
        read(pyarrow.date32(), 2**30)
    twice = pyarrow.table([pyarrow.array([1]), pyarrow.array([2])], ["a", "a"])
    parquet.write_table(twice, tmp_path / "t.parquet")
    with pytest.raises(InputError, match="C012: two columns are called 'a'"):
        table(source("t.parquet"), tmp_path)


def test_a_mapping_for_another_protocol_is_told_in_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("replay", "watch"):
        assert cli.run([command, "heparin-raschke", str(SAMPLE / "sample.mapping.yaml")]) == 2
        said = capsys.readouterr().err
        assert said.count("error") == said.count("error S015: the mapping is for sample 1: heparin-raschke 1993.1 has") == 1
        assert "no inputs alt, anc, arm, bilirubin, discontinued, rash and 3 more" in said
        assert "Use it with protocol.yaml, which it names" in said


def test_where_nothing_can_be_written_is_told_before_anything_is_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping, file = str(SAMPLE / "sample.mapping.yaml"), tmp_path / "file"
    file.write_text("")
    assert cli.run(["map", mapping, "--out", str(tmp_path / "none" / "visits.parquet")]) == 2
    assert f"there is no folder {tmp_path / 'none'}" in capsys.readouterr().err
    pytest.importorskip("jinja2", reason="jinja2 is not installed, so no page is written: extra 'report'")
    assert cli.run(["report", str(SAMPLE), mapping, "--out", str(file / "x.html")]) == 2
    assert f"{file} is no folder in which you have permission" in capsys.readouterr().err


def test_a_mapping_whose_own_protocol_is_not_there_is_told_what_fits_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = tmp_path / "my.mapping.yaml"
    mapping.write_text(f'mapping: my\nversion: "1"\nprotocol: none-such\n{LB}readings: {{acn: {{table: lb, value: v}}}}\n')
    assert cli.run(["replay", "heparin-raschke", str(mapping), "--data", str(tmp_path)]) == 2
    assert "error S010: 'acn' is not an input of heparin-raschke" in capsys.readouterr().err


@pytest.mark.parametrize("seed", range(12))
def test_tables_in_which_cells_are_changed_at_random_are_still_accounted_for(
    seed: int, sample_mapping: DataMapping, sample_protocol: Protocol, tmp_path: Path
) -> None:
    accounted_for(random.Random(seed), sample_mapping, sample_protocol, tmp_path)


def test_texts_of_a_sas_file_that_are_not_utf_8_are_read_and_that_is_told(tmp_path: Path) -> None:
    pytest.importorskip("pyreadstat", reason="pyreadstat is not installed, so SAS files cannot be read: extra 'cdisc'")
    from tests.adapters.mapped.transport import write_xpt

    path = tmp_path / "t.xpt"
    write_xpt({"A": ["xab", "cd"]}, path)
    path.write_bytes(path.read_bytes().replace(b"xab", b"\xe9ab"))
    found = table(source("t.xpt"), tmp_path)
    assert (found.texts("A"), found.noted) == (["éab", "cd"], "texts are not UTF-8, and are read as Windows-1252")
