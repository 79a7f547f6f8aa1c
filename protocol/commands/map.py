"""The command `map`: what a mapping makes of the tables of a study."""

from __future__ import annotations

from pathlib import Path

import click

from protocol.commands import FAILS, HOLDS
from protocol.commands.data import data_folder, mapped
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.screen import show, width

FORMAT = "protocol-map/1"


@click.command(
    cls=Answering,
    short_help="Make courses of the tables of a study.",
    epilog="Example: protocol map --check cdiscpilot-xanomeline/cdiscpilot.mapping.yaml --data cdiscpilot",
)
@click.argument("mapping", type=click.Path(path_type=Path))
@data_folder
@click.option(
    "--check", is_flag=True, help="Say what would be read; nothing is written, and values that are refused are findings."
)
@click.option("--all", "everything", is_flag=True, help="List every reason and every value that is refused, not only the first.")
@in_form("text", "json")
def map(mapping: Path, folder: Path | None, check: bool, everything: bool, form: str) -> int:
    """Say what a mapping makes of the tables of a study: what is read, converted, refused and left out, with counts.

    MAPPING is a file that ends in .mapping.yaml. Every row is used, corrected, duplicated, refused or ignored, and the counts
    add up. With --check it exits with 1 if anything is refused.
    """
    from protocol.adapters.mapped.summary import summary
    from protocol.adapters.mapped.summary_text import summary_text

    protocol, found = mapped(mapping, folder)
    told = summary(found, protocol)
    if form == "json":
        answer(FORMAT, {"summary": told})
    else:
        show(summary_text(told, width(), everything))
    refused = any(one.fates.refused or one.used_in_part for one in told.tables)
    return FAILS if check and refused else HOLDS
