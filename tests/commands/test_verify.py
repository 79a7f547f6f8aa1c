"""The command `verify`: its forms, its exit codes, its baseline; what it is asked is searched once, and never without a word."""

from __future__ import annotations

import io
import json
import re
import signal
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

from protocol.adapters.baseline import Accepted, write_baseline
from protocol.cli import run
from protocol.commands import verified as verified_module
from protocol.commands.verified import Asked
from protocol.model.protocol import Protocol, fingerprint
from protocol.model.verification import INTERRUPTED, Report, Verdict
from tests.hand_made import SEEN, SPEC, UNPROVED, WEEKLY, report, verdicts
from tests.verification.test_instances import SILENT, WARD

Output = pytest.CaptureFixture[str]
BROKEN = verdicts(WEEKLY)[0]
HOLDS = evolve(report(), verdicts=verdicts(WEEKLY)[1:])
FAILS = evolve(report(), verdicts=verdicts(WEEKLY))


class Search:
    """In the place of the search: gives what it was made with, and counts how often it was asked."""

    def __init__(self, found: Report) -> None:
        self.found, self.asked = found, list[Asked]()

    def __call__(self, protocol: Protocol, asked: Asked, progress: Callable[[str], None]) -> Report:
        self.asked.append(asked)
        progress("5,523 states")
        return evolve(self.found, protocol=protocol.name, fingerprint=fingerprint(protocol))


