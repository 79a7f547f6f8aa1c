"""A conformance suite as a file: courses that `protocol test` runs, CSV, and a sheet to tick off, on paper or in a browser."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterator, Sequence

from protocol.adapters.phrases import counted
from protocol.adapters.to_markdown import table, to_markdown
from protocol.model.input import Number
from protocol.model.mutation import Shown, Suite, Trial
from protocol.model.protocol import Protocol

NONE = "-"
BOX = "\u2610"
EXPECTED = ("expect action", "expect recommended", "expect status", "expect state", "expect silent")
"""What every build of a protocol can show; that another one has the same rules is not asked."""


def say_suite(suite: Suite) -> str:
    """``12 courses, 40 visits, which tell 260 single changes of the protocol from it``."""
    told = counted(suite.told, "single change")
    return f"{counted(len(suite.trials), 'course')}, {counted(suite.visits, 'visit')}, which tell {told} of the protocol from it"


def as_courses(suite: Suite, protocol: Protocol) -> str:
    """Courses in the notation of ``courses.md``, marked as generated."""
    head = f"# Conformance suite of {suite.protocol} {suite.version}\n\nGenerated: by protocol suite, {suite.fingerprint}.\n"
    courses = (to_markdown(trial.course, protocol, _columns(trial)) for trial in suite.trials)
    return "\n".join((head, f"{say_suite(suite)}.\n", *courses))


def _columns(trial: Trial) -> dict[str, list[str]]:
    cells = [_cells(shown) for shown in trial.shown]
    may = {"expect may": [", ".join(rules) or NONE for rules in trial.permitting]}
    return {name: [row[place] for row in cells] for place, name in enumerate(EXPECTED)} | may


def _cells(shown: Shown) -> tuple[str, ...]:
    return shown.action, shown.recommended, shown.status, shown.state, "yes" if shown.silent else "no"


def as_csv(suite: Suite, protocol: Protocol) -> str:
    """One row for each visit: what goes in, and what has to come out, with what is permitted beside it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    header, *rows = table([trial.course for trial in suite.trials], protocol)
    names = [trial.course.name for trial in suite.trials for _ in trial.course.visits]
    shown = [one for trial in suite.trials for one in trial.shown]
    writer.writerow(("patient", *header, *EXPECTED, "permitted"))
    for name, row, one in zip(names, rows, shown, strict=True):
        writer.writerow((name, *row, *_cells(one), "; ".join(one.permitted)))
    return text.getvalue()


def fields(suite: Suite, protocol: Protocol) -> dict[str, object]:
    """The suite as values for JSON: what goes in at each visit, what has to come out, and which changes each course tells."""
    return {
        "protocol": suite.protocol,
        "version": suite.version,
        "fingerprint": suite.fingerprint,
        "told": suite.told,
        "missed": suite.missed,
        "courses": [
            {"name": trial.course.name, "visits": list(_visits(trial, protocol)), "tells": trial.tells} for trial in suite.trials
        ],
    }


def _visits(trial: Trial, protocol: Protocol) -> Iterator[dict[str, object]]:
    header, *rows = table((trial.course,), protocol)
    for visit, row, shown in zip(trial.course.visits, rows, trial.shown, strict=True):
        yield {
            "minutes": visit.time,
            "observed": {name: cell for name, cell in zip(header, row, strict=True) if cell and name not in ("elapsed", "given")},
            "given": str(visit.given) if visit.given else "",
            "expected": shown,
        }


_SHEET = ("visit", "enter", "the build must show", "and permit", "shown", "passed")


def as_sheet(suite: Suite, protocol: Protocol) -> str:
    """A sheet to print as Markdown: each visit with a place for what was shown, and a box to tick."""
    lines = [f"# Acceptance test: {suite.protocol} {suite.version}", "", *_about(suite, protocol), ""]
    for trial in suite.trials:
        lines += [f"## {trial.course.name} {BOX}", "", f"| {' | '.join(_SHEET)} |", "|---" * len(_SHEET) + "|"]
        lines += [f"| {' | '.join(row)} |" for row in _rows(trial, protocol)]
        lines += [""]
    return "\n".join((*lines, *_signed()))


