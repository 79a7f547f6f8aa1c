"""`verify --certify` proves for visits at any time, leaves certificates, and says what is missing or cannot be asked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from protocol.cli import run

TEXT = """protocol: waits
version: 1
doses: {low: 50 mg daily, full: 100 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days, every: 7 days}
otherwise: {before treatment: continue, on treatment: continue}
rules:
  start: {in: before treatment, when: "anc >= 1.5", must: start at low}
  raise: {in: on treatment at low, when: "time since dose change >= 4 weeks and anc >= 1.5", must: escalate}
properties:
  not-early: {never: "escalate and time since start < 4 weeks"}
  weekly: {never: "escalate and time since start < 5 weeks and time since start > 4 weeks"}
"""


@pytest.fixture
def spec(tmp_path: Path) -> str:
    file = tmp_path / "protocol.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return str(file)


def test_each_property_that_holds_has_a_certificate(spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("z3", reason="Z3 is not installed")
    pytest.importorskip("cvc5", reason="cvc5 is not installed")
    folder = tmp_path / "certificates"
    asked = ["verify", spec, "--certify", str(folder), "--no-cache", "--format", "json"]
    assert run([*asked, "--property", "not-early"]) == 0
    said = capsys.readouterr().out
    assert '"by": "spacer, checked by cvc5"' in said
    assert f"1 of 1 properties of the file; the certificates are in {folder}" in said
    assert [file.name for file in folder.iterdir()] == ["waits-not-early.smt2"]
    # On the grid of weeks nobody is seen between the fourth and the fifth; at any time somebody is.
    assert run([*asked, "--property", "weekly"]) == 1
    assert '"not confirmed"' in capsys.readouterr().out


def test_that_there_was_nothing_to_prove_is_said(spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("z3", reason="Z3 is not installed")
    pytest.importorskip("cvc5", reason="cvc5 is not installed")
    assert run(["verify", spec, "--certify", str(tmp_path / "x"), "--no-cache", "--property", "no-dead-end"]) == 0
    assert "Nothing was asked for visits at any time" in capsys.readouterr().out
    assert not (tmp_path / "x").exists()


def test_a_solver_that_is_wanted_and_absent_is_an_error(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    assert run(["verify", spec, "--certify", str(tmp_path)]) == 2
    assert "pip install 'dose-protocol[verify]'" in capsys.readouterr().err
    assert run(["verify", spec, "--property", "not-early", "--no-cache"]) == 0
