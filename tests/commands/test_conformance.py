"""What `replay` says beyond single visits: numbers under the names of ADaM, a file of deviations, and another protocol."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

import protocol.semantics
from protocol.adapters.conformance.deviations import COLUMNS
from protocol.cli import run
from protocol.model.summary import PARAMETERS

Output = pytest.CaptureFixture[str]

SPEC = """
protocol: two-arms
version: "1"
time: days
sources: {ours: made for this test}
doses: {low: 50 mg daily, middle: 100 mg daily, high: 200 mg daily}
inputs:
  arm: {choice: [a, b], fixed: yes}
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  toxicity: {grade: CTC 2.0, valid for: 28 days}
otherwise: {on treatment: continue, held: continue}
rules:
  hold-low: {in: on treatment, when: "anc < 1", must: hold, source: "ours, p. 2"}
  start: {in: before treatment, when: always, must: start at middle, source: ours}
  reduce: {in: on treatment at middle or high, when: "toxicity >= 2", must: reduce, source: ours}
  resume: {in: held by hold-low, when: "anc >= 1.5", must: resume at the same level, source: ours}
  raise: {in: on treatment at middle, when: "time since start >= 4 weeks and toxicity <= 1", may: escalate, source: ours}
"""
OTHER = SPEC
for text, instead in (
    ('version: "1"', 'version: "2"'),
    ("anc: {unit: 10*9/L, plausible: 0 to 100,", "anc: {unit: /uL, plausible: 0 to 100000,"),
    ("anc < 1", "anc < 500"),
    ("anc >= 1.5", "anc >= 1500"),
):
    OTHER = OTHER.replace(text, instead)
HELD = """
| elapsed | arm | anc | toxicity | given |
|---|---|---|---|---|
| 0 | a | 4 | 0 | 100 mg daily |
| 7 | | 0.8 | 0 | none |
| 10 | | 2 | 0 | 100 mg daily |
"""
COURSES = """
## held and reduced

| elapsed | arm | anc | toxicity | given |
|---|---|---|---|---|
| 0 | a | 4 | 0 | 100 mg daily |
| 7 | | 0.8 | 0 | none |
| 10 | | 2 | 0 | 100 mg daily |
| 17 | | 4 | 2 | 50 mg daily |
| 27 | | 4 | 0 | stopped |

## raised too early

| elapsed | arm | anc | toxicity | given |
|---|---|---|---|---|
| 0 | b | 4 | 0 | 100 mg daily |
| 14 | | 4 | 0 | 200 mg daily |
| 21 | | 4 | 0 | 200 mg daily |

## nobody knows

| elapsed | arm | anc | toxicity | given |
|---|---|---|---|---|
| 0 | b | 4 | 0 | 100 mg daily |
| 7 | | not done | 0 | none |
| 14 | | 4 | 0 | unknown |
| 21 | | 4 | 0 | 100 mg daily |
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "one.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    (tmp_path / "courses.md").write_text(COURSES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(capsys: Output, code: int, *options: str) -> str:
    assert run(["replay", "one.yaml", "courses.md", *options]) == code
    return capsys.readouterr().out


def test_the_numbers_of_all_courses_in_groups(folder: Path, capsys: Output) -> None:
    text = ask(capsys, 1, "--summary")
    heads = [line.split("  ")[0] for line in text.splitlines() if " course" in line]
    assert heads[:2] + heads[3:4] == ["arm: a, 1 course", "arm: b, 2 courses", "All, 3 courses"]
    rows_ = {line[:8].strip(): line.split() for line in text[text.index("All, 3") :].splitlines()}
    assert rows_["TDOSE"][-6:] == ["2", "2350.0", "636.4", "2350.0", "1900.0", "2800.0"]
    assert rows_["NHOLD"][-6:] == ["3", "0.67", "0.58", "1", "0", "1"]
    assert rows_["TADJAE"][-5:] == ["2", "yes:", "1", "50", "%"]
    assert rows_["TTREDUCE"][-6:] == ["2", "1", "event", "17.0", "17.0", "21.0"]
    assert "  in 1: the dose is not known from day 14 to day 21 (TDOSE, AVDDSE," in text
    assert "  change too early          1        1\n" in text
    assert "3 courses, 12 visits, 9 dose changes given, 2 deviations, 0 refused readings." in text


