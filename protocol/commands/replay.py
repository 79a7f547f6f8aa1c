"""The command `replay`: what a protocol decides at each visit, and where the doses given differ from it."""

from __future__ import annotations

from pathlib import Path

import click

from protocol.commands import FAILS, HOLDS
from protocol.commands.data import data_folder, sheet_of
from protocol.commands.form import Answering, in_form
from protocol.commands.screen import show, width
from protocol.commands.subject import complete_spec, load, traces_of


@click.command(
    cls=Answering,
    short_help="Compare the doses given with a protocol.",
    epilog="Example: protocol replay imatinib-hes courses.md --course 'patient 1' --reading four-weeks-over=study-day",
)
@click.argument("spec", shell_complete=complete_spec)
@click.argument("courses", type=click.Path(path_type=Path))
@data_folder
@click.option("--course", "name", help="Only the courses whose heading is this, or begins so.")
@in_form("text", "csv", "json")
@click.option("--reading", "readings", metavar="NAME=READING", multiple=True, help="Another reading of an open question.")
def replay(spec: str, courses: Path, folder: Path | None, name: str | None, form: str, readings: tuple[str, ...]) -> int:
    """Say what a protocol decides at each visit of a file of courses, and where the doses given differ from it.

    COURSES is a Markdown or CSV file, or a mapping for the tables in --data. Exits with 1 if there is a deviation.
    """
    from protocol.adapters.replayed import replayed
    from protocol.adapters.selection import named, pairs, under
    from protocol.adapters.tally import tally

    protocol = load(spec)
    sheet = sheet_of(courses, protocol, folder)
    protocol = under(protocol, (*sheet.readings, *pairs(readings)))
    examples = sheet.examples if name is None else named(sheet.examples, name)
    traces = traces_of(protocol, examples)
    for part in replayed(traces, protocol, form, width()):
        show(part) if form == "text" else click.echo(part)
    if form == "text" and name is None:
        show(sheet.counts.line())
    return FAILS if tally(traces).deviations else HOLDS
