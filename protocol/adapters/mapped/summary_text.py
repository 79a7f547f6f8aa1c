"""What a mapping makes of tables, as text: every number, why rows are not used, and what was done to values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import astuple

from protocol.adapters.filled import filled
from protocol.adapters.mapped.account import FATES, Group
from protocol.adapters.mapped.planned import Planned
from protocol.adapters.mapped.summary import Fates, InputSummary, Summary, TableSummary
from protocol.adapters.phrases import counted

MOST = 8
"""Reasons, and names of columns, of which no more are listed; the JSON form has all."""


def summary_text(found: Summary, width: int, everything: bool = False) -> str:
    """The summary in lines of a width; ``everything``: no reason is left out."""
    most = 10**6 if everything else MOST
    sections = (
        ("Rows", tuple(_rows(found.tables))),
        ("Rows that are not used, and why", tuple(line for one in found.tables for line in _why(one, most, width))),
        ("Values", tuple(_values(found.inputs))),
        ("Inputs to which nothing is mapped", _names(found.inputs_not_mapped, width)),
        ("Values that are refused", tuple(_of_inputs(found, "refusals", most, width))),
        ("Limits of normal that are left out", tuple(_of_inputs(found, "limits", most, width))),
        ("Units that are renamed", tuple(_of_inputs(found, "renamed", most, width))),
        ("Units that are converted", tuple(_of_inputs(found, "converted", most, width))),
        ("Also", tuple(line for one in found.noted for line in _group(one, width))),
        ("Visits as they were planned, on study days", tuple(_planned(found.planned))),
        ("Columns that nothing asks", tuple(line for one in found.tables for line in _columns(one, most, width))),
    )
    below = (line for title, lines in sections if lines for line in ("", title, *lines))
    return "\n".join((*_head(found, width), *below))


def _head(found: Summary, width: int) -> Iterator[str]:
    yield from filled(
        f"Mapping {found.mapping} {found.mapping_version}, fingerprint {found.mapping_fingerprint}, for {found.protocol} "
        f"{found.protocol_version}, fingerprint {found.protocol_fingerprint}",
        width,
    )
    dosing = f"{counted(found.intervals, 'interval')} of dosing"
    among = f" ({found.dose_only:,} of them only a change of dose)" if found.dose_only else ""
    yield from filled(f"{counted(found.courses, 'course')}, {counted(found.visits, 'visit')}{among}, {dosing}", width)


def _rows(tables: tuple[TableSummary, ...]) -> Iterator[str]:
    rows = [(one.file, one.rows, *astuple(one.fates)) for one in tables]
    total = sum((one.fates for one in tables), Fates())
    yield from _table(("", "read", *FATES), [*rows, ("all", sum(one.rows for one in tables), *astuple(total))])
    in_part = sum(one.used_in_part for one in tables)
    if in_part:
        yield f"  Of {in_part:,} of the rows used something is refused."


def _values(inputs: tuple[InputSummary, ...]) -> Iterator[str]:
    rows = [(one.input, one.read, *astuple(one.fates), one.empty, one.assumed, one.censored) for one in inputs]
    yield from _table(("", "read", *FATES, "empty", "assumed", "censored"), rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """The rows under a header. A column of nothing but zeros says nothing; those that add up stay."""
    shown = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    kept = [
        number for number, name in enumerate(header) if name in ("", "read", *FATES) or any(row[number] != "0" for row in shown)
    ]
    widths = {number: max(len(line[number]) for line in (list(header), *shown)) for number in kept}
    for line in (list(header), *shown):
        cells = (f"{line[0]:{widths[0]}}", *(f"{line[number]:>{widths[number]}}" for number in kept[1:]))
        yield f"  {'  '.join(cells)}".rstrip()


def _why(table: TableSummary, most: int, width: int) -> Iterator[str]:
    for one in table.why[:most]:
        yield from filled(f"{one.rows.count:,} {one.fate}: {_said(one.rows)}", width, f"  {table.file}: ", "    ")
    hidden = table.why[most:]
    if hidden:
        count = sum(one.rows.count for one in hidden)
        yield f"  {table.file}: {count:,} more, for {counted(len(hidden), 'further reason')}; --all lists them"


def _said(one: Group) -> str:
    where = f" ({', '.join(one.examples)})" if one.examples else ""
    return f"{one.what}{where}{f'. {one.hint}' if one.hint else ''}"


def _group(one: Group, width: int) -> list[str]:
    return filled(f"{one.count:,}: {_said(one)}", width, "  ")


def _of_inputs(found: Summary, what: str, most: int, width: int) -> Iterator[str]:
    for one in found.inputs:
        groups: tuple[Group, ...] = getattr(one, what)
        for group in groups[:most]:
            yield from filled(f"{group.count:,}: {_said(group)}", width, f"  {one.input}: ", "    ")
        if groups[most:]:
            yield f"  {one.input}: {sum(group.count for group in groups[most:]):,} more; --all lists them"


def _names(names: Iterable[str], width: int) -> tuple[str, ...]:
    listed = ", ".join(names)
    return tuple(filled(listed, width, "  ", "  ")) if listed else ()


def _columns(table: TableSummary, most: int, width: int) -> Iterator[str]:
    names = table.columns_not_asked
    if names:
        more = f" and {len(names) - 2 * most} more" if len(names) > 2 * most else ""
        yield from filled(f"{', '.join(names[: 2 * most])}{more}", width, f"  {table.file}: ", "    ")


def _planned(planned: tuple[Planned, ...]) -> Iterator[str]:
    header = ("", "planned", "visits", "first", "median", "last", "window", "early", "inside", "late")
    columns = len(header) if any(one.window for one in planned) else 6
    if planned:
        yield from _table(header[:columns], [_of_visit(one)[:columns] for one in planned])


def _of_visit(one: Planned) -> tuple[object, ...]:
    day = "unscheduled" if one.day is None and not one.window else "" if one.day is None else str(one.day)
    days = (str(one.first), str(one.median), str(one.last))
    within = (str(one.early), str(one.inside), str(one.late)) if one.window else ("", "", "")
    return f"visit {one.visit}", day, one.count, *days, one.window, *within
