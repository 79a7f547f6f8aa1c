"""The suite of a protocol as a command: courses that it meets, and that tell every change that can be told."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from protocol.cli import cli
from protocol.cli import run as run_code
from protocol.commands import suited
from protocol.commands.suited import Expected
from protocol.verification.mutation.mutant import Mutant
from tests.verification.small import TEXT, written

Output = pytest.CaptureFixture[str]


@pytest.fixture
def spec(tmp_path: Path) -> str:
    return written(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, standalone_mode=False)


def test_the_protocol_passes_its_own_suite_and_a_changed_one_does_not(spec: str) -> None:
    printed = run("suite", spec, "--jobs", "1")
    assert printed.return_value == 0
    assert "Generated: by protocol suite" in printed.output
    (Path(spec) / "courses.md").write_text(printed.output, encoding="utf-8")
    assert run("test", spec).return_value == 0
    for now, then in (("may: escalate", "must: escalate"), ("anc >= 4", "anc > 4"), ("anc < 1", "anc < 0.9")):
        (Path(spec) / "protocol.yaml").write_text(TEXT.replace(now, then), encoding="utf-8")
        assert run("test", spec).return_value == 1


def test_a_suite_says_which_changes_each_course_tells(spec: str) -> None:
    found = json.loads(run("suite", spec, "--jobs", "1", "--format", "json").output)
    assert found["format"] == "protocol-suite/1"
    assert found["told"] == sum(len(one["tells"]) for one in found["courses"]) > 30
    assert "raise: must escalate instead of may escalate" in {says for one in found["courses"] for says in one["tells"]}
    assert found["missed"] == []


def test_a_suite_that_leaves_something_open_says_so(spec: str) -> None:
    result = run("suite", spec, "--jobs", "1", "--limit", "2", "--sheet", "md")
    assert result.return_value == 1
    assert "Not found out whether any course tells hold: holds once on each reading" in result.stderr


def test_a_suite_that_somebody_ends_is_not_printed(spec: str, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    def told(expected: Expected, mutant: Mutant) -> frozenset[int]:
        raise KeyboardInterrupt

    monkeypatch.setattr(suited, "_told", told)
    assert run_code(["suite", spec, "--jobs", "1"]) == 130
    said = capsys.readouterr()
    assert (said.out, "none is printed" in said.err) == ("", True)


def test_a_sheet_for_people_has_no_form_for_programs(spec: str) -> None:
    found = run("suite", spec, "--sheet", "html", "--format", "json").exception
    assert isinstance(found, click.UsageError) and "give one of them" in found.message
