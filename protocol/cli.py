"""The command line: check a protocol, test it with its courses, replay courses, and say why a visit was decided so.

Exit codes: 0 holds, 1 findings, failed expectations or deviations, 2 unusable input, 3 a fault of this program.
What a command needs is imported inside it, so that each starts fast.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from protocol.adapters.outcomes import Result
    from protocol.adapters.sheet import Example, Sheet
    from protocol.model.decision import Trace
    from protocol.model.protocol import Protocol

HOLDS, FAILS, UNUSABLE, FAULT = 0, 1, 2, 3
_BROKEN_PIPE = 141
_EPILOG = (
    "SPEC is the path of a protocol.yaml, the folder that holds one, or the name of a protocol that comes with this program."
)


def _version(context: click.Context, option: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"protocol {version('dose-protocol')}")
    except PackageNotFoundError:
        click.echo("protocol, from its source")
    context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EPILOG)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Say which.")
def cli() -> None:
    """Clinical dose-adjustment protocols as state machines. Research software, not a medical device."""


@cli.command(short_help="Say what a protocol holds and what is wrong with it.", epilog="Example: protocol check imatinib-hes")
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
def check(specs: tuple[str, ...]) -> int:
    """Say what a protocol holds, what is wrong with it, and what it leaves open or unverified.

    Exits with 1 if there are findings.
    """
    from protocol.adapters.overview import overview
    from protocol.checks import findings

    found = 0
    for number, spec in enumerate(specs):
        protocol = _load(spec)
        defects = tuple(str(finding) for finding in findings(protocol))
        found += len(defects)
        _show(("\n" if number else "") + overview(protocol, defects, _width()))
    return FAILS if found else HOLDS


@cli.command(short_help="Run the courses beside a protocol.", epilog="Example: protocol test imatinib-hes --coverage")
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@click.option("--coverage", "with_coverage", is_flag=True, help="Say which rules, states and outcomes the courses reach.")
def test(specs: tuple[str, ...], with_coverage: bool) -> int:
    """Run the courses beside a protocol (courses*.md) and compare them with what they expect.

    Exits with 1 if an expectation is not met.
    """
    from protocol.adapters.from_file import from_file

    failed = 0
    for spec in specs:
        protocol = _load(spec)
        sheets = [(str(file), from_file(file, protocol)) for file in _courses_beside(spec)]
        failed += _test(protocol, sheets, with_coverage)
    return FAILS if failed else HOLDS


@cli.command(
    short_help="Compare the doses given with a protocol.",
    epilog="Example: protocol replay imatinib-hes courses.md --course 'patient 1' --reading four-weeks-over=study-day",
)
@click.argument("spec")
@click.argument("courses", type=click.Path(path_type=Path))
@click.option("--course", "name", help="Only the courses whose heading is this, or begins so.")
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True)
@click.option("--reading", "readings", metavar="NAME=READING", multiple=True, help="Another reading of an open question.")
def replay(spec: str, courses: Path, name: str | None, form: str, readings: tuple[str, ...]) -> int:
    """Say what a protocol decides at each visit of a file of courses, and where the doses given differ from it.

    COURSES is a Markdown or CSV file. Exits with 1 if there is a deviation.
    """
    from protocol.adapters.from_file import from_file
    from protocol.adapters.replayed import replayed
    from protocol.adapters.selection import named, pair, under
    from protocol.adapters.tally import tally

    protocol = _load(spec)
    sheet = from_file(courses, protocol)
    protocol = under(protocol, (*sheet.readings, *(pair(text) for text in readings)))
    examples = sheet.examples if name is None else named(sheet.examples, name)
    traces = _traces(protocol, examples)
    for part in replayed(traces, protocol, form, _width()):
        _show(part) if form == "text" else click.echo(part)
    if form == "text" and name is None:
        _show(sheet.counts.line())
    return FAILS if tally(traces).deviations else HOLDS


@cli.command(
    epilog="Example: protocol why imatinib-hes:patient-1 28",
    context_settings={"ignore_unknown_options": True},
    no_args_is_help=True,
)
@click.argument("course")
@click.argument("time")
@click.option(
    "--courses", "file", type=click.Path(path_type=Path), help="The file of courses, if not courses*.md beside the protocol."
)
@click.option("--reading", "readings", metavar="NAME=READING", multiple=True, help="Another reading of an open question.")
def why(course: str, time: str, file: Path | None, readings: tuple[str, ...]) -> int:
    """Explain the decision of one visit: the rule, its source, the facts, and what was permitted or missing.

    COURSE is SPEC:HEADING, where the beginning of the heading is enough. TIME is since the first dose: 28 in the protocol's
    unit of time, or '4 weeks', or as replay prints it, 'day 28'.
    """
    from protocol.adapters.from_file import from_file
    from protocol.adapters.refusals import late_at
    from protocol.adapters.selection import at, moment, one, pair, under
    from protocol.adapters.to_text import explanation, revision_text

    spec, colon, heading = course.partition(":")
    if not colon or not heading:
        raise click.UsageError(f"'{course}' does not say which course: write SPEC:HEADING, such as imatinib-hes:patient-1")
    protocol = _load(spec)
    sheets = [from_file(item, protocol) for item in ([file] if file else _courses_beside(spec))]
    sheet, example = one(sheets, heading)
    protocol = under(protocol, (*sheet.readings, *(pair(text) for text in readings)))
    (trace,) = _traces(protocol, (example,))
    step = at(trace, moment(time, protocol))
    revised = [revision_text(item, protocol, _width()) for item in trace.revisions if item.time == step.decision.time]
    head = f"{protocol.name} {protocol.version}, {example.course.name}"
    _show("\n\n".join((head, explanation(step, protocol, _width(), late_at(trace, step)), *revised)))
    return HOLDS


# What the commands share


def _load(spec: str) -> Protocol:
    from protocol.language.shipped import load

    return load(spec)


def _courses_beside(spec: str) -> list[Path]:
    from protocol.language.shipped import find

    folder = find(spec).parent
    files = sorted(folder.glob("courses*.md"), key=lambda file: (file.name != "courses.md", file.name))
    if not files:
        raise click.UsageError(f"'{spec}' has no courses: write {folder / 'courses.md'}")
    return files


def _traces(protocol: Protocol, examples: Iterable[Example]) -> tuple[Trace, ...]:
    from protocol.semantics.trace import trace

    return tuple(trace(protocol, example.course) for example in examples)


def _test(protocol: Protocol, sheets: Sequence[tuple[str, Sheet]], with_coverage: bool) -> int:
    """Runs the courses of one protocol; returns how many failed."""
    from protocol.adapters.outcomes import result_text, totals
    from protocol.adapters.selection import under

    results, covered = [], []
    for file, sheet in sheets:
        read = under(protocol, sheet.readings)
        for example, trace in zip(sheet.examples, _traces(read, sheet.examples), strict=True):
            results.append(_result(file, example, trace))
            _show(result_text(results[-1]))
            # What is reached under another reading says nothing of the rules in force under the chosen one.
            covered.extend([(trace, _asserting(example, trace))] if read == protocol else [])
    _show("\n".join(("", *totals(results, (sheet.counts for _, sheet in sheets)))))
    if with_coverage:
        from protocol.semantics.coverage import coverage

        _show("\n".join(("", "Coverage, of visits that expect dose, rule and status:", *coverage(protocol, covered).lines())))
    return sum(bool(result.unmet) for result in results)


def _result(file: str, example: Example, trace: Trace) -> Result:
    from protocol.adapters.outcomes import result
    from protocol.checks.expectations import differences

    pairs = [[(item.column, item.value) for item in items] for items in example.expectations]
    found = differences(example.course, pairs, trace)
    return result(file, example, ((one.visit, one.place, one.got) for one in found))


def _asserting(example: Example, trace: Trace) -> list[bool]:
    """For each step of the trace whether a dose, a rule and a status are expected of it."""
    from protocol.checks.expectations import steps_of

    steps = zip(steps_of(example.course, trace), example.expectations, strict=True)
    asserting = [step for step, items in steps if {"dose", "rule", "status"} <= {item.column for item in items}]
    return [any(step is one for one in asserting) for step in trace.steps]


def _width() -> int:
    from protocol.adapters.colours import width

    return width(sys.stdout.isatty())


def _show(text: str) -> None:
    """Prints text, in colours if somebody sees them."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        click.echo(text)
        return
    from rich.console import Console
    from rich.text import Text

    from protocol.adapters.colours import COLOURS

    shown = Text(text)
    for pattern, style in COLOURS:
        shown.highlight_regex(pattern, style)
    Console(soft_wrap=True).print(shown)


