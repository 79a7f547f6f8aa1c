"""Bad input by the hundred thousand: whatever a text holds, it is read, or refused with a message for each problem."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from random import Random

from protocol import load, machine, stored, trace
from protocol.adapters.from_csv import from_csv
from protocol.adapters.from_markdown import from_markdown
from protocol.errors import InputError, VisitError
from protocol.language.from_yaml import parse, parse_guard
from protocol.language.shipped import decoded
from protocol.language.to_text import duration_trackers, say_guard
from protocol.language.to_yaml import print_protocol
from protocol.model.course import Course, Observation, Visit
from protocol.model.protocol import Protocol
from tests.soak.cases import SHOWN, Report
from tests.soak.mutations import as_bytes, mutated, one_of

LANGUAGE = Path(__file__).parent.parent / "language"
WHOLE = (LANGUAGE / "whole.yaml").read_text(encoding="utf-8")
SMALL = """protocol: small
version: "1"
doses: {low: 100 mg every day, high: 400 mg every day}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days, graded by: CTC 2.0 neutrophils}
  platelets: {unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days}
  response: {choice: [none, partial, complete], valid for: 8 days}
  rash: {yes or no, valid for: 35 days}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at low}
  hold: {in: on treatment, when: "anc < 1.0 or rash", must: hold}
  resume: {in: held by hold, when: "anc >= 1.5 and not rash", must: resume at the same level}
  escalate: {in: on treatment at low, when: "response is none and time since start >= 4 weeks", may: escalate}
"""
AMENDMENT = """protocol: small
version: "2"
amends: small.yaml
title: An amendment
without: {rules: [escalate], inputs: response}
inputs:
  platelets: {unit: 10*9/L, plausible: 1 to 3000, valid for: 35 days}
otherwise: {held: silent}
rules:
  hold-platelets: {before: hold, in: on treatment, when: "platelets < 50", must: hold}
  resume: {in: held, when: "anc >= 1.5 and platelets >= 75 and not rash", must: resume at the same level}
"""
GUARDS = (
    "anc < 1.0 or platelets < 50", "not (rash and anc >= 1.5)", "response is not none", "known(anc) and unknown(platelets)",
    "within(anc, 3 days)", "grade(anc) >= 3", "time since start >= 4 weeks (window -3 to +3 days)", "anc > 2 x ULN", "always",
)  # fmt: skip
MARKDOWN = """# Courses

## One

| elapsed | anc | platelets | response | rash | given | expect action |
|---|---|---|---|---|---|---|
| 0 | 2.0 (1.5-7) | 210 | | no | 100 mg every day | start |
| 27 to 28 | 800 /uL | <50 | none | not done | none | hold |

## Two

