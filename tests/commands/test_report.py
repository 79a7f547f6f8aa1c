"""The command that writes a replay as a page: what it writes, what it says, and what it says of mistakes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from protocol import cli

pytest.importorskip("jinja2", reason="jinja2 is not installed, so no page is written: extra 'report'")


def test_it_writes_one_page_and_says_what_is_in_it(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(("report", "small", "small/courses.md", "--out", "new/report.html")) == 0
    assert "with deviations" in capsys.readouterr().out
    assert [file.name for file in (desk / "new").iterdir()] == ["report.html"]
    assert "courses from courses.md" in (desk / "new" / "report.html").read_text(encoding="utf-8")


def test_figures_come_as_svg_and_png(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("vl_convert", reason="vl_convert is not installed, so nothing becomes PNG: extra 'report'")
    asked = ("report", "small", "small/courses.md", "--out", "report.html", "--figures", "figures", "--pages", "all")
    assert cli.run(asked) == 0
    names = {file.name for file in (desk / "figures").iterdir()}
    assert {"swimmer-all-subjects.svg", "swimmer-all-subjects.png", "doses.svg", "legend.png"} <= names
    assert len(names) % 2 == 0
    assert "figures as SVG and PNG" in capsys.readouterr().out


def test_a_group_is_an_input_of_the_protocol(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(("report", "small", "small/courses.md", "--out", "report.html", "--by", "platelet")) == 2
    assert "is not an input" in capsys.readouterr().err
    assert not (desk / "report.html").exists()


def test_figures_that_cannot_be_written_are_found_before_the_page_is(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("vl_convert", reason="vl_convert is not installed, so nothing becomes PNG: extra 'report'")
    (desk / "file").write_text("", encoding="utf-8")
    assert cli.run(("report", "small", "small/courses.md", "--out", "report.html", "--figures", "file/figures")) == 2
    assert "--figures 'file/figures' may not be written: file is no folder" in capsys.readouterr().err
    assert not (desk / "report.html").exists()


def test_a_place_that_cannot_be_written_is_said(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "file").write_text("", encoding="utf-8")
    assert cli.run(("report", "small", "small/courses.md", "--out", "file/report.html")) == 2
    assert "may not be written: file is no folder" in capsys.readouterr().err
    assert sorted(one.name for one in desk.iterdir()) == ["file", "small"]


def test_without_the_extra_it_says_what_to_install(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert cli.run(("report", "small", "small/courses.md", "--out", "report.html")) == 2
    assert "pip install 'dose-protocol[report]'" in capsys.readouterr().err
    assert not (desk / "report.html").exists()
