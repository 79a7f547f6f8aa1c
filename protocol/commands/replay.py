"""The command `replay`: what a protocol decides at each visit, and where the doses given differ from it."""

from __future__ import annotations

from pathlib import Path

import click

from protocol.commands import FAILS, HOLDS
from protocol.commands.conformed import Asked, check, differences, listed, summed
from protocol.commands.data import data_folder
from protocol.commands.form import Answering, in_form
from protocol.commands.subject import complete_spec


@click.command(
    cls=Answering,
    short_help="Compare the doses given with a protocol.",
    epilog="Example: protocol replay imatinib-hes courses.md --course 'patient 1' --reading four-weeks-over=study-day",
)
@click.argument("spec", shell_complete=complete_spec)
@click.argument("courses", type=click.Path(path_type=Path))
@data_folder
@click.option("--course", "name", help="Only the courses whose heading is this, or begins so.")
@click.option("--summary", is_flag=True, help="Exposure and changes of the dose in numbers ('protocol explain conformance').")
@click.option("--by", metavar="INPUT", help="Sum up by this input; else by the first choice that never changes, such as an arm.")
@click.option("--adverse", metavar="RULE", multiple=True, help="A rule that lowers the dose because of an adverse event.")
@click.option("--against", metavar="SPEC", help="Show the visits that another protocol decides or judges otherwise.")
@click.option("--deviations", metavar="FILE", type=click.Path(path_type=Path), help="Also write them to .csv, .json or .parquet.")
@click.option("--follow", type=click.Choice(("given", "recommended")), default="given", show_default=True, metavar="DOSES",
              help="The doses that were given, or those that the protocol recommends: given, recommended.")  # fmt: skip
@in_form("text", "csv", "json")
@click.option("--reading", "readings", metavar="NAME=READING", multiple=True, help="Another reading of an open question.")
def replay(**options: object) -> int:
    """Say what a protocol decides at each visit of a file of courses, and where the doses given differ from it.

    COURSES is a Markdown or CSV file, or a mapping for the tables in --data. Exits with 1 if there is a deviation, or, with
    --against, a visit that is decided or judged otherwise. What depends on something missing is no deviation.
    """
    asked = Asked(**options)  # type: ignore[arg-type]
    check(asked)
    if asked.against:
        return FAILS if differences(asked) else HOLDS
    return FAILS if (summed(asked) if asked.summary else listed(asked)) else HOLDS
