"""``doses``, ``ends`` and ``windows``: from which rows the doses given come, the end of treatment, and the planned visits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from protocol.language.fields import Fields, fields
from protocol.language.mapping.parts import ROWS, TIMES, Tables, column, conditions, like, rows, table, values, when, windows
from protocol.language.mapping.readings import MISSING
from protocol.language.nodes import Listing, Node, Scalar
from protocol.language.report import Report
from protocol.model.mapping import Dosing, Ending, Values, Windows

Part = TypeVar("Part")

DOSE_KEYS = (
    "table", *TIMES, "until", "missing until", *ROWS, "given", "values", "amount", "unit", "in", "frequency", "frequencies",
    "schedule", "placebo",
)  # fmt: skip
END_KEYS = ("table", "at", *TIMES, *ROWS)
ENDS_AT: tuple[Literal["row", "last dose"], ...] = ("row", "last dose")
WINDOW_KEYS = ("table", "visit", "planned day", "days")


def each(report: Report, top: Fields, key: str, read: Callable[[Scalar, Node], Part | None]) -> tuple[Part, ...]:
    """What is read of a section that is one mapping, or a list of them."""
    node = top.node(key)
    if node is None:
        return ()
    found = (read(top.entries[key][0], part) for part in (node.items if isinstance(node, Listing) else (node,)))
    return tuple(part for part in found if part is not None)


def read_dosing(report: Report, tables: Tables, key: Scalar, node: Node) -> Dosing | None:
    """One entry of ``doses``; None where it could not be read."""
    found = fields(report, "'doses'", key, node, DOSE_KEYS)
    if found is None:
        return None
    source, start = table(report, found, tables), when(report, found)
    _check_dose(report, found)
    if source is None:
        found.require("table")
        return None
    declared = tables.get(source.name)
    start = start if start.column or declared is None else declared.when
    if declared is not None and not start.column:
        report.add("P023", "'doses' has no time", found.owner, "Add 'date: COLUMN': from when on the dose was given.")
    return Dosing(
        source,
        start,
        like(report, found, "until", start),
        found.word("missing until", MISSING, "refuse"),
        rows(report, found),
        column(report, found, "given"),
        values(report, found, "values"),
        column(report, found, "amount"),
        column(report, found, "unit"),
        found.text("in"),
        column(report, found, "frequency"),
        found.text("schedule"),
        values(report, found, "frequencies") or Values(),
        conditions(report, found, "placebo"),
    )


def _check_dose(report: Report, found: Fields) -> None:
    """A dose is a text, or an amount with its unit and how often it is given."""
    said = found.said(("given", "amount"))
    if len(said) == 2:
        report.add("P024", "'doses' has both 'given' and 'amount'", found.key(said[1]), "Keep one.")
    elif not said:
        hint = "Add 'given: COLUMN' (a level, or a regimen), or 'amount: COLUMN' with its unit and frequency."
        report.add("P023", "'doses' does not say what was given", found.owner, hint)
    elif said == ["amount"]:
        for one, other, what in (("unit", "in", "unit of the amount"), ("frequency", "schedule", "how often it is given")):
            if len(found.said((one, other))) != 1:
                hint = f"Add '{one}: COLUMN', or '{other}:' for what is always the same; not both."
                report.add("P023", f"'doses' does not say the {what}", found.owner, hint)
    else:
        parts = ("unit", "in", "frequency", "frequencies", "schedule", "placebo")
        found.misplaced(parts, "goes with 'amount'", "'given' is a whole regimen, or a level.")


def read_ending(report: Report, tables: Tables, key: Scalar, node: Node) -> Ending | None:
    """One entry of ``ends``; None where it could not be read."""
    found = fields(report, "'ends'", key, node, END_KEYS)
    source = table(report, found, tables) if found else None
    if found is None or source is None:
        if found:
            found.require("table")
        return None
    own, declared = when(report, found), tables.get(source.name)
    start = own if own.column or declared is None else declared.when
    if declared is not None and not start.column:
        report.add("P023", "'ends' has no time", found.owner, "Add 'date: COLUMN': from when on no drug was given.")
    return Ending(source, start, rows(report, found), found.word("at", ENDS_AT, "row"))


def read_windows(report: Report, tables: Tables, key: Scalar, node: Node) -> Windows | None:
    """One entry of ``windows``: the column of the visit, and for each of its texts the study days of its window."""
    found = fields(report, "'windows'", key, node, WINDOW_KEYS)
    source = table(report, found, tables) if found else None
    if found is None or source is None:
        return None
    found.require("visit")
    if not found.has("planned day"):
        found.require("days", hint="Add 'days: {visit: 12 to 16}', or 'planned day: COLUMN'.")
    visit, days = column(report, found, "visit"), windows(report, found)
    return Windows(source, visit, column(report, found, "planned day"), days) if visit else None
