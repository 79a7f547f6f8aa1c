"""What stands at the head of the columns and rows of a table: places or conditions, and what both mean together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import frozen

from protocol.language.fields import Fields
from protocol.language.guards import parsed
from protocol.language.names import Names
from protocol.language.nodes import Scalar, joined, located
from protocol.language.phrases import WHERE, read_where
from protocol.language.report import Report, shown
from protocol.language.to_text import say_guard, say_term, say_where
from protocol.model.guard import Always, And, Compare, Guard, Not, Or
from protocol.model.rule import Where

SIGN = re.compile(r"\s*[<>=!]")
"""How a row begins that goes on with the text of each column."""

Head = Where | Guard


@frozen
class Heads:
    """The heads as they are read: ``cells`` has, row by row, where each cell applies by its column, and what it asks.

    Where rows go on with the columns there is no telling the two apart: ``columns`` are then those of the first row with it,
    ``rows`` those of the first column with them.
    """

    columns: tuple[Head, ...]
    rows: tuple[Guard, ...]
    cells: tuple[tuple[tuple[Where | None, Guard], ...], ...]
    goes_on: bool

    def said(self, durations: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The texts of the columns and of the rows; ``durations`` names the trackers that hold minutes."""
        columns = tuple(say_where(head) if isinstance(head, Where) else say_guard(head, durations) for head in self.columns)
        rows = tuple(say_guard(row, durations) for row in self.rows)
        if not self.goes_on:
            return columns, rows
        tails = tuple(_tail(row, durations) for row in self.rows)
        return tuple(text.removesuffix(f" {tails[0]}") for text in columns), tails


def _tail(guard: Guard, durations: frozenset[str]) -> str:
    """The comparison with which a guard ends, without its term: ``>= 4 weeks``."""
    match guard:
        case And(parts) | Or(parts):
            return _tail(parts[-1], durations)
        case Not(part):
            return _tail(part, durations)
        case Compare(term):
            return say_guard(guard, durations).removeprefix(f"{say_term(term)} ")
        case _:
            raise TypeError(f"{guard!r} does not end with a comparison")


def read_heads(report: Report, names: Names, found: Fields, columns: Sequence[Scalar], rows: Sequence[Scalar]) -> Heads | None:
    """The heads of a table; None where they could not be read."""
    before = len(report.problems)
    if any(SIGN.match(row.text) for row in rows):
        heads = _going_on(report, names, found, columns, rows)
    else:
        heads = _apart(report, names, found, columns, rows)
    if heads is None or len(report.problems) > before:
        return None
    _check_different(report, columns, heads.columns)
    _check_different(report, rows, heads.rows)
    return heads


def _apart(report: Report, names: Names, found: Fields, columns: Sequence[Scalar], rows: Sequence[Scalar]) -> Heads | None:
    """Columns and rows of which each says something by itself."""
    heads: list[Head | None]
    if found.has("in"):
        heads = [_condition(report, names, found, column) for column in columns]
    elif any(_is_place(column) for column in columns):
        heads = [read_where(report, names, column) for column in columns]
    else:
        hint = "Add 'in: on treatment' where the columns are conditions, or write places such as 'on treatment at low' there."
        report.add("P023", f"{found.what} has no 'in', and its columns are no places", found.owner, hint)
        return None
    lines = tuple(_guard(report, names, row) for row in rows)
    whole = tuple(head for head in heads if head is not None)
    return Heads(whole, lines, tuple(tuple(_meant(head, line) for head in whole) for line in lines), False)


def _meant(column: Head, row: Guard) -> tuple[Where | None, Guard]:
    return (column, row) if isinstance(column, Where) else (None, both(column, row))


def _going_on(report: Report, names: Names, found: Fields, columns: Sequence[Scalar], rows: Sequence[Scalar]) -> Heads | None:
    """Rows that begin with a comparison sign; each of them goes on with the text of each column."""
    first = next(row for row in rows if SIGN.match(row.text))
    hint = "Begin every row with a comparison sign, or write whole conditions in the columns and in the rows."
    for row in rows:
        if not SIGN.match(row.text):
            report.add(
                "P096", f"the row {shown(row.text)} does not go on with the columns, as {shown(first.text)} does", row.span, hint
            )
        if re.search(r"\b(?:and|or|not)\b", row.text):
            report.add("P096", f"the row {shown(row.text)} is more than one comparison", row.span, "Put the rest into 'when'.")
    if not found.has("in"):
        message = f"{found.what} has no 'in', and the row {shown(first.text)} goes on with a condition"
        report.add("P023", message, found.owner, "Add 'in: on treatment', and write conditions as columns.")
    if report.problems:
        return None
    texts, lines = [located(report.text, one) for one in columns], [located(report.text, one) for one in rows]
    read = tuple(tuple(parsed(report, names, joined(column, line)).guard for column in texts) for line in lines)
    return Heads(read[0], tuple(line[0] for line in read), tuple(tuple((None, one) for one in line) for line in read), True)


def _condition(report: Report, names: Names, found: Fields, column: Scalar) -> Guard:
    if _is_place(column) and not names.section(column.text):
        hint = "Leave 'in' out: each column says where it applies. Or write a condition there."
        report.add("P096", f"the column {shown(column.text)} is a place, and {found.what} has an 'in'", column.span, hint)
        return Always()
    return _guard(report, names, column)


def _is_place(column: Scalar) -> bool:
    return WHERE.fullmatch(column.text.strip()) is not None


def _guard(report: Report, names: Names, head: Scalar) -> Guard:
    return parsed(report, names, located(report.text, head)).guard


def _check_different(report: Report, texts: Sequence[Scalar], heads: Sequence[Head]) -> None:
    first: dict[Head, Scalar] = {}
    for text, head in zip(texts, heads, strict=True):
        if head in first:
            hint = f"It is first in {report.line(first[head].span, text.span)}; keep one of them."
            report.add("P020", f"{shown(text.text)} heads two columns or rows", text.span, hint)
        first.setdefault(head, text)


def both(*guards: Guard) -> Guard:
    """All of the guards, as one that asks them one after the other."""
    parts = [part for guard in guards for part in (guard.parts if isinstance(guard, And) else (guard,)) if part != Always()]
    if len(parts) < 2:
        return parts[0] if parts else Always()
    return And(tuple(parts))
