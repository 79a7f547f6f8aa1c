"""The commands as somebody runs them: what they print and their exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from protocol import cli
from protocol.adapters.selection import pair
from protocol.errors import NotationError

SPEC = """\
protocol: small
version: "1.0"
title: A protocol for tests
drug: imatinib
time: days
sources:
  label: US prescribing information
  cortes2003: {cite: "Blood 2003;101:4714-4716", unverified: only the abstract was read}
doses:
  starting: 100 mg every day
  escalated: 400 mg every day
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  platelets: {unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days}
  response: {choice: [none, partial, complete], valid for: 7 days}
interpretations:
  day-28:
    question: Is day 28 elapsed or a study day?
    chosen: elapsed
    readings:
      elapsed: {means: 28 days after the first dose, guard: "time since start >= 28 days"}
      study-day: {means: 27 days after the first dose, guard: "time since start >= 27 days", unverified: nobody says so}
otherwise: {on treatment: continue, held: continue, before treatment: continue}
rules:
  start:
    in: before treatment
    when: "anc >= 1.5 and platelets >= 75"
    must: start at starting
    source: label
  hold-cytopenia:
    in: on treatment
    when: "anc < 1.0 or platelets < 50"
    must: hold
    source: label, table of dose adjustments
    says: Below these counts the drug is stopped until they have recovered.
  resume-after-cytopenia:
    in: held by hold-cytopenia
    when: "anc >= 1.5 and platelets >= 75"
    must: resume at the same level
    source: label, table of dose adjustments
  escalate-no-response:
    in: on treatment at starting
    when: "response is none and day-28"
    may: escalate
    source: cortes2003, p. 4714, Study design
    unverified: could, or were
"""
RAISED = """\
## Raised at four weeks

| elapsed | anc | platelets | response | given | expect action | expect dose | expect permitted | expect may |
|---|---|---|---|---|---|---|---|---|
| 0 | 4.2 | 210 | | starting | start | starting | every | - |
| 28 | 3.9 | | none | escalated | continue | escalated | some: platelets | - |
| 35 | 0.8 | 160 | | none | hold | none | every | |

"""
MISSED = """\
## Not stopped

| elapsed | anc | platelets | given | expect action |
|---|---|---|---|---|
| 0 | 4.2 | 210 | starting | start |
| 7 | 0.4 | 5 kg | starting | hold |
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "protocol.yaml").write_text(SPEC)
    (folder / "courses.md").write_text(RAISED)
    return folder


@pytest.fixture
def missed(spec: Path) -> Path:
    file = spec / "missed.md"
    file.write_text(MISSED)
    return file


def run(*arguments: object) -> int:
    return cli.run([str(argument) for argument in arguments])


Output = pytest.CaptureFixture[str]


def test_check_says_what_is_open_and_unverified(spec: Path, capsys: Output) -> None:
    assert run("check", spec) == 0
    text = capsys.readouterr().out
    assert text.startswith("small 1.0, fingerprint ")
    assert "4 rules, 3 inputs and 2 levels" in text
    assert "Findings: none" in text
    assert "Chosen: elapsed" in text
    assert "source cortes2003: only the abstract was read (rules that rest on it: escalate-no-response)" in text
    assert "rule escalate-no-response: could, or were" in text


def test_check_exits_with_1_on_a_finding(spec: Path, capsys: Output) -> None:
    file = spec / "protocol.yaml"
    file.write_text(SPEC.replace("interpretations:", "  rash: {yes or no, valid for: 8 days}\ninterpretations:"))
    assert run("check", file) == 1
    assert "finding F" in capsys.readouterr().out


PROPERTIES = """properties:
  no-hold: {never: "hold while was on treatment at escalated"}
  known-to-fail: {never: "hold", expect: fails}
"""


def test_check_counts_properties_and_says_that_they_are_not_proved(spec: Path, capsys: Output) -> None:
    (spec / "protocol.yaml").write_text(SPEC + PROPERTIES)
    assert run("check", spec) == 0
    text = capsys.readouterr().out
    assert "Properties: 2, read and checked for sense; none of them is proved" in text
    assert "known-to-fail (expected to fail)" in text


