"""The command `watch`: where are the rules of a protocol true in data of patients who were not treated by it?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from protocol.commands import HOLDS
from protocol.commands.data import data_folder, sheet_of
from protocol.commands.form import Answering, in_form
from protocol.commands.screen import show, width
from protocol.commands.subject import complete_spec, load

if TYPE_CHECKING:
    from protocol.model.protocol import Protocol


@click.command(
    cls=Answering,
    short_help="See where the rules of a protocol are true in data, without its dose.",
    epilog="Example: protocol watch imatinib-label courses.md --rule hold-hepatic",
)
@click.argument("spec", shell_complete=complete_spec)
@click.argument("data", type=click.Path(path_type=Path))
@data_folder
@click.option(
    "--rule", "rules", metavar="RULE", multiple=True, help="Only this rule, of whatever state; can be given several times."
)
@click.option("--course", "name", help="Only the courses whose heading is this, or begins so.")
@click.option("--summary", is_flag=True, help="Only the numbers, and not in which courses a rule is true.")
@in_form("text", "csv", "json")
@click.option("--reading", "readings", metavar="NAME=READING", multiple=True, help="Another reading of an open question.")
def watch(
    spec: str,
    data: Path,
    folder: Path | None,
    rules: tuple[str, ...],
    name: str | None,
    summary: bool,
    form: str,
    readings: tuple[str, ...],
) -> int:
    """Evaluate the rules of a protocol on the readings of patients, whatever drug and dose they had.

    DATA is a Markdown or CSV file of courses, or a mapping for the tables in --data. At each visit each rule that applies on
    treatment is true, false or unknown; day 0 is the first dose, and what depends on the dose otherwise is unknown. Nothing is
    decided. Exits with 0.
    """
    from protocol.adapters.selection import named, pairs, under
    from protocol.adapters.watched import watched
    from protocol.commands.progress import watched as one_by_one
    from protocol.semantics.watch import watch as watch_course

    protocol = load(spec)
    sheet = sheet_of(data, protocol, folder)
    protocol = under(protocol, (*sheet.readings, *pairs(readings)))
    _check(protocol, rules)
    examples = sheet.examples if name is None else named(sheet.examples, name)
    watchings = [watch_course(protocol, example.course, rules) for example in one_by_one(examples, "courses")]
    for part in watched(watchings, protocol, form, width(), summary):
        show(part) if form == "text" else click.echo(part)
    if form == "text" and name is None:
        show(f"\n{sheet.counts.line()}")
    return HOLDS


def _check(protocol: Protocol, rules: tuple[str, ...]) -> None:
    """A rule that the protocol does not have, or not under its readings, is a mistake."""
    from protocol.language.hints import told_instead

    known = {rule.name for rule in protocol.in_force()}
    for name in rules:
        if name not in known:
            raise click.UsageError(told_instead(f"'{name}' is not a rule of {protocol.name}", name, known, "Rules"))