@pytest.fixture
def searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Report], Search]:
    """In a folder with the protocol `counts`: lets the search find a report."""
    (tmp_path / "counts").mkdir()
    (tmp_path / "counts" / "protocol.yaml").write_text(SPEC, encoding="utf-8")
    monkeypatch.setenv("PROTOCOL_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)

    def search(found: Report) -> Search:
        made = Search(found)
        monkeypatch.setattr(verified_module, "search", made)
        return made

    return search


Searched = Callable[[Report], Search]


@pytest.mark.parametrize(
    ("found", "options", "code"),
    [
        (HOLDS, (), 0),
        (FAILS, (), 1),
        (FAILS, ("--exit-zero",), 0),
        (evolve(HOLDS, verdicts=UNPROVED), (), 1),
        (evolve(HOLDS, verdicts=UNPROVED), ("--allow-unproved",), 0),
        (evolve(FAILS, verdicts=(*FAILS.verdicts, *UNPROVED)), ("--allow-unproved",), 1),
        (evolve(HOLDS, seen=(evolve(SEEN[0], complete=False, why=INTERRUPTED),)), ("--allow-unproved",), 1),
    ],
)
def test_the_exit_code_is_0_only_if_all_is_proved(
    found: Report, options: tuple[str, ...], code: int, searched: Searched, capsys: Output
) -> None:
    searched(found)
    assert run(["verify", "counts", *options]) == code
    said = capsys.readouterr()
    assert said.out.startswith("counts 1") and said.err == ""


def test_a_failure_is_told_with_the_line_of_its_property_and_the_source_of_the_rule(searched: Searched, capsys: Output) -> None:
    searched(FAILS)
    assert run(["verify", "counts"]) == 1
    said = capsys.readouterr().out
    line = SPEC.split("\n").index(next(line for line in SPEC.split("\n") if BROKEN.name in line)) + 1
    assert f"counts/protocol.yaml:{line}: finding V101: {BROKEN.name} fails on day 28" in said
    rule = next(number for number, text in enumerate(SPEC.split("\n"), 1) if "escalate:" in text)
    assert f"There rule escalate (counts/protocol.yaml:{rule}; study, p. 9) was followed." in " ".join(said.split())


def test_what_is_unusable_exits_with_2(searched: Searched, capsys: Output) -> None:
    search = searched(HOLDS)
    for arguments in (
        ["nowhere"],
        ["counts", "--every", "a month"],
        ["counts", "--every", "0 days"],
        ["counts", "--limit", "0"],
        ["counts", "--baseline", "none.json"],
        ["counts", "--baseline", "/dev/zero"],
        ["counts", "--seconds", "nan"],
        [],
    ):
        assert run(["verify", *arguments]) == 2
        assert "Traceback" not in capsys.readouterr().err
    assert run(["verify", "counts", "--report", "json", "-"]) == 2 and not Path("-").exists()
    assert "--report json '-' names no file: to have it printed, ask for '--format json'" in capsys.readouterr().err
    assert run(["verify", "counts", "--write-baseline"]) == 2
    assert run(["verify", "counts", "--property", "can-reach-hihg"]) == 2
    assert "no property 'can-reach-hihg': did you mean 'can-reach-high'?  Properties: " in capsys.readouterr().err
    assert run(["verify", "counts", "--property", "nope"]) == 2
    assert "no property 'nope'. Properties: " in capsys.readouterr().err
    assert not search.asked


# With the search itself


@pytest.fixture
def counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In a folder with the protocol `counts`, of which a property that is no rule's fails."""
    file = tmp_path / "counts" / "protocol.yaml"
    file.parent.mkdir()
    file.write_text(SPEC, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return file


def test_the_patient_who_breaks_a_property_is_found_and_breaks_it_among_the_courses(counts: Path, capsys: Output) -> None:
    assert run(["verify", "counts", "--no-cache"]) == 1
    said = capsys.readouterr().out
    assert f"counts/protocol.yaml:20: finding V101: {BROKEN.name} fails on day" in said
    assert "holds          hold-at-once" in said and "expected       never-held" in said
    course = said[said.index(f"## {BROKEN.name} fails") :].partition("\n\nReached")[0].partition("\n\ncounts/")[0]
    (counts.parent / "courses.md").write_text(course, encoding="utf-8")
    assert run(["test", "counts"]) == 1
    assert f"property {BROKEN.name} does not hold" in capsys.readouterr().out


def test_a_search_that_is_bounded_proves_nothing_and_says_so(counts: Path, capsys: Output) -> None:
    assert run(["verify", "counts", "--no-cache", "--limit", "2", "--property", "hold-at-once"]) == 1
    said = re.sub(r"\n +", " ", capsys.readouterr().out)
    assert "Not all of it was seen: it has more than 2 states." in said and "unfinished     hold-at-once" in said
    assert run(["verify", "counts", "--limit", "2", "--property", "hold-at-once", "--allow-unproved"]) == 0


# The cache


def test_an_unchanged_protocol_is_searched_once_and_another_question_again(searched: Searched, capsys: Output) -> None:
    search = searched(HOLDS)
    same = [], [], ["--property", "can-reach-high"], ["--limit", "9000"]
    assert [run(["verify", "counts", *more]) for more in same] == [0] * 4
    assert len(search.asked) == 1
    said = capsys.readouterr().out
    assert said.count("as it was found before") == 3 and "Properties: 1." in said
    other = ["--every", "1 day"], ["--any-dose-given"], ["--no-cache"]
    assert [run(["verify", "counts", *more]) for more in other] == [0] * 3
    assert len(search.asked) == 4


def test_what_is_asked_of_one_property_is_no_answer_for_all(searched: Searched) -> None:
    search = searched(HOLDS)
    for more in (["--property", "can-reach-high"], ["--property", "can-reach-high"], []):
        run(["verify", "counts", *more])
    assert [asked.only for asked in search.asked] == [("can-reach-high",), ()]


def test_the_search_is_asked_what_the_options_say(searched: Searched) -> None:
    search = searched(HOLDS)
    options = ["--every", "2 weeks", "--any-dose-given", "--limit", "100", "--seconds", "2.5", "--memory", "500"]
    assert run(["verify", "counts", *options]) == 0
    (asked,) = search.asked
    assert (asked.arguments, asked.bounds) == ({"every": 20160, "any_dose": True}, {"states": 100, "seconds": 2.5, "memory": 500})


def test_a_changed_protocol_is_searched_anew_and_a_comment_moves_its_lines_only(searched: Searched, capsys: Output) -> None:
    search = searched(FAILS)
    file = Path("counts/protocol.yaml")
    run(["verify", "counts"])
    file.write_text(f"# A comment.\n{SPEC}", encoding="utf-8")
    capsys.readouterr()
    run(["verify", "counts"])
    assert len(search.asked) == 1 and ":21: finding V101" in capsys.readouterr().out
    file.write_text(SPEC.replace("< 50", "< 60", 1), encoding="utf-8")
    run(["verify", "counts"])
    assert len(search.asked) == 2


# The baseline


def test_a_baseline_is_written_without_reasons_and_accepts_only_with_one(searched: Searched, capsys: Output) -> None:
    searched(FAILS)
    written = ["verify", "counts", "--baseline", "b.json"]
    assert run([*written, "--write-baseline"]) == 1
    assert "b.json: 1 accepted, 1 of them without a reason yet." in capsys.readouterr().err
    assert run(written) == 2
    assert "b.json:5:1: error V502" in capsys.readouterr().err
    _give_reasons()
    assert run(written) == 0
    assert f"accepted       {BROKEN.name}" in capsys.readouterr().out
    assert run([*written, "--write-baseline"]) == 0
    assert json.loads(Path("b.json").read_text(encoding="utf-8"))["accepted"][0]["reason"] == "Known."


def test_an_entry_that_nothing_needs_any_more_is_told_and_taken_out(searched: Searched, capsys: Output) -> None:
    searched(FAILS)
    run(["verify", "counts", "--baseline", "b.json", "--write-baseline"])
    _give_reasons()
    searched(HOLDS)
    written = ["verify", "counts", "--no-cache", "--baseline", "b.json"]
    assert run([*written, "--property", "can-reach-high"]) == 0
    assert run(written) == 1
    assert "finding V503" in capsys.readouterr().out
    assert run([*written, "--write-baseline"]) == 0
    assert json.loads(Path("b.json").read_text(encoding="utf-8"))["accepted"] == []
    assert run(written) == 0


def test_an_entry_under_the_name_of_another_property_accepts_nothing(searched: Searched, capsys: Output) -> None:
    searched(FAILS)
    written = ["verify", "counts", "--baseline", "b.json"]
    run([*written, "--write-baseline"])
    _give_reasons()
    text = Path("b.json").read_text(encoding="utf-8")
    Path("b.json").write_text(text.replace(f'"property": "{BROKEN.name}"', '"property": "can-reach-high"'), encoding="utf-8")
    capsys.readouterr()
    assert run(written) == 1
    said = capsys.readouterr().out
    assert f"finding V101: {BROKEN.name} fails" in said and "finding V503" in said


class FirstFails(Search):
    """Version 1 of a protocol fails, another one does not."""

    def __call__(self, protocol: Protocol, asked: Asked, progress: Callable[[str], None]) -> Report:
        self.found = evolve(FAILS if protocol.version == "1" else HOLDS, version=protocol.version)
        return super().__call__(protocol, asked, progress)


def test_one_baseline_serves_two_versions_of_a_protocol(
    searched: Searched, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr(verified_module, "search", FirstFails(FAILS))
    Path("second.yaml").write_text(SPEC.replace('version: "1"', 'version: "2"'), encoding="utf-8")
    both = ["verify", "counts", "second.yaml", "--baseline", "b.json"]
    assert run([*both, "--write-baseline"]) == 1
    _give_reasons()
    written = Path("b.json").read_text(encoding="utf-8")
    assert '"version": "1"' in written
    assert run(both) == 0 and run(["verify", "second.yaml", "--baseline", "b.json"]) == 0
    Path("b.json").write_text(written.replace('   "version": "1",\n', ""), encoding="utf-8")
    assert run(["verify", "counts", "--baseline", "b.json"]) == 0 and run(both) == 1
    assert run([*both, "--write-baseline"]) == 0 and Path("b.json").read_text(encoding="utf-8") == written


def test_a_baseline_that_is_not_there_says_how_to_write_one(searched: Searched, capsys: Output) -> None:
    searched(FAILS)
    assert run(["verify", "counts", "--baseline", "none.json"]) == 2
    said = capsys.readouterr().err
    assert "none.json: error V501: cannot be read: there is no such file" in said and "--write-baseline" in said


def _give_reasons() -> None:
    text = Path("b.json").read_text(encoding="utf-8")
    Path("b.json").write_text(text.replace('"reason": ""', '"reason": "Known."'), encoding="utf-8")


def test_of_which_other_protocols_a_baseline_has_entries_is_told_and_changes_no_exit_code(
    searched: Searched, capsys: Output
) -> None:
    searched(HOLDS)
    others = (
        Accepted("a", "counts", "never-held", "Known.", version="9"),
        Accepted("b", "other", "never-held", "Known."),
        Accepted("c", "other", "no-dead-end", "Known."),
    )
    Path("b.json").write_text(write_baseline(others), encoding="utf-8")
    assert run(["verify", "counts", "--baseline", "b.json"]) == 0
    said = "The baseline also has entries of counts 9 and other, which none of the given protocols is; they stay."
    assert " ".join(capsys.readouterr().out.split()).endswith(said)
    Path("b.json").write_text(write_baseline(()), encoding="utf-8")
    assert run(["verify", "counts", "--baseline", "b.json"]) == 0
    assert "The baseline also has" not in capsys.readouterr().out


# Forms


def test_each_form_is_one_document_on_stdout(searched: Searched, capsys: Output) -> None:
    searched(FAILS)
    said = {}
    for form in ("json", "sarif", "junit", "github"):
        assert run(["verify", "counts", "--format", form]) == 1
        said[form] = capsys.readouterr().out
    document = json.loads(said["json"])
    assert document["format"] == "protocol-verify/1"
    assert [one["standing"] for one in document["protocols"][0]["properties"]].count("fails") == 1
    results = json.loads(said["sarif"])["runs"][0]["results"]
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "counts/protocol.yaml"
    assert ET.fromstring(said["junit"].encode()).get("failures") == "1"
    assert said["github"].startswith("::error file=counts/protocol.yaml,line=20,title=V101 ")


def test_what_is_wrong_with_the_input_is_told_in_json_too(searched: Searched, capsys: Output) -> None:
    searched(HOLDS)
    assert run(["verify", "nowhere", "--format", "json"]) == 2
    assert json.loads(capsys.readouterr().out)["format"] == "protocol-problems/1"


# Interruption


class Interrupted(Search):
    """A search that somebody ends at the second protocol, by this signal."""

    sign = signal.SIGINT

    def __call__(self, protocol: Protocol, asked: Asked, progress: Callable[[str], None]) -> Report:
        found = super().__call__(protocol, asked, progress)
        if len(self.asked) > 1:
            signal.raise_signal(self.sign)
        return found


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_who_ends_it_sees_what_was_found_and_what_was_not(
    sign: signal.Signals, searched: Searched, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr(Interrupted, "sign", sign)
    monkeypatch.setattr(verified_module, "search", Interrupted(HOLDS))
    assert run(["verify", "counts", "counts", "--no-cache"]) == 1
    said = capsys.readouterr()
    assert said.out.count("counts 1\n") == 1
    assert "Interrupted: nothing is said of counts." in said.err


def test_a_search_that_was_interrupted_ends_the_command_and_is_not_kept(searched: Searched, capsys: Output) -> None:
    halted = (evolve(SEEN[0], complete=False, why=INTERRUPTED),)
    search = searched(evolve(HOLDS, seen=halted, verdicts=(*HOLDS.verdicts, evolve(UNPROVED[1], why=INTERRUPTED))))
    assert run(["verify", "counts", "counts"]) == 1
    said = capsys.readouterr()
    assert "Interrupted: this is what had been found" in said.out and "unfinished     never-better" in said.out
    assert "Interrupted: nothing is said of counts." in said.err
    assert len(search.asked) == 1 and run(["verify", "counts"]) == 1 and len(search.asked) == 2


# A terminal


TWO = """protocol: two
version: 1
sources: {study: A study}
doses: {full: 100 mg daily, high: 200 mg daily}
inputs:
  rash: {yes or no, valid for: 8 days, every: 7 days}
  toxicity: {grade: CTC 2.0, valid for: 8 days, every: 7 days}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at full}
  hold: {in: on treatment, when: "GUARD", must: hold, source: study, says: It interrupts.}
"""


@pytest.mark.parametrize(
    ("guard", "rule"),
    [
        ("toxicity == 2", 'up: {in: on treatment at full, when: "toxicity == 3", must: escalate}'),
        ("rash", 'up: {in: held, when: "rash is no and toxicity == 3", must: resume at full}'),
    ],
)
def test_of_two_patients_the_rule_of_the_other_one_is_told_too(
    guard: str, rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two.yaml").write_text(f"{TWO.replace('GUARD', guard)}  {rule}\n", encoding="utf-8")
    assert run(["verify", "two.yaml", "--no-cache", "--property", "never-better-never-more"]) == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "There rule up (two.yaml:12) was followed. The other patient has toxicity " in text
    assert "That rests on rule hold (two.yaml:11; study): It interrupts." in text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colours_and_width_are_those_of_the_terminal(searched: Searched, monkeypatch: pytest.MonkeyPatch) -> None:
    searched(FAILS)
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert run(["verify", "counts"]) == 1
    text = stream.getvalue()
    assert "\x1b[1;31mfails\x1b[0m" in text and "\x1b[32mholds\x1b[0m" in text
    assert "| 28 |  | none | 400 mg every day |\n" in text


def test_verdict_of_spec_and_built_in_of_one_name_are_two(searched: Searched, capsys: Output) -> None:
    twin = Verdict("can-reach-high", "V206", "holds", WEEKLY, origin="built in")
    searched(evolve(HOLDS, verdicts=(*HOLDS.verdicts, twin)))
    assert run(["verify", "counts"]) == 0
    assert "Properties: 7." in capsys.readouterr().out


def test_what_the_file_names_of_a_built_in_property_is_told_apart_from_what_it_does_not_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("PROTOCOL_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)

    def told(said: str) -> tuple[int, str]:
        Path("ward.yaml").write_text(f"{WARD}  no-silent-visit: {{{said}}}\n", encoding="utf-8")
        code = run(["verify", "ward.yaml", "--property", "no-silent-visit"])
        return code, " ".join(capsys.readouterr().out.split())

    code, text = told(f"waiver: As printed., {SILENT}")
    assert code == 0
    assert "none covers it, but for the visits that the file names." in text
    assert "waived no-silent-visit where was held by hold-rash: Every visit is covered by a rule" in text
    assert "Waiver: As printed." in text
    assert "Properties: 4. Hold: 1. Waived in the file: 3." in text
    code, text = told('waiver: As printed., where: "was on treatment"')
    assert code == 1
    assert "ward.yaml:9: finding V207: no-silent-visit fails on day 14" in text
    assert "holds now no-silent-visit where was on treatment" in text
    assert "The file waives it there, and nothing fails." in text
    code, text = told("waiver: As printed.")
    assert code == 0 and "Waiver, at whatever visit: As printed." in text
    Path("ward.yaml").write_text(f"{WARD}  never-high: {{never: stop, waiver: As printed.}}\n", encoding="utf-8")
    assert run(["verify", "ward.yaml", "--property", "never-high"]) == 1
    assert "The file waives it, and nothing fails." in " ".join(capsys.readouterr().out.split())
    code, text = told("expect: fails, note: As printed.")
    assert code == 0 and "The file expects it to fail, at whatever visit: As printed." in text
