"""The command `diff`: its forms and exit codes, and the patients of a file who would be treated differently."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from protocol.cli import run
from tests.verification.small import COURSES, TEXT

Output = pytest.CaptureFixture[str]

SAID = """No longer holds (1 of 2)
  On day 7, with anc 0.9 10*9/L, the old protocol holds 100 mg every day; the new one goes on with
      100 mg every day.
  Old: rule hold
  New: no rule applies

| elapsed | anc | old | new |
| --- | --- | --- | --- |
| 0 | 3 | start at 100 mg every day | start at 100 mg every day |
| 7 | 0.9 | hold | continue |
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder with two versions of the protocol `counts`, and courses of the first one."""
    other = TEXT.replace("version: 1", "version: 2").replace('"anc < 1"', '"anc < 0.8"')
    for name, text in (("old", TEXT), ("new", other), ("same", TEXT.replace("full", "whole"))):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "courses.md").write_text(COURSES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def test_protocols_that_are_equivalent_end_with_0(capsys: Output) -> None:
    assert run(["diff", "old.yaml", "same.yaml"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith("counts 1 (old, old.yaml) and counts 1 (new, same.yaml) are equivalent: they decide the same of every")
    assert "dose full: only in the old one (100 mg every day)" in said


def test_protocols_that_differ_end_with_1_and_show_the_patient(capsys: Output) -> None:
    assert run(["diff", "old.yaml", "new.yaml"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("counts 1 (old) and counts 2 (new) are different, in 2 kinds: no longer holds.\n") and SAID in said
    assert run(["diff", "old.yaml", "new.yaml", "--exit-zero"]) == 0


def test_patients_of_a_file_who_are_treated_differently(capsys: Output) -> None:
    assert run(["diff", "old.yaml", "new.yaml", "--courses", "courses.md"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "Treated differently in courses.md: 1 of 1 patient Held and back: no longer holds. On day 7 the old protocol" in said
    assert run(["diff", "old.yaml", "same.yaml", "--courses", "courses.md"]) == 0


def test_json_and_markdown(capsys: Output) -> None:
    assert run(["diff", "old.yaml", "new.yaml", "--courses", "courses.md", "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["format"], document["equivalent"]) == ("protocol-diff/1", False)
    first = document["kinds"][0]
    assert first["shortest"] and [note.split(",")[0] for note in document["notes"]] == [
        "a value is exact or unknown",
        "what is permitted only for some of the values that something missing can have is not compared",
    ]
    assert (first["meaning"], first["old"][-1]["rule"], first["new"][-1]["action"]) == ("no longer holds", "hold", "continue")
    assert (first["old"][-1]["rests_on"], first["new"][-1]["rests_on"]) == ("rule hold", "no rule applies")
    assert first["permits"] is None and first["old"][-1]["lowered_by"] == ""
    assert document["courses"]["treated"][0]["course"] == "Held and back"
    assert run(["diff", "old.yaml", "new.yaml", "--format", "markdown"]) == 1
    assert "\n## No longer holds\n\nOn day 7, with anc 0.9 10*9/L, " in capsys.readouterr().out


def test_json_says_what_only_one_of_the_two_permits(capsys: Output) -> None:
    Path("five.yaml").write_text(TEXT.replace('"anc >= 4"', '"anc >= 5"'), encoding="utf-8")
    assert run(["diff", "old.yaml", "five.yaml", "--format", "json"]) == 1
    (first,) = json.loads(capsys.readouterr().out)["kinds"]
    assert first["permits"] == {"old": ["raise to 100 mg every day"], "new": [], "both": []}
    assert first["old"][-1]["rests_on"] == "no rule applies. Beside it rule raise permits to raise to 100 mg every day"


def test_what_was_not_finished_ends_with_1(capsys: Output) -> None:
    assert run(["diff", "old.yaml", "same.yaml", "--limit", "2"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "and none is ruled out" in said and "Not all of it was seen: there are more than 2 pairs of states" in said
    assert run(["diff", "old.yaml", "same.yaml", "--limit", "1"]) == 1
    assert "Not all of it was seen: there are more than 1 pair of states" in " ".join(capsys.readouterr().out.split())


def test_input_that_cannot_be_used(capsys: Output) -> None:
    for arguments in (["nowhere", "old.yaml"], ["old.yaml", "new.yaml", "--every", "soon"]):
        assert run(["diff", *arguments]) == 2
    Path("unit.yaml").write_text(TEXT.replace("10*9/L", "/uL"), encoding="utf-8")
    assert run(["diff", "old.yaml", "unit.yaml"]) == 2
    assert "Give one of the two another name" in capsys.readouterr().err