| study day | recorded | anc | given |
|---|---|---|---|
| 1 | 1 | 2 | unknown |
| 28 | 30 | 1.5 | stopped |
"""
WIDE = "patient,elapsed,anc,platelets,given\n1,0,2.0,210,100 mg every day\n1,28,0.4,<50,none\n2,0,1.5,not done,\n"
LONG = "patient,elapsed,input,value,unit,lower,upper\n1,0,anc,2.0,10*9/L,1.5,7\n1,28,anc,800,/uL,,\n1,28,given,none,,,\n"


def run(seed: str, cases: int) -> Report:
    """Tries ``cases`` inputs; the same seed gives the same inputs."""
    random, report = Random(seed), Report()
    protocol = parse(SMALL)
    readers: tuple[tuple[str, Callable[[Random], str], Callable[[str, Protocol], str]], ...] = (
        ("guard", lambda one: mutated(one, one_of(one, GUARDS)), _guard),
        ("protocol", lambda one: mutated(one, one_of(one, (SMALL, SMALL, WHOLE))), _protocol),
        ("amendment", lambda one: mutated(one, AMENDMENT), _amending),
        ("amended", lambda one: mutated(one, one_of(one, (SMALL, SMALL, AMENDMENT))), _amended),
        ("Markdown", lambda one: mutated(one, MARKDOWN), _markdown),
        ("CSV", lambda one: mutated(one, one_of(one, (WIDE, LONG))), _csv),
        ("document", lambda one: mutated(one, _document()), _stored),
    )
    while report.cases < cases:
        what, write, read = random.choice(readers)
        _try(report, what, as_text(random, write(random)), read, protocol, seed)
    return report


@lru_cache(maxsize=1)
def _document() -> str:
    """A stored course of two visits and a correction."""
    course = machine.begin(parse(SMALL), "patient 1")
    signed = {"by": "Dr. A", "recorded_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC)}
    for day, anc in ((0, 2), (28, "0.4")):
        step = course.decide(Visit(day * 1440, (Observation("anc", anc), Observation("rash", "no"))))
        course.commit(step, request_id=f"form {day}", expected_version=course.version, **signed)
    again = (Observation("anc", "1.4"),)
    course.correct(40320, again, request_id="form 29", expected_version=course.version, why="misread", **signed)
    return stored.to_json(course)


def as_text(random: Random, text: str) -> str:
    """The text as it comes out of a file that some program saved; where it is no UTF-8 it is refused, and tried as it was."""
    try:
        return decoded(as_bytes(random, text))
    except InputError as error:
        _check(error, 10**9)
        return text


def _try(report: Report, what: str, text: str, read: Callable[[str, Protocol], str], protocol: Protocol, seed: str) -> None:
    report.cases += 1
    began = time.monotonic()
    try:
        outcome = read(text, protocol)
    except InputError as error:
        try:
            lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + 1
            _check(error, max(lines, SMALL.count("\n")) if what.startswith("amend") else lines)
            outcome = "refused"
        except AssertionError as wrong:
            outcome = f"wrong message: {wrong}"
    except Exception as error:
        outcome = f"crash: {type(error).__name__}: {error}"
    if time.monotonic() - began > 10:
        outcome = "slow: over 10 s"
    report.kinds[f"{what} {outcome.split(':')[0]}"] += 1
    if ":" in outcome:
        report.wrong[outcome.split(":")[0]] += 1
        report.shown = [*report.shown, f"seed {seed}, case {report.cases}, {what}: {outcome}\n{text!r}"][:SHOWN]


def _check(error: InputError, lines: int) -> None:
    """A refusal says where, what and what would be right; each problem once; nothing that a terminal would obey."""
    assert error.problems, "no problem is named"
    said = [(one.code, one.file, one.line, one.column, one.message) for one in error.problems]
    assert len(set(said)) == len(said), f"the same problem twice: {said}"
    for problem in error.problems:
        assert problem.message and problem.hint, f"{problem.code} does not say what would be right"
        assert 0 <= problem.line <= lines and problem.length >= 1, f"{problem.code} is at no place of the text"
        assert all(sign.isprintable() or sign == "\n" for sign in str(problem)), f"{problem.code} prints a control character"


def _guard(text: str, protocol: Protocol) -> str:
    found = parse_guard(text, protocol)
    assert parse_guard(say_guard(found, duration_trackers(protocol)), protocol) == found
    return "read"


def _protocol(text: str, protocol: Protocol) -> str:
    found = parse(text)
    assert parse(print_protocol(found)) == found
    return "read"


def _amending(text: str, protocol: Protocol) -> str:
    """The text as a file that amends a right one."""
    return _beside({"small.yaml": SMALL, "amendment.yaml": text})


def _amended(text: str, protocol: Protocol) -> str:
    """The text as a file that a right one amends."""
    return _beside({"small.yaml": text, "amendment.yaml": AMENDMENT})


def _beside(files: dict[str, str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            # What is no UTF-8 is refused as bytes, before it is a text.
            Path(folder, name).write_bytes(text.encode("utf-8", "surrogatepass"))
        found = load(Path(folder, "amendment.yaml"))
    assert parse(print_protocol(found)) == found
    return "read"


def _markdown(text: str, protocol: Protocol) -> str:
    return _traced(protocol, [example.course for example in from_markdown(text, protocol).examples])


def _csv(text: str, protocol: Protocol) -> str:
    return _traced(protocol, [example.course for example in from_csv(text, protocol).examples])


def _stored(text: str, protocol: Protocol) -> str:
    course = stored.from_json(text, protocol)
    assert stored.from_json(stored.to_json(course), protocol).state == course.state
    return "read"


def _traced(protocol: Protocol, courses: list[Course]) -> str:
    """What could be read can be replayed, or is refused as a course."""
    for course in courses:
        with contextlib.suppress(VisitError):
            trace(protocol, course)
    return "read"
