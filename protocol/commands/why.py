"""The command `why`: why was a visit decided so?"""

from __future__ import annotations

from pathlib import Path

import click

from protocol.commands import HOLDS
from protocol.commands.data import data_folder, sheet_of
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.screen import show, width
from protocol.commands.subject import complete_course, courses_beside, identity, load, traces_of

FORMAT = "protocol-why/1"


@click.command(
    cls=Answering,
    short_help="Explain the decision of one visit.",
    epilog="Example: protocol why imatinib-hes:patient-1 28",
    context_settings={"ignore_unknown_options": True},
    no_args_is_help=True,
)
@click.argument("course", shell_complete=complete_course)
@click.argument("time")
@click.option("--courses", "file", type=click.Path(path_type=Path), help="The file of courses, if not those beside the protocol.")
@data_folder
@click.option("--reading", "readings", metavar="NAME=READING", multiple=True, help="Another reading of an open question.")
@in_form("text", "json")
def why(course: str, time: str, file: Path | None, folder: Path | None, readings: tuple[str, ...], form: str) -> int:
    """Explain the decision of one visit: the rule, its source, the facts, what was permitted or missing, and what another
    reading of an open question would order.

    COURSE is SPEC:HEADING, where the beginning of the heading is enough. TIME is since the first dose: 28 in the protocol's
    unit of time, or '4 weeks', or as replay prints it, 'day 28'.
    """
    from protocol.adapters.refusals import late_at
    from protocol.adapters.selection import at, moment, one, pairs, under
    from protocol.adapters.to_text import explanation, revision_text
    from protocol.adapters.waiting import waiting_lines
    from protocol.language.to_text import duration_trackers, say_guard
    from protocol.semantics.grounds import grounds, open_questions
    from protocol.semantics.trace import state_before
    from protocol.semantics.waiting import waiting

    spec, colon, heading = course.partition(":")
    if not colon or not heading:
        raise click.UsageError(f"'{course}' does not say which course: write SPEC:HEADING, such as imatinib-hes:patient-1")
    protocol = load(spec)
    sheets = [sheet_of(item, protocol, folder) for item in ([file] if file else courses_beside(spec))]
    sheet, example = one(sheets, heading)
    protocol = under(protocol, (*sheet.readings, *pairs(readings)))
    (trace,) = traces_of(protocol, (example,))
    step = at(trace, moment(time, protocol))
    revised = tuple(item for item in trace.revisions if item.time == step.decision.time)
    late, held, before = late_at(trace, step), waiting(protocol, step), state_before(protocol, example.course, step)
    permits, questions = grounds(protocol, before, step), open_questions(protocol, before, step)
    if form == "json":
        named = {**identity(protocol), "course": example.course.name}
        told = {"step": step, "revisions": revised, "refused_later": late, "held": held}
        answer(FORMAT, {**named, **told, "permits": permits, "open_questions": questions})
        return HOLDS
    head = f"{protocol.name} {protocol.version}, {example.course.name}"
    said = (revision_text(item, protocol, width()) for item in revised)
    durations = duration_trackers(protocol)
    why_held = tuple(waiting_lines(held, protocol, lambda guard: say_guard(guard, durations)))
    show("\n\n".join((head, explanation(step, protocol, width(), late, why_held, permits, questions), *said)))
    return HOLDS
