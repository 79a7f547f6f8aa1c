"""A fault of this program at one protocol is told as that, with where it arose; what was found of the others is told too."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from protocol.cli import run
from protocol.commands import verified as verified_module
from protocol.commands.verified import Asked
from protocol.model.protocol import Protocol
from protocol.model.quantity import say_number
from protocol.model.verification import Report
from tests.commands.test_verify import FAILS
from tests.hand_made import SPEC

Output = pytest.CaptureFixture[str]
FORMS = ("sarif", "junit", "github", "json", "text")


def fails_or_raises(protocol: Protocol, asked: Asked, progress: Callable[[str], None]) -> Report:
    """In the place of the search: finds a failure, but of version 2 nothing, as something of this program breaks."""
    if protocol.version == "2":
        say_number("x")  # type: ignore[arg-type]
    return FAILS


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PROTOCOL_TRACEBACK", raising=False)
    monkeypatch.setenv("PROTOCOL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(verified_module, "search", fails_or_raises)
    Path("one.yaml").write_text(SPEC, encoding="utf-8")
    Path("two.yaml").write_text(SPEC.replace('version: "1"', 'version: "2"'), encoding="utf-8")


@pytest.mark.parametrize("specs", [("one.yaml", "two.yaml"), ("two.yaml", "one.yaml")])
def test_the_other_protocols_are_told_and_the_exit_code_is_3(specs: tuple[str, ...], capsys: Output) -> None:
    assert run(["verify", *specs, "--format", "json"]) == 3
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert [one["version"] for one in document["protocols"]] == ["1"]
    (fault,) = document["faults"]
    assert (fault["spec"], fault["file"], fault["kind"]) == ("two.yaml", "two.yaml", "AttributeError")
    assert fault["where"].startswith("protocol/model/quantity.py:")
    assert said.err.startswith(f"This is a fault of the program (AttributeError: {fault['message']}, in {fault['where']})")
    assert "please report it" in said.err


def test_every_report_has_both() -> None:
    assert run(["verify", "two.yaml", "one.yaml", "--exit-zero", *(w for form in FORMS for w in ("--report", form, form))]) == 3
    said = "Nothing is said of two.yaml: this is a fault of the program (AttributeError: "
    (sarif,) = json.loads(Path("sarif").read_text(encoding="utf-8"))["runs"]
    (invocation,) = sarif["invocations"]
    (notice,) = (one for one in invocation["toolExecutionNotifications"] if one["level"] == "error")
    assert not invocation["executionSuccessful"] and sarif["results"]
    assert notice["message"]["text"].startswith(said) and notice["exception"]["kind"] == "AttributeError"
    assert notice["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "two.yaml"
    junit = ET.parse("junit").getroot()
    assert (junit.get("failures"), junit.get("errors")) == ("1", "1")
    (error,) = junit.iterfind("testsuite[@name='two.yaml']/testcase[@name='verification']/error")
    assert error.get("type") == "AttributeError" and (error.text or "").startswith(said)
    github = Path("github").read_text(encoding="utf-8")
    assert f"::error file=two.yaml,line=1,title=fault of the program::{said}" in github and "file=one.yaml" in github
    text = " ".join(Path("text").read_text(encoding="utf-8").split())
    assert "counts 1 " in text and said in text and text.endswith(", not of the protocol.")


def test_who_wants_the_traceback_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROTOCOL_TRACEBACK", "1")
    with pytest.raises(AttributeError):
        run(["verify", "one.yaml", "two.yaml"])


def test_a_baseline_that_is_written_anew_keeps_the_entries_of_a_protocol_of_which_nothing_is_known() -> None:
    kept = {"key": "a", "protocol": "counts", "version": "2", "property": "never-held", "reason": "Known."}
    Path("b.json").write_text(json.dumps({"format": "protocol-baseline/1", "accepted": [kept]}), encoding="utf-8")
    assert run(["verify", "one.yaml", "two.yaml", "--baseline", "b.json", "--write-baseline"]) == 3
    assert kept in json.loads(Path("b.json").read_text(encoding="utf-8"))["accepted"]
