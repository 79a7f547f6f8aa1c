"""The command `replay-table`: the decisions on visits that are too many for a file of courses, from Parquet files to a folder."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
from attrs import asdict

from protocol.commands import FAILS, HOLDS
from protocol.commands.compiling import tell_of_compiling
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.rate import rated
from protocol.commands.screen import show
from protocol.commands.subject import complete_spec, identity, load
from protocol.commands.terminated import terminated_as_interrupted

if TYPE_CHECKING:
    from protocol.executors.in_buckets.run_folder import Counts, Manifest, Values

FORMAT = "protocol-replay-table/1"


@click.command(
    cls=Answering,
    short_help="Replay many patients, from Parquet files to a folder of decisions.",
    epilog="Example: protocol replay-table imatinib-hes visits.parquet --out decided",
)
@click.argument("spec", shell_complete=complete_spec)
@click.argument("visits", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", "folder", required=True, metavar="FOLDER", type=click.Path(path_type=Path), help="Where decisions go.")
@click.option(
    "--follow",
    type=click.Choice(("given", "recommended")),
    default="given",
    show_default=True,
    metavar="WHAT",
    help="A patient's state follows what was given, or was recommended.",
)
@click.option("--buckets", type=click.IntRange(1, 99_999), metavar="N", help="So many parts; else one for each 500,000 visits.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="So many processes; else one for each processor.")
@click.option(
    "--engine",
    type=click.Choice(("local", "spark")),
    default="local",
    show_default=True,
    metavar="WHO",
    help="Processes of this machine (local), or spark.",
)
@click.option("--memory", default="1GB", show_default=True, metavar="SIZE", help="What sorting may use; the rest goes to disk.")
@click.option("--reading", "readings", metavar="NAME=READING", multiple=True, help="Another reading of an open question.")
@in_form("text", "json")
def replay_table(
    spec: str,
    visits: tuple[Path, ...],
    folder: Path,
    follow: Literal["given", "recommended"],
    buckets: int | None,
    workers: int | None,
    engine: Literal["local", "spark"],
    memory: str,
    readings: tuple[str, ...],
    form: str,
) -> int:
    """Say what a protocol decides at each visit of Parquet files of visits, and where the doses given differ from it.

    VISITS are files, or folders of them, with the columns that 'protocol explain tables' lists, in any order of rows. FOLDER
    gets the decisions as Parquet files, sorted by patient, and manifest.json. Stopped or killed, it goes on when it is run again.
    Exits with 1 if there is a deviation. What depends on something missing is none.
    """
    from protocol.adapters.selection import pairs, under
    from protocol.executors.in_buckets.replay_files import Means, check_extras, replay_files

    protocol = under(load(spec), pairs(readings))
    check_extras(engine)
    from protocol.executors.in_buckets.visit_files import found

    tell_of_compiling(protocol)
    heard: list[str] = []
    try:
        with rated() as tell, terminated_as_interrupted():
            means = Means(workers or os.cpu_count() or 1, engine, memory, tell, heard.append)
            done = replay_files(protocol, found(visits), folder, follow=follow, buckets=buckets, means=means)
    except KeyboardInterrupt:
        click.echo(f"Stopped. What was done is kept in '{folder}': run the same command again to go on.", err=True)
        raise click.Abort from None
    if form == "json":
        answer(FORMAT, {**identity(protocol), **_fields(done)})
    else:
        show("\n".join(_lines(done, folder, heard)))
    return FAILS if done.counts.deviations else HOLDS


def _lines(done: Manifest, folder: Path, heard: Sequence[str]) -> Iterator[str]:
    counts = done.counts
    amount = (
        f"{_number(counts.visits, 'visit')} of {_number(counts.patients, 'patient')}, in {_number(len(done.buckets), 'bucket')}"
    )
    yield f"{done.run.protocol}: {amount}."
    yield f"Decisions: {_listed(counts.status)}."
    yield from (f"Decided {how}, {_number(number, 'bucket')}." for how, number in sorted(Counter(heard).items()) if how)
    yield from _judged(counts)
    yield f"{_number(counts.refused_readings, 'refused reading')}."
    yield f"The decisions are in {folder / 'decisions'}, what they rest on in {folder / 'manifest.json'}."


def _judged(counts: Counts) -> Iterator[str]:
    """What became of the doses given."""
    from protocol.executors.in_buckets.run_folder import NOT_DECIDABLE

    given = {"every": 0, "some": 0, "none": 0} | dict(counts.verdict)
    later = f"; only later, but in time: {counts.in_time:,}" if counts.in_time else ""
    yield (
        f"Visits at which the dose given is permitted: {given['every']:,}; depending on what is missing: {given['some']:,}; "
        f"not permitted: {given['none'] - counts.in_time:,}{later}."
    )
    yield f"{_number(counts.deviations, 'deviation')}, of {_number(counts.patients_with_deviations, 'patient')}."
    certain = dict(counts.deviation)
    open_ones = certain.pop(NOT_DECIDABLE, 0)
    longest = max(map(len, certain), default=0)
    for kind, number in sorted(certain.items(), key=lambda one: (-one[1], one[0])):
        yield f"  {kind:{longest}}  {number:>12,}"
    if open_ones:
        yield f"{_number(open_ones, 'visit')} not decidable: it depends on what is missing whether the dose given is permitted."


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _listed(values: Values) -> str:
    return "; ".join(f"{value} {number:,}" for value, number in values) or "none"


def _fields(done: Manifest) -> dict[str, Any]:
    """What is in the manifest, for programs that only read what is printed."""
    counts = asdict(done.counts, recurse=False)
    return {
        "files": [source.file for source in done.run.sources],
        "follow": done.run.follow,
        "buckets": len(done.buckets),
        "counts": {name: dict(value) if isinstance(value, tuple) else value for name, value in counts.items()},
    }
