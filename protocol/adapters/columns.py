"""What the header of a table of courses means: each heading becomes a column, or a problem."""

from __future__ import annotations

import re
from typing import Literal

from attrs import frozen

from protocol.adapters.problems import Cell, Problems, did_you_mean, quoted
from protocol.errors import NotationError
from protocol.model.input import Number
from protocol.model.protocol import Protocol
from protocol.model.quantity import SPELLINGS, UNITS, unit

Kind = Literal[
    "elapsed", "study day", "recorded", "patient", "given", "input", "expect", "name", "value", "unit", "lower", "upper"
]
EXPECTED = (
    "action", "dose", "recommended", "supplement", "rule", "status", "state", "permitted", "date", "may", "missing", "reasons",
    "silent", "monitoring", "dispensed", "conflict", "deviation",
)  # fmt: skip
TIMES = ("elapsed", "study day")
LONG = ("value", "unit", "lower", "upper")

_WITH_UNIT = re.compile(r"(?P<name>[^()]*?)\s*\((?P<unit>[^()]*)\)")
# How laboratories print units that are not in the allow-list, and which of the list they are.
_PRINTED = {
    "k/ul": "10*3/uL", "k/mm3": "10*3/uL", "10*3/mm3": "10*3/uL", "10^3/mm3": "10*3/uL", "thou/ul": "10*3/uL",
    "/nl": "10*9/L", "10*9/l": "10*9/L", "10**9/l": "10*9/L", "giga/l": "10*9/L", "gpt/l": "10*9/L", "ul": "/uL",
    "cells/cumm": "/mm3", "/cumm": "/mm3", "percent": "%", "pct": "%", "units/l": "U/L", "celsius": "Cel", "sec": "s",
}  # fmt: skip


@frozen
class Column:
    """What a column holds. ``name`` is the input's or what is expected; ``unit`` the default unit of an input's cells."""

    kind: Kind
    name: str = ""
    unit: str = ""


def columns(header: tuple[Cell, ...], protocol: Protocol, problems: Problems, csv: bool = False) -> tuple[Column | None, ...]:
    """What each heading means; None for one that was reported as a problem."""
    long = csv and {"input", "value"} <= {_plain(cell.text) for cell in header} - {item.name for item in protocol.inputs}
    found = tuple(_column(cell, protocol, problems, csv, long) for cell in header)
    _report_repeated(header, found, problems)
    _report_order(header, found, problems, csv)
    return found


def is_long(found: tuple[Column | None, ...]) -> bool:
    """Whether each row of the table is one value rather than one visit."""
    return any(column is not None and column.kind == "value" for column in found)


def looks_like_courses(header: tuple[Cell, ...]) -> bool:
    """Whether a table that stands outside a course was meant to be one."""
    return bool(header) and _plain(header[0].text) in (*TIMES, "day", "days", "time", "patient")


def _column(cell: Cell, protocol: Protocol, problems: Problems, csv: bool, long: bool) -> Column | None:
    name, printed = _split(cell)
    words = _plain(name)
    if words.split(" ")[0] == "expect":
        return _expectation(cell, words, problems)
    special = _special(words, csv, long)
    if special is None and not long and words in {item.name for item in protocol.inputs}:
        return _input(cell, words, printed, protocol, problems)
    if special is None:
        _report_unknown(cell, name, protocol, problems, csv, long)
    elif printed:
        problems.report("C015", cell.part(printed), f"the column '{words}' takes no unit", f"Write '{words}'.")
    return special if not printed else None


def _special(words: str, csv: bool, long: bool) -> Column | None:
    if words in ("elapsed", "study day", "recorded", "given"):
        return Column(words)  # type: ignore[arg-type]
    if csv and words == "patient":
        return Column("patient")
    if long and words in LONG:
        return Column(words)  # type: ignore[arg-type]
    return Column("name") if long and words == "input" else None


