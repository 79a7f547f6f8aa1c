"""The command `why`: why was a visit decided so?"""

from __future__ import annotations

from pathlib import Path

import click

from protocol.commands import HOLDS
from protocol.commands.screen import show, width
from protocol.commands.subject import courses_beside, load, traces_of


@click.command(
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
    protocol = load(spec)
    sheets = [from_file(item, protocol) for item in ([file] if file else courses_beside(spec))]
    sheet, example = one(sheets, heading)
    protocol = under(protocol, (*sheet.readings, *(pair(text) for text in readings)))
    (trace,) = traces_of(protocol, (example,))
    step = at(trace, moment(time, protocol))
    revised = [revision_text(item, protocol, width()) for item in trace.revisions if item.time == step.decision.time]
    head = f"{protocol.name} {protocol.version}, {example.course.name}"
    show("\n\n".join((head, explanation(step, protocol, width(), late_at(trace, step)), *revised)))
    return HOLDS
