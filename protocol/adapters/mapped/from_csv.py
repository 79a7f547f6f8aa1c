"""From a CSV file with a header to a table, whatever its columns mean."""

from __future__ import annotations

import csv
from pathlib import Path

from protocol.adapters.mapped.table import Table
from protocol.adapters.problems import Cell, Problems, lines_of, quoted
from protocol.adapters.text import report_separator, report_unusable, text_of

LARGEST_TABLE = 2_000_000_000
"""Bytes; a table of a study is larger than a file of courses that somebody wrote."""


def from_csv(path: Path) -> Table:
    """The table in a CSV file; raises InputError with everything that is wrong with it."""
    problems = Problems(str(path), lines_of(text_of(path, LARGEST_TABLE)))
    report_unusable(problems)
    problems.stop_if_any()
    records = _records(problems)
    problems.stop_if_any()
    (line, header), body = records[0], records[1:]
    report_separator(problems, line)
    problems.stop_if_any()
    _check(header, body, line, problems)
    problems.stop_if_any()
    columns = {name: [fields[number] for _, fields in body] for number, name in enumerate(header)}
    return Table(path.name, dict(columns), len(body), numbers=tuple(number for number, _ in body))


Record = tuple[int, list[str]]


def _records(problems: Problems) -> list[Record]:
    """The line and the fields of each record that is not blank."""
    reader = csv.reader((line + "\n" for line in problems.lines), strict=True)
    found: list[Record] = []
    begin = 1
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                found.append((begin, [field.strip() for field in fields]))
            begin = reader.line_num + 1
    except csv.Error as error:
        hint = "Close each quote, and write a quote inside a field twice."
        problems.report("C005", Cell("", min(begin, len(problems.lines)), 1), f"the row cannot be read: {error}", hint)
    return found


def _check(header: list[str], body: list[Record], line: int, problems: Problems) -> None:
    for number, name in enumerate(header):
        if name in header[:number]:
            problems.report("C012", Cell(name, line, 1), f"a second column {quoted(name)}", "Give each column its own heading.")
    for place, fields in body:
        if len(fields) != len(header):
            amount = "fewer" if len(fields) < len(header) else "more"
            message = f"{len(fields)} cells, {amount} than the {len(header)} columns of the header"
            problems.report("C010", Cell("", place, 1), message, "Give each row one cell for each column, empty or not.")
