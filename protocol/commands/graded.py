"""What do published criteria say of laboratory values? Their grades as a page, with the source and what is unverified."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from protocol.model.quantity import say_number
from protocol.semantics.scales import Baseline, Bound, Scale, scales

_SIGNS = {("low", False): "<", ("low", True): "<=", ("high", False): ">", ("high", True): ">="}
_SCALES: dict[Baseline | None, str] = {None: "", "normal": "", "high": "baseline above ULN", "low": "baseline below LLN"}
_GRADES = (1, 2, 3, 4)

_HOW = (
    "A value has the worst grade whose bound it is beyond; '-' is a grade that no value has by itself, and grade 5 is death. "
    "LLN and ULN are the limits of normal that the laboratory reports with the value, baseline is the last value up to the "
    "first dose. Where one that matters is missing, the grade is unknown, and not 0."
)
_BASELINE = (
    "A baseline is taken as abnormal if it was above the ULN that comes with the value. Where the two scales of a grade have one "
    "multiple, grade(...) asks for both; where they differ, it cannot tell which one counts, and such a grade has to be written "
    "out."
)


def criteria_page(criteria: str, width: int) -> str:
    """The page of some criteria: the grades of each term, how they are read, and where they are printed."""
    found = scales(criteria)
    whose = found[0].bounds[0].source.split("; ")[0]
    unverified = dict.fromkeys(bound.unverified for graded in found for bound in graded.bounds if bound.unverified)
    has_baselines = any(bound.baseline for graded in found for bound in graded.bounds)
    notes = (_HOW, *((_BASELINE,) if has_baselines else ()), *(f"Unverified: {why}." for why in unverified))
    head = f"{criteria}: the grades of laboratory values" + (", unverified" if unverified else "")
    filled = (textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False) for text in (f"{whose}.", *notes))
    sources = "\n".join(["As printed", *(f"  {graded.term}: {_printed(graded)}" for graded in found)])
    return "\n\n".join((head, _table(found), *filled, sources))


def _table(found: tuple[Scale, ...]) -> str:
    rows = [("", *(f"grade {grade}" for grade in _GRADES)), *(row for graded in found for row in _rows(graded))]
    wide = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(size) for cell, size in zip(row, wide, strict=True)).rstrip() for row in rows)


def _rows(graded: Scale) -> Iterator[tuple[str, ...]]:
    """One row for each unit and each scale; a row that begins with 'or' is as good as the one above it."""
    for was, says in _SCALES.items():
        bounds = [bound for bound in graded.bounds if bound.baseline == was]
        units = dict.fromkeys(bound.unit for bound in bounds if not bound.relative_to)
        if units:
            everywhere = [bound for bound in bounds if bound.relative_to]
            for unit in units:
                yield f"{graded.term}, {unit}", *_cells(graded, [*everywhere, *(one for one in bounds if one.unit == unit)])
            continue
        for limit in dict.fromkeys(bound.relative_to for bound in bounds):
            begin = f"  {says}" if says else "  or" if limit == "baseline" else graded.term
            yield begin, *_cells(graded, [bound for bound in bounds if bound.relative_to == limit])


def _cells(graded: Scale, bounds: list[Bound]) -> Iterator[str]:
    for grade in _GRADES:
        yield next((_bound(graded, bound) for bound in bounds if bound.grade == grade), "-")


def _bound(graded: Scale, bound: Bound) -> str:
    sign, number = _SIGNS[graded.worse, bound.inclusive], say_number(bound.bound)
    if not bound.relative_to:
        return f"{sign} {number}"
    return f"{sign} {bound.relative_to}" if bound.bound == 1 else f"{sign} {number} x {bound.relative_to}"


def _printed(graded: Scale) -> str:
    return ", ".join(graded.bounds[0].source.split("; ")[1:])
