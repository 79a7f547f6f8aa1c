"""What programs are given: one JSON document with the name of its format, and the same exit codes as for people.

PROTOCOL_GOLDEN=write writes the golden files anew; a change of a document that is no mere addition needs a new format number.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from protocol.cli import run

GOLDEN = Path(__file__).parent / "golden"
Output = pytest.CaptureFixture[str]


def as_json(capsys: Output, code: int, *arguments: str) -> dict[str, object]:
    assert run([*arguments, "--format", "json"]) == code
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("check", ("check", "small")),
        ("test", ("test", "small", "--coverage")),
        ("show", ("show", "small", "--unverified")),
    ],
)
def test_a_document_is_as_it_was(name: str, arguments: tuple[str, ...], desk: Path, capsys: Output) -> None:
    assert run([*arguments, "--format", "json"]) == 0
    text, file = capsys.readouterr().out, GOLDEN / f"{name}.json"
    if os.environ.get("PROTOCOL_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
    assert json.loads(text)["format"] == f"protocol-{name}/1"


def test_a_decision_is_told_with_all_that_the_step_holds(desk: Path, capsys: Output) -> None:
    found = as_json(capsys, 0, "why", "small:raised", "35")
    told = ["step", "revisions", "refused_later", "held", "permits", "open_questions"]
    assert list(found) == ["format", "protocol", "version", "fingerprint", "course", *told]
    assert found["format"] == "protocol-why/1"
    assert found["step"]["decision"]["rule"] == "hold-cytopenia"  # type: ignore[index]


def test_a_page_is_told_with_its_topic(capsys: Output) -> None:
    found = as_json(capsys, 0, "explain", "P012")
    assert list(found) == ["format", "topic", "text"]
    assert str(found["text"]).startswith("P012: ")


def test_a_finding_is_found_in_json_too(desk: Path, capsys: Output) -> None:
    file = desk / "small" / "protocol.yaml"
    file.write_text(file.read_text().replace("interpretations:", "  rash: {yes or no, valid for: 8 days}\ninterpretations:"))
    (one,) = as_json(capsys, 1, "check", "small")["protocols"]  # type: ignore[misc]
    assert {"F006", "rash"} <= {value for finding in one["findings"] for value in finding.values()}


def test_an_expectation_that_is_not_met_is_told_with_its_place(desk: Path, capsys: Output) -> None:
    file = desk / "small" / "courses.md"
    file.write_text(file.read_text().replace("| none | hold |", "| none | stop |"))
    (one,) = as_json(capsys, 1, "test", "small")["protocols"]  # type: ignore[misc]
    assert one["courses"][0]["unmet"] == [
        {"time": 50400, "got": "hold", "expectation": {"column": "action", "value": "stop", "line": 7, "position": 29}}
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "nowhere"),
        ("test", "nowhere"),
        ("replay", "small", "nowhere.md"),
        ("why", "small", "35"),
        ("why", "small:nobody", "35"),
        ("why", "small:raised", "8"),
        ("show", "nowhere"),
        ("show",),
        ("explain", "nothing"),
    ],
)
def test_what_is_wrong_with_the_input_is_a_document_too(arguments: tuple[str, ...], desk: Path, capsys: Output) -> None:
    found = as_json(capsys, 2, *arguments)
    assert found["format"] == "protocol-problems/1"
    assert found["problems"][0]["message"]  # type: ignore[index]


def test_a_test_without_courses_answers_once(desk: Path, capsys: Output) -> None:
    (desk / "small" / "courses.md").unlink()
    found = as_json(capsys, 2, "test", "clozapine-anc", "small")
    assert "has no courses" in found["problems"][0]["message"]  # type: ignore[index]
