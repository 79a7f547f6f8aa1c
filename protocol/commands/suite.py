"""The command `suite`: the fewest courses that tell every change of a protocol from it, as a test of other builds of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from protocol.commands import FAILS, HOLDS
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.mutate import bounded, minutes_of
from protocol.commands.subject import complete_spec, load

if TYPE_CHECKING:
    from protocol.model.mutation import Suite
    from protocol.model.protocol import Protocol

FORMAT = "protocol-suite/1"


@click.command(
    cls=Answering,
    short_help="Print the courses that test another build of a protocol.",
    epilog="Example: protocol suite heparin-raschke --sheet",
)
@click.argument("spec", shell_complete=complete_spec)
@bounded
@click.option("--sheet", is_flag=True, help="As Markdown a sheet to print and tick off, as html is.")
@in_form("md", "csv", "json", "html")
def suite(spec: str, jobs: int | None, every: str | None, states: int, seconds: float, sheet: bool, form: str) -> int:
    """Print the fewest courses found that tell every single change of a protocol from it, with what is expected at each visit.

    Somebody else's build of the protocol that passes all of them has none of these changes in it. As Markdown it is a file
    of courses for 'protocol test', as CSV and JSON it is for programs, as HTML a sheet to print and tick off.

    Exits with 1 if of some change it was not found out whether any course tells it; these are listed on stderr.
    """
    from protocol.commands.mutated import Asked
    from protocol.commands.side_by_side import Interrupted
    from protocol.commands.suited import suited

    protocol = load(spec)
    try:
        found = suited(Asked(spec, protocol, minutes_of(every, protocol), states, seconds), jobs)
    except Interrupted:
        click.echo("Interrupted: a part of a suite would tell nothing, so none is printed.", err=True)
        return FAILS
    _print(found, protocol, form, sheet)
    for line in found.missed:
        click.echo(f"Not found out whether any course tells {line}", err=True)
    return FAILS if found.missed else HOLDS


def _print(found: Suite, protocol: Protocol, form: str, sheet: bool) -> None:
    from protocol.adapters.suites import as_courses, as_csv, as_html, as_sheet, fields

    if form == "json":
        answer(FORMAT, fields(found, protocol))
        return
    forms = {"md": as_sheet if sheet else as_courses, "csv": as_csv, "html": as_html}
    click.echo(forms[form](found, protocol), nl=False)