def test_the_numbers_fit_a_narrow_terminal(folder: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protocol.commands.conformed.width", lambda: 60)
    text = ask(capsys, 1, "--summary")
    assert max(map(len, text.splitlines()[:-4])) <= 60
    assert "Total dose (mg)\nTDOSE   " in text


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_numbers_of_each_course_as_an_exposure_dataset_has_them(folder: Path, capsys: Output) -> None:
    found = rows(ask(capsys, 1, "--summary", "--format", "csv"))
    assert len(found) == 3 * len(PARAMETERS)
    first = {row["PARAMCD"]: row for row in found if row["course"] == "held and reduced"}
    assert {row["group"] for row in first.values()} == {"a"}
    values = {"TRTDURD": "27", "TDURD": "24", "TDOSE": "1900", "AVDDSE": "79.166667", "TPDOSE": "1900", "TDOSINT": "100"}
    assert {code: first[code]["AVAL"] for code in values} == values
    assert first["TDOSE"]["PARAM"] == "Total dose administered (mg)"
    assert (first["TADJ"]["AVALC"], first["TADJAE"]["AVALC"], first["TADJ"]["AVAL"]) == ("Y", "Y", "")
    assert (first["TTREDUCE"]["AVAL"], first["TTREDUCE"]["CNSR"]) == ("17", "0")
    early = {row["PARAMCD"]: row for row in found if row["course"] == "raised too early"}
    assert (early["TTREDUCE"]["CNSR"], early["TRTDURD"]["note"], early["TADJAE"]["AVALC"]) == ("1", "ongoing", "N")
    unknown = {row["PARAMCD"]: row for row in found if row["course"] == "nobody knows"}
    assert unknown["TDOSE"]["AVAL"] == ""
    assert unknown["TDOSE"]["not known because"] == "the dose is not known from day 14 to day 21"


def test_the_numbers_as_a_document(folder: Path, capsys: Output) -> None:
    found = json.loads(ask(capsys, 1, "--summary", "--format", "json"))
    assert (found["format"], found["by"], len(found["courses"])) == ("protocol-summary/1", "arm", 3)
    assert [one["group"] for one in found["totals"]] == ["a", "b", "all"]
    dose = next(one for one in found["totals"][-1]["parameters"] if one["code"] == "TDOSE")
    assert (dose["known"], dose["mean"], dose["standard_deviation"]) == (2, "2350", "636.396103")
    assert dose["not_known_because"] == {"the dose is not known from day 14 to day 21": 1}
    assert found["courses"][0]["figures"]["TDOSE"]["value"] == "1900"
    one_group = json.loads(ask(capsys, 1, "--summary", "--format", "json", "--by", "toxicity"))
    assert [one["group"] for one in one_group["totals"]] == ["all"]


@pytest.mark.parametrize(("named", "answer"), [("hold-low", "Y"), ("reduce", "Y"), ("resume", "N")])
def test_rules_can_be_named_that_are_because_of_an_adverse_event(folder: Path, capsys: Output, named: str, answer: str) -> None:
    found = rows(ask(capsys, 1, "--summary", "--format", "csv", "--adverse", named))
    assert [row["AVALC"] for row in found if row["PARAMCD"] == "TADJAE" and row["course"] == "held and reduced"] == [answer]


def test_where_nobody_can_tell_it_is_said_how_to_say_it(folder: Path, capsys: Output) -> None:
    (folder / "courses.md").write_text(f"{COURSES}\n## only held\n{HELD}", encoding="utf-8")
    said = ask(capsys, 1, "--summary")
    assert "in 1: the dose was lowered or held by hold-low, which asks for no grade (TADJAE)" in said
    assert said.count("TADJAE: --adverse RULE names the rules that lower or hold the dose") == 1
    assert "TADJAE: --adverse" not in ask(capsys, 1, "--summary", "--adverse", "hold-low")


# The deviations


def test_every_deviation_is_a_row(folder: Path, capsys: Output) -> None:
    assert "found.csv: 3 rows" in ask(capsys, 1, "--deviations", "found.csv")
    _, early, open_one = rows((folder / "found.csv").read_text(encoding="utf-8"))
    assert list(early) == [name for name, _, _ in COLUMNS]
    assert (early["course"], early["minutes"], early["time"], early["deviation"], early["certain"]) == (
        "raised too early", "20160", "day 14", "change too early", "yes",
    )  # fmt: skip
    assert early["message"].endswith("; raise waits for time since start >= 4 weeks")
    assert (open_one["deviation"], open_one["certain"], open_one["depends on"]) == ("not decidable", "no", "anc")
    assert open_one["row"] == "courses.md:25"


def test_the_deviations_as_json_and_as_parquet_are_the_same(folder: Path, capsys: Output) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra 'bulk'")
    ask(capsys, 1, "--deviations", "found.json", "--summary")
    ask(capsys, 1, "--deviations", "found.parquet", "--format", "json")
    document: dict[str, Any] = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    assert (document["format"], document["protocol"]) == ("protocol-deviations/1", "two-arms")
    table = parquet.read_table(folder / "found.parquet")
    assert table.to_pylist() == document["deviations"]
    assert table.schema.metadata[b"fingerprint"].decode() == document["fingerprint"]
    assert [name for name, _, _ in COLUMNS] == table.column_names == list(document["deviations"][0])
    assert {path.suffix for path in folder.iterdir()} == {".md", ".json", ".parquet", ".yaml"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--deviations", "found.txt"),
            "has no form in which deviations are written. End it in .csv, .json, .parquet",
        ),
        (("--deviations", "no/found.csv"), "--deviations 'no/found.csv': there is no folder no; make it, or give another one"),
        (("--deviations", "found.csv", "--follow", "recommended"), "--deviations goes with the doses given"),
        (("--against", "other.yaml", "--summary"), "--summary does not go with --against"),
        (("--by", "arm"), "--by goes with --summary"),
        (("--summary", "--by", "harm"), "'harm' is not an input of two-arms: did you mean 'arm'? Inputs: anc, arm, toxicity"),
        (("--summary", "--adverse", "hold"), "'hold' is not a rule of two-arms: did you mean 'hold-low'?"),
    ],
)
def test_what_cannot_be_asked_is_said(folder: Path, capsys: Output, options: tuple[str, ...], message: str) -> None:
    assert run(["replay", "one.yaml", "courses.md", *options]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_the_extra_that_is_not_there_is_named(folder: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protocol.adapters.conformance.deviations.find_spec", lambda name: None)
    assert run(["replay", "one.yaml", "courses.md", "--deviations", "found.parquet"]) == 2
    assert "pip install 'dose-protocol[bulk]'" in capsys.readouterr().err


def test_the_recommendations_can_be_followed(folder: Path, capsys: Output) -> None:
    found = rows(ask(capsys, 0, "--follow", "recommended", "--format", "csv", "--course", "raised"))
    assert [(row["dose after"], row["permitted"], row["deviations"], row["assumed"]) for row in found] == [
        ("middle", "", "", "yes")
    ] * 3


# Another protocol


def test_two_protocols_over_the_same_courses(folder: Path, capsys: Output) -> None:
    text = ask(capsys, 1, "--against", "other.yaml")
    assert text.startswith("held and reduced: 1 of 5 visits differ\n  day 7: no longer holds\n")
    assert "    one.yaml holds 100 mg every day (hold-low); given no drug: as recommended\n" in text
    assert "    other.yaml goes on with 100 mg every day; given no drug: DEVIATION, hold without reason\n" in text
    assert "one.yaml and other.yaml differ in 1 of 3 courses, at 1 of 12 visits.\n" in text
    assert "Decided otherwise at 1 visit, judged otherwise at 1; at 0 only another rule is named.\n" in text
    assert "In other.yaml: no longer holds (1).\n" in text
    assert text.endswith("Deviations: 0 only under one.yaml, 1 only under other.yaml.\n")
    assert "differ in 0 of 1 course," in ask(capsys, 0, "--against", "other.yaml", "--course", "raised")


def test_two_protocols_for_programs(folder: Path, capsys: Output) -> None:
    (row,) = rows(ask(capsys, 1, "--against", "other.yaml", "--format", "csv"))
    assert (row["course"], row["minutes"], row["differs"]) == ("held and reduced", "10080", "decided")
    assert row["meaning"] == "no longer holds"
    assert (row["rule, first"], row["rule, second"], row["deviations, second"]) == ("hold-low", "", "hold without reason")
    found = json.loads(ask(capsys, 1, "--against", "other.yaml", "--format", "json"))
    assert (found["format"], found["courses"], found["courses_that_differ"]) == ("protocol-against/1", 3, ["held and reduced"])
    assert found["differences"] == [row | {"minutes": 10080}]


def test_a_protocol_differs_nowhere_from_itself_and_may_have_other_inputs(folder: Path, capsys: Output) -> None:
    assert "differ in 0 of 3 courses," in ask(capsys, 0, "--against", "one.yaml")
    more = SPEC.replace("inputs:\n", "inputs:\n  rash: {yes or no, valid for: 8 days}\n").replace(
        "rules:\n", "rules:\n  hold-rash: {in: on treatment, when: rash, must: hold, source: ours}\n"
    )
    (folder / "other.yaml").write_text(more.replace("held by hold-low", "held"), encoding="utf-8")
    text = ask(capsys, 1, "--against", "other.yaml")
    assert "is undecided because rash is not known" in text


def test_a_file_that_expects_rules_of_the_other_protocol_is_read_too(folder: Path, capsys: Output) -> None:
    renamed = OTHER.replace("hold-low", "hold-count")
    (folder / "other.yaml").write_text(renamed, encoding="utf-8")
    table = "| elapsed | anc (10*9/L) | given | expect rule |\n|---|---|---|---|\n| 0 | 4 | 100 mg daily | start |\n"
    (folder / "courses.md").write_text(f"## held\n\n{table}| 7 | 0.4 | none | hold-count |\n", encoding="utf-8")
    assert "at 1 only another rule is named" in ask(capsys, 0, "--against", "other.yaml")
    (folder / "courses.md").write_text(f"## held\n\n{table}| 7 | 0.4 | none | hold-nothing |\n", encoding="utf-8")
    assert run(["replay", "one.yaml", "courses.md", "--against", "other.yaml"]) == 2


# The page


def test_the_page_defines_every_parameter() -> None:
    page = (Path(protocol.semantics.__file__).parent / "conformance.md").read_text(encoding="utf-8")
    table = page[page.index("## The parameters") :]
    for parameter in PARAMETERS:
        row = next(line for line in table.splitlines() if line.startswith("|") and f"`{parameter.code}`" in line)
        origin = row.split("|")[-2].strip()
        expected = {"ours": ("ours", "(4)"), "ADaMIG, ADSL": ("(1)",)}.get(parameter.source, ("(2)", "(2), (3)"))
        assert origin in expected, parameter