def test_test_fails_on_a_course_that_breaks_a_property(spec: Path, capsys: Output) -> None:
    (spec / "protocol.yaml").write_text(SPEC + PROPERTIES)
    assert run("test", spec) == 1
    text = capsys.readouterr().out
    assert "failed  Raised at four weeks (11 expectations)\n" in text
    place = f"  {spec / 'courses.md'}:"
    assert any(
        line.startswith(place) and "day 35: property no-hold does not hold: never hold" in line for line in text.split("\n")
    )
    assert "    was on treatment at escalated (400 mg every day): hold by hold-cytopenia, then held, last at escalated" in text
    assert "1 course: 0 ok, 1 failed" in text
    assert "Properties: 2, judged at 3 of 3 visits; 1 broken there. That proves none of them." in text


@pytest.mark.parametrize(
    ("claim", "course", "said"),
    [
        ("hold", "Raised at four weeks", ""),
        (
            "hold",
            "Raised at 4 weeks",
            "course 'Raised at 4 weeks', and none under the chosen readings is called so; did you mean",
        ),
        (
            "stop",
            "Raised at four weeks",
            "property known-to-fail is expected to fail here, and no visit shows that it does: never stop",
        ),
    ],
)
def test_what_is_expected_to_fail_has_to_fail_on_its_course(
    spec: Path, capsys: Output, claim: str, course: str, said: str
) -> None:
    known = f'properties: {{known-to-fail: {{never: "{claim}", expect: fails, course: {course}}}}}\n'
    (spec / "protocol.yaml").write_text(SPEC + known)
    assert run("test", spec) == bool(said)
    text = capsys.readouterr().out
    assert said in text and ("failed  " in text) is bool(said)


def test_visits_after_a_dose_that_nothing_permits_are_not_judged_and_that_is_said(spec: Path, capsys: Output) -> None:
    (spec / "protocol.yaml").write_text(SPEC + PROPERTIES)
    courses = spec / "courses.md"
    courses.write_text(
        courses.read_text().replace("| 28 | 3.9 | | none | escalated |", "| 28 | 3.9 | 200 | partial | escalated |")
    )
    run("test", spec)
    said = "judged at 2 of 3 visits; not after a dose that no value of what is missing permits; 0 broken there."
    assert said in capsys.readouterr().out


def test_why_says_what_would_end_a_hold(spec: Path, capsys: Output) -> None:
    held = "\n## Held\n\n| elapsed | anc | platelets |\n|---|---|---|\n| 0 | 2 | 100 |\n| 7 | 0.5 | 100 |\n| 14 | 0.9 | 100 |\n"
    (spec / "courses.md").write_text(held)
    assert run("why", f"{spec}:held", "14") == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "What would end the hold hold-cytopenia: resume-after-cytopenia is not true: anc >= 1.5 and platelets >= 75" in text
    assert "(anc 0.9 10*9/L, measured on day 14; platelets 100 10*9/L, measured on day 14)" in text


def test_test_passes_what_is_as_expected(spec: Path, capsys: Output) -> None:
    assert run("test", spec) == 0
    text = capsys.readouterr().out
    assert "ok      Raised at four weeks (11 expectations)" in text
    assert "1 course: 1 ok, 0 failed; 11 expectations: 11 met, 0 not" in text
    assert "Rows read: 3, of them 3 used and 0 blank; headings without a table: 0." in text


def test_test_says_where_and_what_differs(spec: Path, capsys: Output) -> None:
    (spec / "courses.md").write_text(RAISED.replace("| none | hold |", "| none | stop |"))
    assert run("test", spec) == 1
    text = capsys.readouterr().out
    assert "failed  Raised at four weeks (1 of 11 expectations)" in text
    line = (spec / "courses.md").read_text().splitlines()[6]
    assert f"courses.md:7:{line.index('stop') + 1}: day 35: action: expected stop, got hold" in text


def test_test_reads_every_file_of_courses(spec: Path, missed: Path, capsys: Output) -> None:
    missed.rename(spec / "courses-more.md")
    assert run("test", spec) == 0
    assert "2 courses: 2 ok" in capsys.readouterr().out


def test_test_runs_under_the_readings_that_a_file_names(spec: Path, capsys: Output) -> None:
    text = RAISED.replace("| 28 |", "| 27 |")
    (spec / "courses.md").write_text(text)
    assert run("test", spec) == 1
    (spec / "courses.md").write_text("Readings: day-28=study-day\n\n" + text)
    assert run("test", spec) == 0


