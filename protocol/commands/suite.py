"""The command `suite`: the fewest courses that tell every change of a protocol from it, as a test of other builds of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from protocol.commands import FAILS, HOLDS
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.mutate import bounded, megabytes_of, minutes_of
from protocol.commands.subject import complete_spec, load

if TYPE_CHECKING:
    from protocol.model.mutation import Suite
    from protocol.model.protocol import Protocol

FORMAT = "protocol-suite/1"


@click.command(
    cls=Answering,
    short_help="Print the courses that test another build of a protocol.",
    epilog="Example: protocol suite heparin-raschke --sheet html > sheet.html",
)
@click.argument("spec", shell_complete=complete_spec)
@bounded
@click.option("--sheet", type=click.Choice(("md", "html")), help="A sheet to print and tick off, instead.")
@in_form("md", "csv", "json")
def suite(
    spec: str, jobs: int | None, every: str | None, states: int, seconds: float, memory: int | None, sheet: str | None, form: str
) -> int:
    """Print the fewest courses found that tell every single change of a protocol from it, with what is expected at each visit.

    Somebody else's build of the protocol that passes all of them has none of these changes in it. As Markdown it is a file
    of courses for 'protocol test', as CSV and JSON it is for programs, and a sheet is for people.

    Exits with 1 if of some change it was not found out whether any course tells it; these are listed on stderr. Interrupted it
    prints none, because a part of a suite would tell nothing.
    """
    from protocol.commands.mutated import Asked
    from protocol.commands.side_by_side import Interrupted
    from protocol.commands.suited import suited

    if sheet is not None and form != "md":
        raise click.UsageError("'--sheet' is for people and '--format' for programs: give one of them")
    protocol = load(spec)
    try:
        asked = Asked(spec, protocol, minutes_of(every, protocol), states, seconds, megabytes_of(memory, jobs))
        found = suited(asked, jobs)
    except Interrupted:
        click.echo("Interrupted: a part of a suite would tell nothing, so none is printed.", err=True)
        raise click.Abort from None
    _print(found, protocol, form, sheet)
    for line in found.missed:
        click.echo(f"Not found out whether any course tells {line}", err=True)
    return FAILS if found.missed else HOLDS


def _print(found: Suite, protocol: Protocol, form: str, sheet: str | None) -> None:
    from protocol.adapters.suites import as_courses, as_csv, as_html, as_sheet, fields

    if form == "json" and sheet is None:
        answer(FORMAT, fields(found, protocol))
        return
    write = {"md": as_courses, "csv": as_csv}[form] if sheet is None else {"md": as_sheet, "html": as_html}[sheet]
    click.echo(write(found, protocol), nl=False)
