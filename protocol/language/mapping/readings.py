"""One entry of ``readings``: from which column the values of an input come, of which rows, and at which time."""

from __future__ import annotations

from protocol.language.fields import Fields, fields
from protocol.language.mapping.parts import (
    ROWS,
    TIMES,
    Tables,
    column,
    conditions,
    like,
    named,
    rows,
    table,
    unit_of,
    values,
    when,
    windows,
)
from protocol.language.nodes import Listing, Node, Scalar
from protocol.language.report import Report, shown
from protocol.model.mapping import At, Missing, Reading, Repeats, When

READING_KEYS = (
    "table", "at", *TIMES, "until", "missing until", "outside", *ROWS, "value", "is", "days", "values", "unit", "in", "lower",
    "upper", "not done", "baseline", "repeats", "note",
)  # fmt: skip
AT: tuple[At, ...] = ("row", "first visit", "first dose", "last dose")
MISSING: tuple[Missing, ...] = ("ongoing", "unknown", "refuse")
REPEATS: tuple[Repeats, ...] = ("keep", "first", "last", "lowest", "highest")


def read_readings(report: Report, tables: Tables, name: Scalar, node: Node) -> tuple[Reading, ...]:
    """The entries of one input: one mapping, or a list of them."""
    parts = node.items if isinstance(node, Listing) else (node,)
    if not parts:
        report.add("P026", f"{shown(name.text)} is empty", name.span, "Say where its values come from.")
    found = (_reading(report, tables, name, part) for part in parts)
    return tuple(one for one in found if one)


def _reading(report: Report, tables: Tables, name: Scalar, node: Node) -> Reading | None:
    owner = f"reading {shown(name.text)}"
    found = fields(report, owner, name, node, READING_KEYS)
    if found is None:
        return None
    source, at = table(report, found, tables), found.word("at", AT, "row")
    own = when(report, found)
    _check(report, found, at, own)
    start = own if own.column else _of_table(tables, source.name if source else "")
    if at == "row" and source and start is not None and not start.column:
        hint = "Give the table a time, or this reading: 'date: COLUMN', 'study day: COLUMN' or 'elapsed: COLUMN'."
        report.add("P023", f"{owner} has no time", found.owner, hint)
    return Reading(
        named(report, name),
        source,
        at,
        own,
        like(report, found, "until", start or own),
        found.word("missing until", MISSING, "ongoing"),
        rows(report, found),
        column(report, found, "value"),
        found.text("is"),
        windows(report, found),
        values(report, found, "values"),
        column(report, found, "unit"),
        unit_of(report, found, "in"),
        column(report, found, "lower"),
        column(report, found, "upper"),
        conditions(report, found, "not done"),
        conditions(report, found, "baseline"),
        found.word("repeats", REPEATS, "keep"),
        found.text("outside"),
        found.text("note"),
    )


def _of_table(tables: Tables, name: str) -> When | None:
    """The time of a table's rows; None where it is not known."""
    source = tables.get(name)
    return source.when if source else None


def _check(report: Report, found: Fields, at: At, own: When) -> None:
    """What does not go together, or is missing."""
    said = found.said(("value", "is", "days"))
    if len(said) > 1:
        hint = "Keep one: 'value' names a column, 'is' is always the same, 'days' are the windows of visits."
        report.add("P024", f"{found.what} has both '{said[0]}' and '{said[1]}'", found.key(said[1]), hint)
    if not said:
        report.add("P023", f"{found.what} has no value", found.owner, "Add 'value: COLUMN', or 'is: yes' for what is always so.")
    if found.has("unit") and found.has("in"):
        hint = "Keep one: 'unit' names a column, 'in' a unit."
        report.add("P024", f"{found.what} has both 'unit' and 'in'", found.key("in"), hint)
    if not found.has("table") and at == "row":
        found.require("table", hint="Add 'table: NAME', or 'at: first visit' for what is so of every patient.")
    if not found.has("table"):
        columns = ("value", "days", "unit", "lower", "upper", "not done", "baseline", "until", *ROWS)
        found.misplaced(columns, "goes with a table", "Add 'table: NAME'.")
    if at != "row":
        found.misplaced((*TIMES, "until", "days"), f"does not go with 'at: {at}'", "Keep one: a value has one time.")
    if not found.has("until"):
        found.misplaced(("missing until", "outside"), "goes with 'until'", "Add 'until: COLUMN': the end of what lasts.")
    else:
        found.misplaced(("repeats", "baseline"), "does not go with 'until'", "What lasts is said once for each visit.")
