"""The files of a report: the page, and each figure as SVG and as PNG. A file is there whole, or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any

from protocol.adapters.phrases import counted
from protocol.adapters.report import svg
from protocol.adapters.report.drawn import Report
from protocol.adapters.report.page import template, to_html
from protocol.adapters.selection import slug
from protocol.errors import ExtraMissing, NotationError

Named = tuple[str, str]
Watch = Callable[[Sequence[Named]], Iterator[Named]]

_LONGEST = 80
"""Letters of a subject's name in that of a file."""
_SCALE = 3
"""Points of a PNG for each unit of a figure, which is 2160 in its width: enough for print over two columns."""


def check_extra(figures: bool) -> None:
    """Raises ExtraMissing where the libraries are not installed, before anything is computed for nothing."""
    template()
    if figures:
        _converter()


def write_page(report: Report, page: Path, source: str) -> str:
    """Writes the page; says what is in it. Raises ExtraMissing without jinja2, NotationError where it cannot be written."""
    html = to_html(report, source).encode()
    _write(page, html)
    deviating = sum(bool(lane.deviations) for lane in report.lanes)
    pages = counted(len(report.subjects), "subject page")
    return f"{counted(len(report.lanes), 'subject')}, {deviating} with deviations, {pages}, {len(html) / 1e6:.2f} MB"


def write_figures(report: Report, folder: Path, watch: Watch = iter) -> str:
    """Writes each figure twice; says how many. ``watch`` sees each go by. Raises ExtraMissing without vl_convert."""
    convert = _converter()
    figures = dict(figures_of(report))
    for name, drawn in watch(list(figures.items())):
        alone = svg.alone(drawn, report.style)
        _write(folder / f"{name}.svg", alone.encode())
        _write(folder / f"{name}.png", convert(alone))
    return f"{counted(len(figures), 'figure')} as SVG and PNG"


def figures_of(report: Report) -> Iterator[Named]:
    """Each figure by the name of its file; no two have the same, in letters of either size."""
    taken: set[str] = set()
    for kind, name, drawn in _drawn(report):
        said = slug(name)[:_LONGEST].strip("-")
        stem = f"{kind}-{said}" if said else kind
        free = next(one for one in chain([stem], (f"{stem}-{number}" for number in count(2))) if one.lower() not in taken)
        taken.add(free.lower())
        yield free, drawn


def _drawn(report: Report) -> Iterator[tuple[str, str, str]]:
    """The kind of each figure, the name of what it shows, and the figure; those of the cohort with their legend."""
    yield "legend", "", report.legend
    yield from (("doses", name, svg.stacked(drawn, report.dose_legend)) for name, drawn in report.occupancy.items())
    yield from (("swimmer", name, svg.stacked(drawn, report.legend)) for name, drawn in report.swimmers.items())
    yield from (("subject", name, drawn.figure) for name, drawn in report.subjects.items())


def _converter() -> Any:
    try:
        import vl_convert
    except ImportError:
        raise ExtraMissing("figures as PNG", "vl_convert", "report") from None
    return lambda alone: vl_convert.svg_to_png(alone, scale=_SCALE)


def _write(file: Path, content: bytes) -> None:
    """Under another name first, so that nobody ever finds half of it."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise NotationError(f"'{file}' cannot be written: {error.strerror or error}", "Give another place.") from None
