"""The command `test`: do the courses beside a protocol do what they expect?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from protocol.commands import FAILS, HOLDS
from protocol.commands.screen import show
from protocol.commands.subject import courses_beside, load

if TYPE_CHECKING:
    from protocol.adapters.sheet import Example, Sheet
    from protocol.model.decision import Trace
    from protocol.model.protocol import Protocol


@click.command(short_help="Run the courses beside a protocol.", epilog="Example: protocol test imatinib-hes --coverage")
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@click.option("--coverage", "with_coverage", is_flag=True, help="Say which rules, states and outcomes the courses reach.")
def test(specs: tuple[str, ...], with_coverage: bool) -> int:
    """Run the courses beside a protocol (courses*.md): do they do what they expect, and do the properties hold on them?

    Exits with 1 if an expectation is not met, or a property that is expected to hold does not hold on a course.
    """
    from protocol.adapters.from_file import from_file

    failed = 0
    for spec in specs:
        protocol = load(spec)
        sheets = [(str(file), from_file(file, protocol)) for file in courses_beside(spec)]
        failed += _test(protocol, sheets, with_coverage)
    return FAILS if failed else HOLDS


def _test(protocol: Protocol, sheets: Sequence[tuple[str, Sheet]], with_coverage: bool) -> int:
    """Runs the courses of one protocol; returns how many failed."""
    from protocol.adapters.outcomes import judged_text, result_text, totals
    from protocol.adapters.selection import under
    from protocol.commands.tested import tested

    results, covered = [], []
    for file, sheet in sheets:
        read = under(protocol, sheet.readings)
        for result, trace in tested(protocol, file, sheet):
            results.append(result)
            show(result_text(result))
            # What is reached under another reading says nothing of the rules in force under the chosen one.
            covered.extend([(trace, _asserting(result.example, trace))] if read == protocol else [])
    show("\n".join(("", *totals(results, (sheet.counts for _, sheet in sheets)), *judged_text(protocol, results))))
    if with_coverage:
        from protocol.semantics.coverage import coverage

        show("\n".join(("", "Coverage, of visits that expect dose, rule and status:", *coverage(protocol, covered).lines())))
    return sum(result.failed for result in results)


def _asserting(example: Example, trace: Trace) -> list[bool]:
    """For each step of the trace whether a dose, a rule and a status are expected of it."""
    from protocol.checks.expectations import steps_of

    steps = zip(steps_of(example.course, trace), example.expectations, strict=True)
    asserting = [step for step, items in steps if {"dose", "rule", "status"} <= {item.column for item in items}]
    return [any(step is one for one in asserting) for step in trace.steps]
