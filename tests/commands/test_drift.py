"""The command `verify --regrade`: which decisions change when grades are meant by other criteria, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from protocol.cli import run

Output = pytest.CaptureFixture[str]

TEXT = """
protocol: counts
version: "1"
doses: {low: 50 mg daily, high: 100 mg daily}
sources: {ours: this test}
otherwise: {on treatment: continue, held: continue}
inputs:
  platelets: {unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days, every: 7 days, graded by: CTC 2.0 platelets}
  hb: {unit: g/dL, plausible: 1 to 25, valid for: 8 days, every: 7 days, graded by: CTC 2.0 haemoglobin}
rules:
  hold: {in: on treatment, when: "WHEN", must: hold, source: ours}
  start: {in: before treatment, when: always, must: start at high, source: ours}
  resume: {in: held, when: "not (WHEN)", must: resume at the same level, source: ours}
"""

SAID = """counts.yaml, graded by CTCAE 5.0

Asked otherwise
  grade(platelets) >= 4 (CTC 2.0 grade >= 4)
    was      platelets < 10
    becomes  platelets < 25
    in       rules hold, resume
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder with protocols that hold at a grade, and at a number that is one."""
    guards = {"counts": "grade(platelets) >= 4", "number": "platelets < 10", "hb": "grade(hb) >= 4"}
    for name, when in guards.items():
        (tmp_path / f"{name}.yaml").write_text(TEXT.replace("WHEN", when), encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def test_a_decision_that_changes_is_shown_on_a_course(capsys: Output) -> None:
    assert run(["verify", "counts.yaml", "--regrade", "ctcae v5"]) == 1
    said = capsys.readouterr().out
    assert said.startswith(SAID)
    assert "counts 1 (old) and counts 1, graded by CTCAE 5.0 (new) are different" in " ".join(said.split())
    assert "Holds where the old one does not\n  On day 7, with platelets 20 10*9/L, the old protocol" in said
    assert run(["verify", "counts.yaml", "--regrade", "CTCAE 5.0", "--exit-zero"]) == 0


def test_criteria_that_do_not_differ_change_nothing(capsys: Output) -> None:
    assert run(["verify", "counts.yaml", "--regrade", "CTCAE 6.0"]) == 0
    said = capsys.readouterr().out
    assert "counts.yaml, graded by CTCAE 6.0, unverified" in said
    assert "No decision changes: what is computed from a value is asked as before." in said


def test_a_number_is_a_grade_where_that_is_said(capsys: Output) -> None:
    assert run(["verify", "number.yaml", "--regrade", "CTCAE 5.0"]) == 0
    assert "--as-grades" in capsys.readouterr().out
    assert run(["verify", "number.yaml", "--regrade", "CTCAE 5.0", "--as-grades", "CTC 2.0"]) == 1
    assert "platelets < 10 (CTC 2.0 grade >= 4)\n    becomes  platelets < 25\n" in capsys.readouterr().out


def test_a_grade_that_the_new_criteria_do_not_have_leaves_it_open(capsys: Output) -> None:
    assert run(["verify", "hb.yaml", "--regrade", "CTCAE 5.0"]) == 1
    said = capsys.readouterr().out
    assert "input hb: CTCAE 5.0 has no grade 4 for a value of haemoglobin" in said
    assert "what the new criteria cannot say" in said


def test_json(capsys: Output) -> None:
    assert run(["verify", "counts.yaml", "hb.yaml", "--regrade", "CTCAE 5.0", "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["format"] == "protocol-regrade/1"
    counts, other = document["protocols"]
    assert (counts["spec"], counts["criteria"], counts["unverified"]) == ("counts.yaml", "CTCAE 5.0", "")
    assert counts["conditions"][0] == {
        "place": "rule hold", "asks": "grade(platelets) >= 4",
        "before": "platelets < 10", "after": "platelets < 25", "same": False,
        "grade": {"criteria": "CTC 2.0", "term": "platelets", "operator": ">=", "grade": 4, "exact": True},
    }  # fmt: skip
    assert {one["meaning"] for one in counts["difference"]["kinds"]} >= {"holds"}
    assert other["difference"] is None and other["kept"][0]["is_grade"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--regrade", "CTCAE 9"], "there are no criteria 'CTCAE 9'. Criteria: CTC 2.0, CTCAE 3.0"),
        (["--regrade", "CTCAE 5.0", "--as-grades", "WHO"], "there are no criteria 'WHO'"),
        (["--as-grades", "CTC 2.0"], "'--as-grades' needs '--regrade CRITERIA'"),
        (["--regrade", "CTCAE 5.0", "--property", "x"], "'--property' does not go with it"),
        (["--regrade", "CTCAE 5.0", "--certify", "proofs"], "'--certify' does not go with it"),
        (["--regrade", "CTCAE 5.0", "--format", "junit"], "one of the forms text, json"),
    ],
)
def test_what_cannot_be_asked_ends_with_2(options: list[str], why: str, capsys: Output) -> None:
    assert run(["verify", "counts.yaml", *options]) == 2
    assert why in capsys.readouterr().err