def test_test_without_courses_is_unusable(spec: Path, capsys: Output) -> None:
    (spec / "courses.md").unlink()
    assert run("test", spec) == 2
    assert "has no courses" in capsys.readouterr().err


def test_coverage_is_printed_on_request(spec: Path, capsys: Output) -> None:
    courses = spec / "courses.md"
    header = "| elapsed | anc | platelets | expect dose | expect rule | expect status |\n|---|---|---|---|---|---|\n"
    courses.write_text(f"{courses.read_text()}\n## Begun\n\n{header}| 0 | 2 | 100 | starting | start | decided |\n")
    assert run("test", spec, "--coverage") == 0
    text = capsys.readouterr().out
    assert "Coverage, of 1 of 4 visits, those that expect dose, rule and status:" in text
    assert "rule: 1 of 4" in text
    assert "not reached: rule resume-after-cytopenia" in text
    assert text.endswith("not reached: level escalated\n"), "levels come last"


def test_coverage_says_which_columns_it_needs(spec: Path, capsys: Output) -> None:
    assert run("test", spec, "--coverage") == 0
    text = capsys.readouterr().out
    assert text.endswith(
        "Coverage: 0 of 3 visits expect dose, rule and status; only those count: "
        "add the columns expect dose, expect rule, expect status\n"
    )
    assert "not reached" not in text


def test_replay_counts_and_exits_with_0_without_deviations(spec: Path, capsys: Output) -> None:
    assert run("replay", spec, spec / "courses.md") == 0
    text = capsys.readouterr().out
    assert "1 course, 3 visits, 3 dose changes given, 0 deviations, 0 refused readings." in text
    assert "Dose changes permitted whatever is missing: 2; depending on what is missing: 1; not permitted: 0." in text


def test_replay_exits_with_1_on_a_deviation(spec: Path, missed: Path, capsys: Output) -> None:
    assert run("replay", spec, missed) == 1
    text = capsys.readouterr().out
    said = " ".join(text.split())
    assert "refused: platelets (" in said
    assert "); given 100 mg every day: DEVIATION, hold missed." in said


@pytest.fixture
def late(spec: Path) -> Path:
    file = spec / "late.md"
    header = "| elapsed | anc | platelets | recorded | given |\n|---|---|---|---|---|\n"
    rows = "| 0 | 4.2 | 210 | | starting |\n| 7 | 4.0 | 190 | | starting |\n| 7 | | 5 kg | 9 | |\n| 14 | 4.0 | 200 | | |\n"
    file.write_text(f"## Late\n\n{header}{rows}")
    return file