def _about(suite: Suite, protocol: Protocol) -> tuple[str, ...]:
    return (
        f"{say_suite(suite)}. Fingerprint of the protocol: {suite.fingerprint}.",
        "",
        "Enter each course as one patient, visit by visit; what is not listed at a visit is not measured there. "
        "What is given is what the build shows, unless 'given' says otherwise. Tick a visit if the build shows what stands "
        "there, and permits what stands there and nothing else.",
        *_words(suite, protocol),
    )


def _words(suite: Suite, protocol: Protocol) -> Iterator[str]:
    """Which doses the levels are that have to be shown, and in which units is entered."""
    named = {shown.recommended for trial in suite.trials for shown in trial.shown}
    levels = [f"{level.name} is {level.regimen}" for level in protocol.levels if level.name in named]
    units = {item.name: item.kind.unit for item in protocol.inputs if isinstance(item.kind, Number) and item.kind.unit != "1"}
    yield from ("", f"Levels: {', '.join(levels)}.") if levels else ()
    yield from ("", f"Units: {', '.join(f'{name} in {unit}' for name, unit in units.items())}.") if units else ()


def _signed() -> tuple[str, ...]:
    line = "_" * 20
    return (f"Build and version: {line}", "", f"Tester, date: {line}", "", f"All courses passed: {BOX}", "")


def _rows(trial: Trial, protocol: Protocol) -> Iterator[tuple[str, ...]]:
    header, *rows = table((trial.course,), protocol)
    for row, shown in zip(rows, trial.shown, strict=True):
        entered = ", ".join(f"{name} {cell}" for name, cell in zip(header[1:], row[1:], strict=True) if cell)
        permitted = "; ".join(shown.permitted) or NONE
        yield f"{row[0]} {protocol.resolution}", entered or "nothing", must_show(shown), permitted, "", BOX


def must_show(shown: Shown) -> str:
    """``hold: none, held``; ``undecided, the dose stands``."""
    if shown.silent and shown.status == "decided" and shown.action == "continue":
        return f"no order: nothing is said of this visit, {shown.state}"
    if shown.recommended == NONE:
        return f"undecided, {shown.state}"
    dose = "no drug" if shown.recommended == "none" else shown.recommended
    sure = "" if shown.status == "decided" else f"{shown.status}, "
    supplement = f" with {shown.supplement}" if shown.supplement else ""
    return f"{sure}{shown.action}: {dose}{supplement}, {shown.state}"


def permits(shown: Shown, said: str) -> str:
    """The same with what is permitted beside."""
    return f"{said}; permitted: {', '.join(shown.permitted)}" if shown.permitted else said


def as_html(suite: Suite, protocol: Protocol) -> str:
    """The same sheet as a page of HTML without scripts."""
    title = html.escape(f"Acceptance test: {suite.protocol} {suite.version}")
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>',
        "body{font-family:sans-serif}table{border-collapse:collapse;width:100%}td,th{border:1px solid;padding:.2em .5em;"
        "text-align:left}section{break-inside:avoid}",
        f"</style></head><body><h1>{title}</h1>",
        *(f"<p>{html.escape(line)}</p>" for line in _about(suite, protocol) if line),
        *(part for trial in suite.trials for part in _section(trial, protocol)),
        *(f"<p>{html.escape(line)}</p>" for line in _signed() if line),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _section(trial: Trial, protocol: Protocol) -> Iterator[str]:
    yield f"<section><h2>{html.escape(trial.course.name)} {BOX}</h2><table>"
    yield _line("th", _SHEET)
    yield from (_line("td", row) for row in _rows(trial, protocol))
    yield "</table></section>"


def _line(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"
