"""Bad input gives a message for each problem and exit code 2: no traceback, no crash, nothing half-written."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocol.cli import run
from tests.soak.readers import LONG, MARKDOWN, SMALL, WIDE
from tests.soak.readers import run as fuzz

PROTOCOLS = {
    "empty": (b"", "P007"),
    "only a comment": (b"# nothing\n", "P007"),
    "UTF-16": (SMALL.encode("utf-16"), "P010"),
    "Latin-1": ("# \u00e4\n".encode("latin-1") + SMALL.encode(), "P010"),
    "zero bytes": (b"\0" * 1000, "P008"),
    "too large": (b"a: b\n" * 300_000, "P002"),
    "nested deep": (b"[" * 100_000, "P003"),
    "aliases": (b"a: &a [1]\nb: [*a, *a]\n", "P004"),
    "a tag": (b"a: !!python/object/apply:os.system ['true']\n", "P005"),
    "a key twice": (SMALL.encode() + b"rules: {}\n", "P021"),
    "a unit of a laboratory": (SMALL.replace("10*9/L", "K/uL", 1).encode(), "P031"),
    "NaN": (SMALL.replace("0 to 100,", "nan to inf,").encode(), "P030"),
    "a negative duration": (SMALL.replace("8 days", "-8 days").encode(), "P029"),
    "a huge duration": (SMALL.replace("8 days", "9" * 30 + " days").encode(), "P029"),
    "a huge number": (SMALL.replace("1.0", "1" + "0" * 5000).encode(), "P030"),
    "a decimal comma": (SMALL.replace("1.0", "1,0").encode(), "P040"),
    "a guard that calls": (SMALL.replace("anc < 1.0", "__import__('os').system('true')").encode(), "P043"),
    "a guard that reaches into an object": (SMALL.replace("anc < 1.0", "anc.__class__").encode(), "P043"),
}

HEAD = "| elapsed | anc | platelets | given |\n|---|---|---|---|\n"
COURSES = {
    "empty.md": (b"", "C002"),
    "no-course.md": (b"# Nothing\n\ntext\n", "C002"),
    "no-visits.md": (f"## One\n\n{HEAD}".encode(), "C018"),
    "out-of-order.md": (f"## One\n\n{HEAD}| 28 | 2 | 200 | none |\n| 0 | 2 | 200 | none |\n".encode(), "C022"),
    "nan.md": (f"## One\n\n{HEAD}| 0 | NaN | inf | none |\n".encode(), "C030"),
    "ragged.md": (f"## One\n\n{HEAD}| 0 | 2 |\n".encode(), "C010"),
    "unknown-column.md": (b"## One\n\n| elapsed | ancc |\n|---|---|\n| 0 | 2 |\n", "C011"),
    "column-twice.md": (b"## One\n\n| elapsed | anc | anc |\n|---|---|---|\n| 0 | 2 | 2 |\n", "C012"),
    "no-dose.md": (f"## One\n\n{HEAD}| 0 | 2 | 200 | -100 mg every day |\n".encode(), "C033"),
    "long-line.md": (b"## One\n\n| elapsed |" + b"a" * 200_000 + b"|\n", "C004"),
    "utf-16.csv": (WIDE.encode("utf-16"), "C001"),
    "latin-1.csv": ("patient,elapsed,anc\nM\u00fcller,0,2\n".encode("latin-1"), "C001"),
    "semicolons.csv": (b"patient;elapsed;anc\n1;0;2,5\n", "C014"),
    "tabs.csv": (b"patient\telapsed\tanc\n1\t0\t2\n", "C014"),
    "open-quote.csv": (b'patient,elapsed,anc\n1,0,"2\n', "C005"),
    "no-patient.csv": (b"patient,elapsed,anc\n,0,2\n", "C018"),
    "far-away.csv": (b"patient,elapsed,anc\n1,99999999999999999999,2\n", "C020"),
    "thousands-of-problems.csv": (b"patient,elapsed,anc\n" + b"1,0,x\n" * 20_000, "C030"),
    "too-large.csv": (b"1,0,2.0,210,none\n" * 1_000_000, "C004"),
    "courses.txt": (MARKDOWN.encode(), "C001"),
}


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What a command prints that exits with 2, on one channel and without a traceback."""
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "Traceback" not in err
    assert err.count("\n  = ") >= err.count(": error ") > 0, "a problem does not say what would be right"
    return err


@pytest.mark.parametrize(("data", "code"), PROTOCOLS.values(), ids=PROTOCOLS)
def test_a_bad_protocol_is_refused_with_a_message(
    data: bytes, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "protocol.yaml").write_bytes(data)
    assert f"error {code}: " in refused(["check", str(tmp_path)], capsys)


@pytest.mark.parametrize(("name", "data", "code"), [(name, *rest) for name, rest in COURSES.items()], ids=COURSES)
def test_bad_courses_are_refused_with_a_message(
    name: str, data: bytes, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "protocol.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / name).write_bytes(data)
    assert f"error {code}: " in refused(["replay", str(tmp_path), str(tmp_path / name)], capsys)


@pytest.mark.parametrize("courses", [MARKDOWN, WIDE, LONG])
def test_what_is_changed_at_random_was_right_before(courses: str, tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(SMALL, encoding="utf-8")
    file = tmp_path / ("courses.md" if courses is MARKDOWN else "courses.csv")
    file.write_text(courses, encoding="utf-8")
    assert run(["replay", str(tmp_path), str(file)]) in (0, 1)


def test_a_thousand_problems_end_the_reading_and_fifty_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "protocol.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "courses.csv").write_bytes(b"patient,elapsed,anc\n" + b"1,0,x\n" * 20_000)
    said = refused(["replay", str(tmp_path), str(tmp_path / "courses.csv")], capsys)
    assert said.count(": error ") == 50
    assert said.endswith("And 950 more problems: C030 950 times.\n")


def test_inputs_changed_at_random_are_read_or_refused() -> None:
    report = fuzz("tests", 4_000)
    assert not report.wrong, "\n".join(report.shown)
    kinds = ("guard", "protocol", "amendment", "amended", "Markdown", "CSV", "document")
    assert {f"{kind} {outcome}" for kind in kinds for outcome in ("read", "refused")} == set(report.kinds)
