"""What cannot be used is told in the forms for CI too, at its line, and no file that is read is written over."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from protocol.cli import run
from tests.verification.small import TEXT

Output = pytest.CaptureFixture[str]
LINE = TEXT.split("\n").index(next(line for line in TEXT.split("\n") if "hold:" in line)) + 1


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "protocol.yaml").write_text(TEXT.replace("anc < 1", "anx < 1"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "protocol.yaml"


@pytest.mark.usefixtures("spec")
def test_github_shows_it_at_its_line(capsys: Output) -> None:
    assert run(["verify", "protocol.yaml", "--format", "github"]) == 2
    said = capsys.readouterr()
    assert said.out.startswith(f"::error file=protocol.yaml,line={LINE},col=")
    assert ",title=P012::unknown input 'anx'%0Adid you mean 'anc'?" in said.out
    assert "error P012: unknown input 'anx'" in said.err


@pytest.mark.usefixtures("spec")
def test_every_report_is_written(capsys: Output) -> None:
    forms = ("sarif", "junit", "github", "json", "text")
    assert run(["verify", "protocol.yaml", *(word for form in forms for word in ("--report", form, f"it.{form}"))]) == 2
    assert capsys.readouterr().out == ""
    (sarif,) = json.loads(Path("it.sarif").read_text(encoding="utf-8"))["runs"]
    assert sarif["invocations"] == [{"executionSuccessful": False}]
    assert sarif["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] == LINE
    (case,) = ET.parse("it.junit").getroot().iter("testcase")
    assert case.get("name", "").startswith(f"protocol.yaml:{LINE}:")
    assert json.loads(Path("it.json").read_text(encoding="utf-8"))["problems"][0]["code"] == "P012"
    assert "P012" in Path("it.github").read_text(encoding="utf-8") and "P012" in Path("it.text").read_text(encoding="utf-8")


def test_nothing_that_is_read_is_written_over(spec: Path) -> None:
    before = spec.read_bytes()
    for file in ("protocol.yaml", "nowhere/it.json", ".", "-"):
        assert run(["verify", ".", "--report", "json", file]) == 2
    assert spec.read_bytes() == before and not Path("-").exists()


@pytest.mark.usefixtures("spec")
def test_a_baseline_that_cannot_be_read_is_told_like_it(capsys: Output) -> None:
    Path("protocol.yaml").write_text(TEXT, encoding="utf-8")
    Path("b.json").write_text("{}", encoding="utf-8")
    assert run(["verify", "protocol.yaml", "--baseline", "b.json", "--format", "github"]) == 2
    assert capsys.readouterr().out.startswith("::error file=b.json,title=V501::this is no document of the format")
