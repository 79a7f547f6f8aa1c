"""Where a command may write: a new file, or over an old one, but never over what it reads, nor in the place of a device."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from protocol.cli import run
from protocol.language.from_yaml import parse
from tests.hand_made import SPEC as COUNTS
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


# Reports, certificates and baselines of a verification: what is wrong with them is said before anything is searched

AMENDED = 'amends: small/protocol.yaml\nprotocol: amended\nversion: "2"\n'


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--report", "json", "small/protocol.yaml"], "'small/protocol.yaml' is a file that is read here"),
        (["--report", "junit", "small/courses.md"], "'small/courses.md' is a file that is read here"),
        (["--report", "sarif", "link.yaml"], "'link.yaml' is a file that is read here"),
        (["--report", "json", "small"], "'small' is a folder"),
        (["--report", "json", "nowhere/a.json"], "there is no folder nowhere"),
        (["--report", "json", "a", "--report", "junit", "./a"], "--report 'a' is given twice"),
        (["--baseline", "accepted.json", "--report", "json", "accepted.json"], "'accepted.json' is a file that is read here"),
        (["--baseline", "small/courses.md", "--write-baseline"], "--baseline 'small/courses.md' is a file that is read here"),
        (["--baseline", "nowhere/a.json", "--write-baseline"], "there is no folder nowhere"),
        (["--certify", "mine.csv/in"], "mine.csv is no folder"),
    ],
)
def test_verify_never_writes_over_what_it_reads(options: list[str], said: str, mine: Path, capsys: Output) -> None:
    desk = mine.parent
    os.symlink("small/protocol.yaml", desk / "link.yaml")
    (desk / "accepted.json").write_text("{}", encoding="utf-8")
    before = {file: file.read_bytes() for file in desk.rglob("*") if file.is_file()}
    assert run(["verify", "small", *options]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert {file: file.read_bytes() for file in desk.rglob("*") if file.is_file()} == before


def test_nor_over_what_an_amendment_amends(mine: Path, capsys: Output) -> None:
    (mine.parent / "amended.yaml").write_text(AMENDED, encoding="utf-8")
    assert run(["verify", "amended.yaml", "--report", "json", "small/protocol.yaml"]) == 2
    assert "is a file that is read here" in capsys.readouterr().err
    assert (mine.parent / "small" / "protocol.yaml").read_text(encoding="utf-8") == SPEC


def test_nor_over_a_protocol_that_is_called_like_a_certificate(mine: Path, capsys: Output) -> None:
    asking = parse(COUNTS)
    spec = mine.parent / f"{asking.name}-{asking.properties[0].name}.smt2"
    spec.write_text(COUNTS, encoding="utf-8")
    assert run(["verify", spec.name, "--certify", "."]) == 2
    assert "is a file that is read here" in capsys.readouterr().err
    assert spec.read_text(encoding="utf-8") == COUNTS