def _split(cell: Cell) -> tuple[str, str]:
    match = _WITH_UNIT.fullmatch(cell.text)
    return (match["name"], match["unit"].strip()) if match else (cell.text, "")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.strip()).lower()


def _expectation(cell: Cell, words: str, problems: Problems) -> Column | None:
    wanted = words.removeprefix("expect").strip()
    if wanted in EXPECTED:
        return Column("expect", wanted)
    problems.report("C011", cell, f"nothing called {quoted(wanted)} can be expected", did_you_mean(wanted, EXPECTED, "Expect"))
    return None


def _input(cell: Cell, name: str, printed: str, protocol: Protocol, problems: Problems) -> Column | None:
    if not printed:
        return Column("input", name)
    kind = protocol.input(name).kind
    place = cell.part(printed)
    if not isinstance(kind, Number):
        problems.report("C015", place, f"'{name}' is not a quantity and has no unit", f"Write '{name}'.")
        return None
    try:
        measures = unit(printed).measures
    except NotationError as error:
        problems.report("C015", place, error.message, unit_hint(printed, kind.unit))
        return None
    if measures != unit(kind.unit).measures:
        problems.report("C015", place, f"{printed} does not measure '{name}'", f"'{name}' is declared in {kind.unit}.")
        return None
    return Column("input", name, printed)


def unit_hint(printed: str, declared: str) -> str:
    """Which unit of the allow-list was probably meant."""
    plain = printed.lower().replace("\u03bc", "u").replace("\u00b5", "u").replace(" ", "")
    by_case = {name.lower(): name for name in (*SPELLINGS, *UNITS)}
    meant = _PRINTED.get(plain) or by_case.get(plain)
    declared_as = f"the protocol declares it in {declared}"
    return f"write '{SPELLINGS.get(meant, meant)}' for '{printed}'; {declared_as}" if meant else declared_as


def _report_unknown(cell: Cell, name: str, protocol: Protocol, problems: Problems, csv: bool, long: bool) -> None:
    if not name:
        problems.report("C011", cell, "a column has no heading", "Give each column a heading, or remove the column.")
    elif _plain(name) in ("day", "days", "time", "week", "weeks", "date"):
        problems.report("C013", cell, f"'{name}' could count from 0 or from 1",
                        "Write 'elapsed' (0 is the first dose) or 'study day' (1 is the day of the first dose).")  # fmt: skip
    else:
        inputs = () if long else tuple(item.name for item in protocol.inputs)
        known = (*inputs, *TIMES, "recorded", *(("patient",) if csv else ()), *(("input", *LONG) if long else ("given",)))
        everything = (*known, *(f"expect {item}" for item in EXPECTED))
        problems.report(
            "C011", cell, f"unknown column {quoted(name)}", did_you_mean(name, everything, "Columns", (*known, "expect ..."))
        )


def _report_repeated(header: tuple[Cell, ...], found: tuple[Column | None, ...], problems: Problems) -> None:
    seen: set[tuple[str, str]] = set()
    for cell, column in zip(header, found, strict=True):
        if column is None:
            continue
        meaning = ("time", "") if column.kind in TIMES else (column.kind, column.name)
        if meaning in seen:
            problems.report("C012", cell, f"a second column {quoted(cell.text)}", "Keep one; several values of a cell go by ';'.")
        seen.add(meaning)


def _report_order(header: tuple[Cell, ...], found: tuple[Column | None, ...], problems: Problems, csv: bool) -> None:
    kinds = [column.kind if column else "" for column in found]
    time_at = 1 if csv else 0
    if csv and kinds[0] != "patient":
        problems.report("C014", header[0], "the first column is not 'patient'", "Begin each row with the patient's name.")
    elif len(kinds) <= time_at or (kinds[time_at] not in TIMES and kinds[time_at] != ""):
        place = header[min(time_at, len(header) - 1)]
        problems.report("C013", place, "no column of time here", "Write 'elapsed' or 'study day' first, after 'patient' in CSV.")
