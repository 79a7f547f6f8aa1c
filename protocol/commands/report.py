"""The command `report`: a replay as one page of HTML that people look at, and its figures as files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from protocol.commands import HOLDS
from protocol.commands.data import data_folder, sheet_of
from protocol.commands.output import check_new_folder, check_output, read_of
from protocol.commands.progress import watched
from protocol.commands.screen import show
from protocol.commands.subject import complete_spec, load, traces_of

if TYPE_CHECKING:
    from protocol.adapters.report.computed import Computed
    from protocol.adapters.report.drawn import Pages
    from protocol.adapters.sheet import Example
    from protocol.model.decision import Trace
    from protocol.model.protocol import Protocol

PAGES = ("deviating", "noted", "all")
_WHOSE = "Who has a page: deviating (who deviates), noted (also of whom that cannot be decided), or all."


@click.command(
    short_help="Write a replay as a page to look at.",
    epilog="Example: protocol report imatinib-hes courses.md --out report.html --figures figures",
)
@click.argument("spec", shell_complete=complete_spec)
@click.argument("courses", type=click.Path(path_type=Path))
@data_folder
@click.option("--out", "page", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file of HTML to write.")
@click.option("--figures", type=click.Path(path_type=Path, file_okay=False), help="Also each figure as SVG and PNG.")
@click.option("--by", metavar="INPUT", help="Group by this input; else by the first choice that never changes, such as an arm.")
@click.option("--pages", type=click.Choice(PAGES), default=PAGES[0], show_default=True, metavar="WHO", help=_WHOSE)
@click.option("--reading", "readings", metavar="NAME=READING", multiple=True, help="Another reading of an open question.")
def report(
    spec: str,
    courses: Path,
    folder: Path | None,
    page: Path,
    figures: Path | None,
    by: str | None,
    pages: Pages,
    readings: tuple[str, ...],
) -> int:
    """Write where the doses given differ from a protocol as one page: numbers, a swimmer plot, and each patient who deviates.

    The page is one file that works offline and prints well. COURSES is a Markdown or CSV file, or a mapping for the tables
    in --data. Exits with 0 whether or not there are deviations.
    """
    from protocol.adapters.report.drawn import report as drawn
    from protocol.adapters.report.files import check_extra, write_figures, write_page
    from protocol.adapters.selection import pairs, under

    check_extra(figures is not None)
    check_output(page, "--out", read_of(spec, courses, folder))
    for option, place in (("--out", page.parent), ("--figures", figures)):
        if place is not None:
            check_new_folder(place, option)
    protocol = load(spec)
    sheet = sheet_of(courses, protocol, folder)
    protocol = under(protocol, (*sheet.readings, *pairs(readings)))
    grouping = _grouping(by, protocol)
    traces = traces_of(protocol, sheet.examples)
    found = drawn(traces, protocol, _computed(protocol, sheet.examples, traces), grouping, pages)
    written = write_page(found, page, courses.name)
    show(f"{page}: {written}")
    show(sheet.counts.line())
    if figures is not None:
        show(f"{figures}: {write_figures(found, figures, partial(watched, what='figures'))}")
    return HOLDS


def _computed(protocol: Protocol, examples: Sequence[Example], traces: Sequence[Trace]) -> Computed:
    """What is shown beside the traces; for the planned dose each course is followed once more, as recommended."""
    from protocol.adapters.report.computed import Computed
    from protocol.semantics.derived_values import derived_values
    from protocol.semantics.exposed import spells
    from protocol.semantics.replay import planned
    from protocol.semantics.summary import summary

    pairs = zip(traces, watched(examples, "courses as recommended"), strict=True)
    summaries = {trace.course: summary(protocol, trace, planned(protocol, example.course)) for trace, example in pairs}
    return Computed(spells, partial(derived_values, protocol), summaries)


def _grouping(by: str | None, protocol: Protocol) -> str:
    """The name of the input; raises NotationError for one that the protocol does not have."""
    from protocol.adapters.problems import did_you_mean, quoted
    from protocol.errors import NotationError

    names = [item.name for item in protocol.inputs]
    if by is not None and by not in names:
        raise NotationError(f"{quoted(by)} is not an input", did_you_mean(by, names, "Inputs"))
    return by or ""
