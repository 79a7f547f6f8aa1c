"""The command replay-table: what it prints, its exit codes, and how it is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from protocol import cli, courses, load
from tests.conftest import REPOSITORY
from tests.executors.in_buckets.visit_files import content, visits, written

pyarrow = pytest.importorskip("pyarrow", reason="files of visits need the extra 'bulk'")
pytest.importorskip("duckdb", reason="files of visits need the extra 'bulk'")
Output = pytest.CaptureFixture[str]


@pytest.fixture
def table(desk: Path) -> Path:
    return written(desk / "visits.parquet", visits(6))


def run(*arguments: str) -> int:
    return cli.run(["replay-table", "small", "visits.parquet", *arguments])


def test_it_says_what_was_decided_and_where_it_is(table: Path, capsys: Output) -> None:
    assert run("--out", "out", "--buckets", "2", "--workers", "1") == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("small 1.0 (fingerprint ")
    assert said[0].endswith(f": {len(visits(6))} visits of 6 patients, in 2 buckets.")
    assert said[1].startswith("Decisions: decided ")
    assert said[-1] == "The decisions are in out/decisions, what they rest on in out/manifest.json."
    assert {name for name in content(Path("out")) if not name.startswith("decisions/_")} == {
        "decisions/00000.parquet", "decisions/00001.parquet", "manifest.json", "run.json",
    }  # fmt: skip


def test_in_json_it_says_the_same(table: Path, capsys: Output) -> None:
    assert run("--out", "out", "--format", "json", "--follow", "recommended") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (found["format"], found["protocol"], found["files"]) == ("protocol-replay-table/1", "small", ["visits.parquet"])
    assert found["follow"] == "recommended"
    assert found["counts"]["visits"] == len(visits(6)) == sum(found["counts"]["status"].values())
    assert found["counts"]["deviation"] == {}


def test_what_depends_on_something_missing_is_no_deviation(desk: Path, capsys: Output) -> None:
    from protocol.adapters.to_visits_table import to_visits_table, write_parquet

    protocol_ = load("small")
    write_parquet(to_visits_table(courses("small/courses.md", protocol_), protocol_), desk / "visits.parquet")
    assert cli.run(["replay", "small", "small/courses.md"]) == run("--out", "out", "--workers", "1") == 0
    said = capsys.readouterr().out
    assert "depending on what is missing: 1; not permitted: 0.\n0 deviations, of 0 patients.\n1 visit not decidable: it" in said


def test_what_came_in_time_is_told_apart_from_what_never_came() -> None:
    from protocol.executors.in_buckets.bucket import counted

    verdicts = ["every", "none", "none", "some", None]
    counts = counted(
        pyarrow.table({"patient": list("aabbc")}),
        pyarrow.table({
            "patient": list("aabbc"), "verdict": verdicts, "deviation": [None, None, "hold missed", "not decidable", None],
            "refused": [0] * 5, "status": ["decided"] * 5, "action": ["hold"] * 5,
            **dict.fromkeys(("withheld", "silent", "assumed"), [False] * 5),
        }),
    )  # fmt: skip
    assert (counts.in_time, counts.deviations, counts.patients_with_deviations) == (1, 1, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "small"], "small: error R005: the folder holds something else: 'courses.md'"),
        (["--out", "out", "--memory", "much"], "'memory' is the text 'much'. Give a size such as '500MB' or '2GB'"),
        (["nothing.parquet", "--out", "out"], "nothing.parquet: error R001: cannot be read: "),
        (["small", "--out", "out"], "small: error R001: the folder holds no file with the ending .parquet"),
        (["small/courses.md", "--out", "out"], "small/courses.md: error R001: cannot be read: "),
        (["--out", "out", "--reading", "day-28=never"], "never"),
    ],
)
def test_what_cannot_be_used_is_said_once_and_exits_with_2(arguments: list[str], said: str, table: Path, capsys: Output) -> None:
    assert run(*arguments) == 2
    output = capsys.readouterr()
    assert said in output.err and output.out == "" and "Traceback" not in output.err


@pytest.mark.parametrize(("missing", "options", "extra"), [("duckdb", [], "bulk"), ("pyspark", ["--engine", "spark"], "spark")])
def test_without_its_libraries_it_says_what_to_install(
    missing: str, options: list[str], extra: str, table: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    from protocol.executors.in_buckets import replay_files

    monkeypatch.setattr(replay_files, "find_spec", lambda name: None if name == missing else object())
    assert run("--out", "out", *options) == 2
    assert capsys.readouterr().err.endswith(f"needs {missing}, which is not installed: pip install 'dose-protocol[{extra}]'\n")
    assert not Path("out").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_who_is_stopped_says_how_to_go_on(sign: signal.Signals, desk: Path) -> None:
    written(desk / "visits.parquet", visits(1500))
    command = [sys.executable, "-m", "protocol", "replay-table", "small", "visits.parquet", "--out", "out", "--workers", "1"]
    command += ["--buckets", "150"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        until = time.monotonic() + 30
        while not (desk / "out" / "run.json").exists() and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(sign)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (
        130, "Stopped. What was done is kept in 'out': run the same command again to go on.\n",
    )  # fmt: skip
