"""`protocol show`: the forms in which a protocol is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from protocol.cli import run
from protocol.language.from_yaml import parse
from protocol.language.shipped import load
from protocol.language.to_schema import schema
from tests.hand_made import SPEC

Output = pytest.CaptureFixture[str]


def test_a_protocol_is_shown_as_a_table_of_dose_modification(capsys: Output) -> None:
    assert run(["show", "imatinib-hes"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# imatinib-hes 2003.1\n")
    row = "| 8 | `hold-cytopenia` | on treatment | `anc < 1 or platelets < 50` | **must** hold |"
    assert f"{row} label, table for neutropenia and thrombocytopenia |\n" in text


def test_the_canonical_form_reads_back(capsys: Output) -> None:
    assert run(["show", "imatinib-hes", "--canonical"]) == 0
    assert parse(capsys.readouterr().out) == load("imatinib-hes")


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ("--sources", "| `ctc2` | National Cancer Institute Common Toxicity Criteria, version 2.0 (1999) | none |"),
        ("--unverified", "| rule | `hold-severe-toxicity` | The label prints no grade. | yes |"),
    ],
)
def test_a_part_is_shown_alone(option: str, line: str, capsys: Output) -> None:
    assert run(["show", "imatinib-hes", option]) == 0
    text = capsys.readouterr().out
    assert line in text.splitlines()
    assert text.count("\n## ") == 1


def test_several_protocols_are_shown_one_after_the_other(capsys: Output) -> None:
    assert run(["show", "imatinib-hes", "imatinib-hes", "--unverified"]) == 0
    assert capsys.readouterr().out.count("# imatinib-hes 2003.1\n") == 2


@pytest.mark.parametrize("option", ["--table", "--sources", "--unverified"])
def test_a_page_is_shown_as_json(option: str, capsys: Output) -> None:
    assert run(["show", "imatinib-hes", option, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["format"], found["what"]) == ("protocol-show/1", option[2:])
    (one,) = found["protocols"]
    assert one["page"][0] == {"kind": "heading", "depth": 1, "text": "imatinib-hes 2003.1"}
    tables = [block for block in one["page"] if block["kind"] == "table"]
    assert tables and all(len(row) == len(table["columns"]) for table in tables for row in table["rows"])


def test_the_states_are_shown_as_a_diagram(capsys: Output) -> None:
    assert run(["show", "imatinib-hes", "--diagram"]) == 0
    assert "stateDiagram-v2" in capsys.readouterr().out


def test_the_canonical_form_is_shown_as_json(capsys: Output) -> None:
    assert run(["show", "imatinib-hes", "--canonical", "--format", "json"]) == 0
    assert parse(json.loads(capsys.readouterr().out)["protocols"][0]["text"]) == load("imatinib-hes")


def test_a_protocol_can_be_shown_in_promela_and_one_that_asks_more_is_refused(capsys: Output) -> None:
    assert run(["show", "clozapine-anc", "--promela"]) == 0
    assert capsys.readouterr().out.startswith("/* clozapine-anc 2022.1, a visit every 1440 minutes */\n")
    assert run(["show", "heparin-raschke", "--promela"]) == 2
    assert "which the Promela model has not" in capsys.readouterr().err


def test_a_property_that_tells_too_many_cases_apart_is_left_out_of_promela_with_a_word(tmp_path: Path, capsys: Output) -> None:
    counts = " or ".join(f"platelets == {count}" for count in range(20))
    file = tmp_path / "protocol.yaml"
    file.write_text(f'{SPEC}  too-many: {{never: "escalate and ({counts})"}}\n', encoding="utf-8")
    assert run(["show", str(file), "--promela"]) == 0
    said = "/* without its properties: platelets: more than 20 cases to tell apart, which have no room */\n/* counts 1, "
    assert capsys.readouterr().out.startswith(said)


def test_without_a_protocol_there_is_nothing_else_to_show(capsys: Output) -> None:
    assert run(["show"]) == 2
    assert "which protocol" in capsys.readouterr().err


def test_a_problem_is_json_where_json_was_asked_for(tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "protocol.yaml"
    file.write_text("protocol: x\nprotocl: y\n")
    assert run(["show", str(file), "--format", "json"]) == 2
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert found["format"] == "protocol-problems/1"
    assert {problem["file"] for problem in found["problems"]} == {str(file)}
    assert 2 in {problem["line"] for problem in found["problems"]}
    assert all(f"error {problem['code']}: {problem['message']}" in said.err for problem in found["problems"])


def test_a_problem_is_no_json_where_text_was_asked_for(capsys: Output) -> None:
    assert run(["show", "nosuch"]) == 2
    assert capsys.readouterr().out == ""


def test_the_schema_is_shown_without_a_protocol(capsys: Output) -> None:
    assert run(["show", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()
    assert run(["show", "--schema", "imatinib-hes"]) == 2
    assert run(["show"]) == 2
