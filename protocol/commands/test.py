"""The command `test`: do the courses beside a protocol do what they expect?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from protocol.commands import FAILS, HOLDS
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.screen import show
from protocol.commands.subject import complete_spec, courses_beside, identity, load

if TYPE_CHECKING:
    from protocol.adapters.outcomes import Result
    from protocol.adapters.sheet import Counts, Example
    from protocol.model.decision import Trace
    from protocol.model.protocol import Protocol
    from protocol.semantics.coverage import Coverage


FORMAT = "protocol-test/1"


@frozen
class Tried:
    """The courses of a protocol and what became of them; the coverage where it is asked for."""

    protocol: Protocol
    results: tuple[Result, ...]
    counts: Counts
    coverage: Coverage | None = None
    visits: int = 0
    """The visits under the chosen readings; of those the coverage counts the ``asserting`` ones."""
    asserting: int = 0
    missing: tuple[str, ...] = ()
    """What is wrong with the names of courses that properties name; each is a sentence."""

    @property
    def failed(self) -> bool:
        """Whether an expectation was not met, or a property does not do on a course what is expected of it."""
        return bool(self.missing) or any(result.failed for result in self.results)


@click.command(
    cls=Answering, short_help="Run the courses beside a protocol.", epilog="Example: protocol test imatinib-hes --coverage"
)
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True, shell_complete=complete_spec)
@click.option("--coverage", "with_coverage", is_flag=True, help="Say which rules, states and outcomes the courses reach.")
@in_form("text", "json")
def test(specs: tuple[str, ...], with_coverage: bool, form: str) -> int:
    """Run the courses beside a protocol: do they do what they expect, and do the properties hold on them?

    They are in courses*.md, those of a file NAME.yaml that is not protocol.yaml in NAME.courses*.md.

    Exits with 1 if an expectation is not met, or a property that is expected to hold does not hold on a course; also if one that
    is expected to fail does not fail on the course that it names.
    """
    tried = []
    for spec in specs:
        tried.append(tried_of(spec, with_coverage))
        if form == "text":
            show("\n".join(_lines(tried[-1])))
    if form == "json":
        answer(FORMAT, {"protocols": [_fields(one) for one in tried]})
    return FAILS if any(one.failed for one in tried) else HOLDS


def tried_of(spec: str, with_coverage: bool) -> Tried:
    """What the courses of one protocol come to."""
    from protocol.adapters.from_file import from_file
    from protocol.adapters.selection import under
    from protocol.adapters.sheet import Counts
    from protocol.commands.tested import missing_courses, tested
    from protocol.semantics.coverage import coverage

    protocol = load(spec)
    results, covered, counts, visits, chosen = [], [], Counts(0, 0, 0), 0, []
    for file, sheet in [(file, from_file(file, protocol)) for file in courses_beside(spec)]:
        read = under(protocol, sheet.readings)
        counts += sheet.counts
        for result, trace in tested(protocol, str(file), sheet):
            results.append(result)
            # What is reached under another reading says nothing of the rules in force under the chosen one.
            if read == protocol:
                covered.append((trace, _asserting(result.example, trace)))
                visits += len(result.example.course.visits)
                chosen.append(result.example.course.name)
    reached = coverage(protocol, covered) if with_coverage else None
    asserted = sum(sum(asserting) for _, asserting in covered)
    return Tried(protocol, tuple(results), counts, reached, visits, asserted, missing_courses(protocol, chosen))


def _lines(tried: Tried) -> Iterator[str]:
    from protocol.adapters.outcomes import judged_text, result_text, totals

    yield from (result_text(result) for result in tried.results)
    yield from (f"failed  {sentence}" for sentence in tried.missing)
    yield from ("", *totals(tried.results, (tried.counts,)), *judged_text(tried.protocol, tried.results))
    if tried.coverage:
        yield from ("", *covered_lines(tried.coverage, tried.asserting, tried.visits))


def covered_lines(coverage: Coverage, asserting: int, visits: int) -> Iterator[str]:
    """What the visits reach that expect dose, rule and status; what to add where none does."""
    if asserting:
        yield f"Coverage, of {asserting} of {visits} visits, those that expect dose, rule and status:"
        yield from coverage.lines()
    else:
        columns = "expect dose, expect rule, expect status"
        yield f"Coverage: 0 of {visits} visits expect dose, rule and status; only those count: add the columns {columns}"


def _fields(tried: Tried) -> dict[str, Any]:
    covered = tried.coverage
    missed = [] if covered is None else [{"kind": kind, "name": name} for kind, name in covered.missed]
    of = {"visits": tried.visits, "asserting": tried.asserting}
    goals = None if covered is None else {**of, "goals": len(covered.goals), "reached": len(covered.reached), "missed": missed}
    return {
        **identity(tried.protocol),
        "courses": [_course(result) for result in tried.results],
        "counts": tried.counts,
        "coverage": goals,
        "missing": tried.missing,
    }


def _course(result: Result) -> dict[str, Any]:
    return {
        "course": result.example.course.name,
        "file": result.file,
        "line": result.example.line,
        "expectations": result.expected,
        "unmet": [{"time": item.time, "got": item.got, "expectation": item.expectation} for item in result.unmet],
        "broken": result.broken,
        "unshown": result.unshown,
        "judged": result.judged,
    }


def _asserting(example: Example, trace: Trace) -> list[bool]:
    """For each step of the trace whether a dose, a rule and a status are expected of it."""
    from protocol.checks.expectations import steps_of

    steps = zip(steps_of(example.course, trace), example.expectations, strict=True)
    asserting = [step for step, items in steps if {"dose", "rule", "status"} <= {item.column for item in items}]
    return [any(step is one for one in asserting) for step in trace.steps]