def test_a_refused_reading_that_was_recorded_later_is_told_in_every_form(spec: Path, late: Path, capsys: Output) -> None:
    assert run("replay", spec, late) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "day 7, recorded on day 9 and refused: platelets 5 kg" in text
    assert "1 refused reading." in text
    assert run("replay", spec, late, "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [bool(row["refused later"]) for row in rows] == [False, True, False]
    assert run("replay", spec, late, "--format", "json") == 0
    assert "kg" in {refusal["observation"]["unit"] for refusal in json.loads(capsys.readouterr().out)[0]["refused"]}


def test_why_tells_of_a_refused_reading_at_the_visit_it_was_observed_at(spec: Path, late: Path, capsys: Output) -> None:
    for time, told in (("7", True), ("14", False)):
        assert run("why", f"{spec}:late", time, "--courses", late) == 0
        assert ("recorded on day 9 and refused" in capsys.readouterr().out) is told


def test_replay_of_named_courses_only(spec: Path, capsys: Output) -> None:
    both = spec / "both.md"
    both.write_text(RAISED + MISSED)
    assert run("replay", spec, both, "--course", "Raised") == 0
    assert "Not stopped" not in capsys.readouterr().out
    assert run("replay", spec, both, "--course", "nobody") == 2


def test_replay_writes_csv_and_json(spec: Path, capsys: Output) -> None:
    assert run("replay", spec, spec / "courses.md", "--format", "csv") == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert run("replay", spec, spec / "courses.md", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)[0]["course"] == "Raised at four weeks"


def test_replay_reads_csv(spec: Path, capsys: Output) -> None:
    (spec / "a.csv").write_text("patient,elapsed,anc,platelets,given\nP1,0,4.2,210,starting\n")
    assert run("replay", spec, spec / "a.csv") == 0
    assert "P1" in capsys.readouterr().out


def test_another_reading_of_an_open_question_changes_the_verdict(spec: Path, capsys: Output) -> None:
    early = spec / "early.md"
    early.write_text(RAISED.replace("| 28 | 3.9 | |", "| 27 | 3.9 | 200 |"))
    assert run("replay", spec, early) == 1
    assert run("replay", spec, early, "--reading", "day-28=study-day") == 0


@pytest.mark.parametrize("reading", ["day-28", "day-27=elapsed", "day-28=eventually"])
def test_an_unknown_reading_is_unusable(reading: str, spec: Path, capsys: Output) -> None:
    assert run("replay", spec, spec / "courses.md", "--reading", reading) == 2
    assert capsys.readouterr().err


def test_why_explains_one_visit(spec: Path, capsys: Output) -> None:
    assert run("why", f"{spec}:raised", "35") == 0
    text = capsys.readouterr().out
    assert "Rule hold-cytopenia\n  Source: label, table of dose adjustments (US prescribing information)" in text
    assert "anc        0.8 10*9/L, measured on day 35" in text


def test_why_reads_another_file_of_courses(spec: Path, missed: Path, capsys: Output) -> None:
    assert run("why", f"{spec}:not-stopped", "1 week", "--courses", missed) == 0
    assert "'kg'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("course", "time", "says"),
    [
        ("raised", "8", "Visits: day 0, day 28, day 35."),
        ("raised", "-7", "Visits: day 0"),
        ("raised", "soon", "'soon' is not a time"),
        ("nobody", "0", "no course begins with 'nobody'"),
    ],
)
def test_why_of_what_is_not_there_is_unusable(course: str, time: str, says: str, spec: Path, capsys: Output) -> None:
    assert run("why", f"{spec}:{course}", time) == 2
    assert says in capsys.readouterr().err


def test_why_of_several_courses_lists_them(spec: Path, capsys: Output) -> None:
    (spec / "courses.md").write_text(RAISED + RAISED.replace("four", "five"))
    assert run("why", f"{spec}:raised", "28") == 2
    assert "Raised at four weeks; Raised at five weeks" in capsys.readouterr().err


def test_why_without_a_course_is_unusable(spec: Path, capsys: Output) -> None:
    assert run("why", spec, "28") == 2
    assert "does not say which course" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("check", "nowhere"), ("test", "nowhere"), ("replay", "nowhere", "a.md"), ("why", "nowhere:a", "1")]
)
def test_a_spec_that_is_not_there_is_unusable(arguments: tuple[str, ...], capsys: Output) -> None:
    assert run(*arguments) == 2
    assert "nowhere" in capsys.readouterr().err


def test_bad_courses_are_unusable_and_say_where(spec: Path, capsys: Output) -> None:
    (spec / "courses.md").write_text(RAISED.replace("platelets", "plateletes"))
    assert run("test", spec) == 2
    assert "courses.md:3:19: error C011: unknown column 'plateletes'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "test", "replay", "why"])
def test_every_help_has_an_example(command: str, capsys: Output) -> None:
    assert run(command, "--help") == 0
    assert f"Example: protocol {command} " in capsys.readouterr().out


def test_the_example_reading_of_the_help_exists(capsys: Output) -> None:
    import protocol

    assert run("replay", "--help") == 0
    found = re.search(r"--reading\s+([a-z-]+)=([a-z-]+)", capsys.readouterr().out)
    assert found is not None
    assert protocol.load("imatinib-hes").with_reading(*found.groups())
    with pytest.raises(NotationError, match="=".join(found.groups())):
        pair("nothing")


@pytest.mark.parametrize("resolution", ["hours", "weeks"])
def test_a_visit_is_found_by_the_time_that_is_printed(resolution: str, spec: Path, capsys: Output) -> None:
    (spec / "protocol.yaml").write_text(SPEC.replace("time: days", f"time: {resolution}"))
    (spec / "courses.md").write_text(RAISED.replace("| 28 |", "| 28 days |").replace("| 35 |", "| 35 to 36 days |"))
    assert run("why", f"{spec}:raised", "1000") == 2
    listed = capsys.readouterr().err.partition("Visits: ")[2].partition(".")[0].split(", ")
    assert listed == ["day 0", "day 28", "day 35 to day 36"]
    assert [run("why", f"{spec}:raised", time) for time in listed] == [0, 0, 0]


