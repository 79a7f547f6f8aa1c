"""Where a command may write: a new file, or over an old one, but never over what it reads, nor in the place of a device."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from protocol.cli import run
from tests.test_cli import SPEC

SAMPLE = Path(__file__).parent.parent / "adapters" / "mapped" / "sample"
Output = pytest.CaptureFixture[str]
COURSES = "patient,elapsed,given\np1,0,none\n"
REPLAY = ("replay", "small", "mine.csv", "--deviations")
REPORT = ("report", "small", "mine.csv", "--out")


@pytest.fixture
def mine(desk: Path) -> Path:
    """A file of courses that nobody wants to lose."""
    (desk / "mine.csv").write_text(COURSES, encoding="utf-8")
    os.symlink("mine.csv", desk / "link.csv")
    return desk / "mine.csv"


@pytest.mark.parametrize(("command", "file"), [(REPLAY, "mine.csv"), (REPLAY, "link.csv"), (REPORT, "./mine.csv")])
def test_the_courses_are_never_written_over(command: tuple[str, ...], file: str, mine: Path, capsys: Output) -> None:
    pytest.importorskip("jinja2", reason="jinja2 is not installed, so no page is written: extra 'report'")
    assert run((*command, file)) == 2
    assert "is a file that is read here, and would be lost: give another one" in capsys.readouterr().err
    assert mine.read_text(encoding="utf-8") == COURSES


def test_nor_is_the_protocol(mine: Path, capsys: Output) -> None:
    pytest.importorskip("jinja2", reason="jinja2 is not installed, so no page is written: extra 'report'")
    assert run((*REPORT, "small/protocol.yaml")) == 2
    assert "small/protocol.yaml' is a file that is read here" in capsys.readouterr().err
    assert (mine.parent / "small" / "protocol.yaml").read_text(encoding="utf-8") == SPEC


def test_nor_is_a_table_that_a_mapping_reads(tmp_path: Path, capsys: Output) -> None:
    study = tmp_path / "study"
    shutil.copytree(SAMPLE, study)
    table = next(iter(study.glob("*.csv")))
    before = table.read_bytes()
    assert run(("replay", str(study), str(study / "sample.mapping.yaml"), "--data", str(study), "--deviations", str(table))) == 2
    assert "is a file that is read here" in capsys.readouterr().err
    assert table.read_bytes() == before


def test_what_is_no_regular_file_stays_what_it_is(mine: Path, capsys: Output) -> None:
    pytest.importorskip("jinja2", reason="jinja2 is not installed, so no page is written: extra 'report'")
    pipe = mine.parent / "pipe.csv"
    os.mkfifo(pipe)
    for command in (REPLAY, REPORT):
        assert run((*command, "pipe.csv")) == 2
        assert "'pipe.csv' is no regular file: give a file that is to be written" in capsys.readouterr().err
    assert pipe.is_fifo()
    (mine.parent / "folder.csv").mkdir()
    assert run((*REPLAY, "folder.csv")) == 2
    assert "'folder.csv' is a folder" in capsys.readouterr().err


def test_an_output_without_a_name_is_a_mistake(mine: Path, capsys: Output) -> None:
    pytest.importorskip("jinja2", reason="jinja2 is not installed, so no page is written: extra 'report'")
    assert run((*REPORT, "")) == 2
    assert "names no file" in capsys.readouterr().err


def test_a_name_that_no_file_of_xml_may_hold_is_drawn_all_the_same(mine: Path, capsys: Output) -> None:
    pytest.importorskip("jinja2", reason="jinja2 is not installed, so no page is written: extra 'report'")
    pytest.importorskip("vl_convert", reason="vl_convert is not installed, so nothing becomes PNG: extra 'report'")
    mine.write_text(COURSES.replace("p1", "\x1b[31mred"), encoding="utf-8")
    assert run((*REPORT, "r.html", "--figures", "figures", "--pages", "all")) == 0
    assert all("\x1b" not in one.read_text(encoding="utf-8") for one in mine.parent.glob("figures/*.svg"))
