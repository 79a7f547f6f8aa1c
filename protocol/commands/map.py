"""The command `map`: what a mapping makes of the tables of a study."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from protocol.commands import FAILS, HOLDS
from protocol.commands.data import data_folder, mapped
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.output import check_folder, check_output
from protocol.commands.screen import show, width

if TYPE_CHECKING:
    from protocol.adapters.mapped.courses import Mapped
    from protocol.adapters.mapped.summary import Summary
    from protocol.model.protocol import Protocol

FORMAT = "protocol-map/1"
_NOTHING = "\n\nNothing is written: no row makes a course."


@click.command(
    cls=Answering,
    short_help="Make courses of the tables of a study.",
    epilog="Example: protocol map --check cdiscpilot-xanomeline/cdiscpilot.mapping.yaml --data cdiscpilot",
)
@click.argument("mapping", type=click.Path(path_type=Path), required=False)
@data_folder
@click.option("--check", is_flag=True, help="Only say what would be read; exits with 1 if something is refused, or no course.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the visits to this Parquet file.")
@click.option("--all", "everything", is_flag=True, help="List every reason and every value refused, not only the first.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema (draft-07) of mappings, for editors; it needs no MAPPING.")
@in_form("text", "json")
def map(
    mapping: Path | None, folder: Path | None, check: bool, out: Path | None, everything: bool, schema: bool, form: str
) -> int:
    """Say what a mapping makes of the tables of a study: what is read, converted, refused and left out, with counts.

    MAPPING is a file that ends in .mapping.yaml, or the name of a shipped one; 'protocol explain mapping' says how it is written.
    Every row is used, corrected, duplicated, refused or ignored, and the counts add up. With --out the visits are written as a
    table for replay-table, and beside it a manifest of what they rest on.
    """
    from protocol.adapters.manifest import ENDING
    from protocol.adapters.mapped.summary import summary
    from protocol.adapters.mapped.summary_text import summary_text

    if schema:
        return _show_schema(mapping)
    if mapping is None:
        raise click.UsageError("Missing argument 'MAPPING': a file that ends in .mapping.yaml, or the name of a shipped one")
    if check and out:
        raise click.UsageError("--check writes nothing: leave out one of --check and --out")
    if out and out.suffix != ".parquet":
        raise click.UsageError(f"'{out}' does not end in .parquet: the visits are written as a Parquet file")
    protocol, found = mapped(mapping, folder)
    for file in (out, out.with_suffix(ENDING)) if out else ():
        check_output(file, "--out", (Path(found.mapping.file), *found.files.values()))
        check_folder(file, "--out")
    told = summary(found, protocol)
    written = "" if out is None else _write(found, protocol, told, out) if told.courses else _NOTHING
    if form == "json":
        answer(FORMAT, {"summary": told})
    else:
        show(summary_text(told, width(), everything) + written)
    refused = any(one.fates.refused or one.used_in_part for one in told.tables)
    return FAILS if (check and refused) or ((check or out) and not told.courses) else HOLDS


def _show_schema(mapping: Path | None) -> int:
    import json

    from protocol.language.mapping.to_schema import schema

    if mapping is not None:
        raise click.UsageError("The schema is of all mappings: leave MAPPING out.")
    click.echo(json.dumps(schema(), indent=2))
    return HOLDS


def _write(found: Mapped, protocol: Protocol, told: Summary, out: Path) -> str:
    """Writes the visits and their manifest; says so."""
    from protocol.adapters.manifest import ENDING, manifest, to_text
    from protocol.adapters.to_visits_table import to_visits_table, write_parquet
    from protocol.commands.installation import version

    made = to_visits_table(found.courses, protocol)
    beside = out.with_suffix(ENDING)
    unfinished = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        write_parquet(made, unfinished)
        os.replace(unfinished, out)
        unfinished.write_text(to_text(manifest(told, found.files.values(), out, made.left_out, version())), encoding="utf-8")
        os.replace(unfinished, beside)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        why = os.strerror(error.errno) if error.errno else str(error)
        raise click.ClickException(f"'{out}' cannot be written: {why}") from None
    left = "".join(f"\n  {name} is left out: {why}" for name, why in made.left_out)
    return f"\n\nWritten: {made.table.num_rows:,} rows to {out}, what they rest on to {beside}{left}"