def test_version_is_said(capsys: Output) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out.startswith("protocol")


def test_a_fault_is_one_sentence_and_no_traceback(spec: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(spec: str) -> None:
        raise RuntimeError("wheels off\nsecond line")

    monkeypatch.setattr("protocol.language.shipped.load", broken)
    monkeypatch.delenv("PROTOCOL_TRACEBACK", raising=False)
    assert run("check", spec) == 3
    said = capsys.readouterr().err
    assert said.startswith("This is a fault of the program (RuntimeError: wheels off)")
    assert said.count("\n") == 1
    monkeypatch.setenv("PROTOCOL_TRACEBACK", "1")
    with pytest.raises(RuntimeError):
        run("check", spec)


def _process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "protocol", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env={**os.environ, **environment}, check=False)


needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")


@needs_full
@pytest.mark.parametrize("form", ["text", "json"])
def test_output_that_finds_no_room_is_no_fault_of_the_program(form: str, spec: Path) -> None:
    command = [sys.executable, "-m", "protocol", "replay", str(spec), str(spec / "courses.md"), "--format", form]
    with open("/dev/full", "w") as full:
        found = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (found.returncode, found.stderr) == (2, b"The output cannot be written: No space left on device.\n")


@needs_full
def test_a_complaint_that_finds_no_room_keeps_the_exit_code() -> None:
    for spec in ("nowhere", "--nothing"):
        with open("/dev/full", "w") as full:
            assert subprocess.run([sys.executable, "-m", "protocol", "check", spec], stderr=full, check=False).returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell that closes a stream")
def test_closed_output_is_no_fault_of_the_program(spec: Path) -> None:
    for closed, said in ((">&-", b"The output cannot be written: standard output is closed.\n"), (">&- 2>&-", b"")):
        command = ["sh", "-c", f'exec "$0" -m protocol check "$1" {closed}', sys.executable, str(spec)]
        found = subprocess.run(command, stderr=subprocess.PIPE, check=False)
        assert (found.returncode, found.stderr) == (2, said)


def test_piped_output_is_plain(spec: Path) -> None:
    found = _process("replay", spec, spec / "courses.md")
    assert (found.returncode, b"\x1b" in found.stdout) == (0, False)


def test_output_in_a_narrow_encoding_does_not_fail(spec: Path) -> None:
    (spec / "courses.md").write_text(RAISED.replace("weeks", "weeks \u2264 Zo\u00eb"), encoding="utf-8")
    found = _process("test", spec, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (found.returncode, found.stderr) == (0, b"")


def test_a_broken_pipe_is_quiet(spec: Path) -> None:
    many = spec / "many.csv"
    many.write_text("patient,elapsed,anc,platelets\n" + "".join(f"P{number},0,4,200\n" for number in range(2000)))
    command = [sys.executable, "-m", "protocol", "replay", str(spec), str(many)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


def test_checking_imports_nothing_heavy(spec: Path) -> None:
    script = f"import sys; from protocol.cli import run; run(['check', {str(spec)!r}]); print(sorted(sys.modules))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    modules = found.stdout.splitlines()[-1]
    assert not any(f"'{name}'" in modules for name in ("rich", "hypothesis", "numpy", "pyarrow", "transitions"))
    assert {name for name in cli.COMMANDS if f"'protocol.commands.{name}'" in modules} == {"check"}


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_a_file_a_one_line_help_and_an_example(name: str, capsys: Output) -> None:
    assert run(name, "--help") == 0
    assert "Example: protocol " in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_shows_colours_unless_told_not_to(environment: dict[str, str], coloured: bool, spec: Path) -> None:
    import pty

    outer, inner = pty.openpty()
    variables = (
        {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm-256color"} | environment
    )
    command = [sys.executable, "-m", "protocol", "test", str(spec)]
    assert subprocess.run(command, stdout=inner, stderr=inner, env=variables, check=False).returncode == 0
    os.close(inner)
    shown = os.read(outer, 100_000)
    os.close(outer)
    assert (b"\x1b[" in shown) is coloured