def main() -> None:
    """Runs the command and exits with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs a command; returns its exit code. No mistake of the caller shows as a traceback."""
    from protocol.errors import ProtocolError

    if sys.stdout is None:  # it was closed by the caller
        return _unusable("The output cannot be written: standard output is closed.")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(list(arguments), prog_name="protocol", standalone_mode=False)
        sys.stdout.flush()
        return int(code or HOLDS)
    except click.ClickException as error:
        return _unusable(error)
    except ProtocolError as error:
        return _unusable(str(error))
    except click.Abort:
        return 130
    except (BrokenPipeError, SystemExit):  # click itself exits on a broken pipe
        _discard()
        return _BROKEN_PIPE
    except OSError as error:
        if error.filename is not None:  # then it was not in writing the output
            return _fault(error)
        _discard()
        return _unusable(f"The output cannot be written: {error.strerror or error}.")
    except Exception as error:
        return _fault(error)


def _discard() -> None:
    """Nobody reads any more; Python would complain once again when it closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unusable(why: click.ClickException | str) -> int:
    """Says why, if anybody can be told."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            click.echo(why, err=True) if isinstance(why, str) else why.show()
    return UNUSABLE


def _fault(error: Exception) -> int:
    if os.environ.get("PROTOCOL_TRACEBACK") == "1":
        raise error
    what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    click.echo(
        f"This is a fault of the program ({what}): please report it with the command, the files, "
        "and what it prints with PROTOCOL_TRACEBACK=1.",
        err=True,
    )
    return FAULT
