"""A protocol of a family, an amendment beside protocol.yaml, is used by every command as any other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from protocol.cli import cli, run
from protocol.language import shipped

Output = pytest.CaptureFixture[str]

AMENDMENT = """protocol: small
version: "2.0"
amends: protocol.yaml
rules:
  hold-cytopenia:
    in: on treatment
    when: "anc < 0.5 or platelets < 50"
    must: hold
    source: label, table of dose adjustments
"""
COURSES = """\
## Low counts are borne

| elapsed | anc | platelets | given | expect action |
|---|---|---|---|---|
| 0 | 4.2 | 210 | starting | start |
| 7 | 0.8 | 160 | starting | continue |
"""


@pytest.fixture
def family(desk: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a family that is shipped: `small` and `small/2-borne`."""
    folder = desk / "package" / "specs" / "small"
    folder.parent.mkdir(parents=True)
    (desk / "small").rename(folder)
    (folder / "2-borne.yaml").write_text(AMENDMENT, encoding="utf-8")
    (folder / "2-borne.courses.md").write_text(COURSES, encoding="utf-8")
    monkeypatch.setattr(shipped, "_PACKAGE", desk / "package")
    return folder


@pytest.mark.usefixtures("family")
def test_each_is_tested_by_its_own_courses(capsys: Output) -> None:
    assert run(["test", "small"]) == 0
    assert run(["test", "small/2-borne"]) == 0
    said = capsys.readouterr().out
    assert said.count("Raised at four weeks") == said.count("Low counts are borne") == 1


def test_a_path_means_the_same_as_the_name(family: Path, capsys: Output) -> None:
    said = []
    for spec in ("small/2-borne", str(family / "2-borne.yaml")):
        assert run(["check", spec]) in (0, 1)
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] and said[0].startswith("small 2.0, fingerprint ")


def test_a_decision_is_explained_and_a_course_replayed(family: Path, capsys: Output) -> None:
    assert run(["why", "small/2-borne:low", "7"]) == 0
    assert run(["replay", "small/2-borne", str(family / "2-borne.courses.md")]) == 0
    assert run(["why", "small:low", "7"]) == 2
    said = capsys.readouterr()
    assert said.out.startswith("small 2.0, Low counts are borne\n")


def test_what_a_file_amends_is_told(family: Path, capsys: Output) -> None:
    (family / "3.yaml").write_text('protocol: small\nversion: "3.0"\namends: 2-borne.yaml\n', encoding="utf-8")
    assert run(["check", "small", "small/2-borne", "small/3"]) == 0
    said = [line.strip() for line in capsys.readouterr().out.splitlines() if "mends" in line]
    assert said == ["Amends protocol.yaml.", "Amends 2-borne.yaml, which amends protocol.yaml."]
    assert run(["check", "small", "small/3", "--format", "json"]) == 0
    assert [one["amends"] for one in json.loads(capsys.readouterr().out)["protocols"]] == [[], ["2-borne.yaml", "protocol.yaml"]]


@pytest.mark.usefixtures("family")
def test_the_canonical_text_is_the_whole(capsys: Output) -> None:
    assert run(["show", "small/2-borne", "--canonical"]) == 0
    text = capsys.readouterr().out
    assert "amends" not in text and "resume-after-cytopenia:" in text and '"anc < 0.5 or platelets < 50"' in text


@pytest.mark.usefixtures("family")
def test_it_is_listed_behind_the_first_of_its_family_and_completed(capsys: Output) -> None:
    assert run(["list", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["protocols"]
    assert [(one["name"], one["version"], one["courses"]) for one in found] == [("small", "1.0", 1), ("small/2-borne", "2.0", 1)]
    shell = ShellComplete(cli, {}, "protocol", "_PROTOCOL_COMPLETE")
    assert [item.value for item in shell.get_completions(["check"], "small/")] == ["small/", "small/2-borne"]
    assert [item.value for item in shell.get_completions(["why"], "small/2-borne:")] == ["small/2-borne:low-counts-are-borne"]


@pytest.mark.usefixtures("family")
def test_what_may_not_be_relied_on_is_shown_of_all_shipped_protocols(capsys: Output) -> None:
    assert run(["show", "--unverified"]) == 0
    said = capsys.readouterr().out
    assert "# small 1.0\n" in said and "# small 2.0\n" in said and said.count("could, or were") == 2


@pytest.mark.usefixtures("family")
def test_a_misspelled_member_is_told_with_the_right_one(capsys: Output) -> None:
    assert run(["check", "small/2-born"]) == 2
    assert "did you mean 'small/2-borne'?  Shipped protocols: small, small/2-borne" in capsys.readouterr().err


def test_a_protocol_without_courses_of_its_own_says_which_file_to_write(family: Path, capsys: Output) -> None:
    (family / "2-borne.courses.md").unlink()
    assert run(["test", "small/2-borne"]) == 2
    assert "2-borne.courses.md" in capsys.readouterr().err
