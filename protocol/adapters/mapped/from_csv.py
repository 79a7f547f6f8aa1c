"""From a CSV file with a header to a table, whatever its columns mean."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from protocol.adapters.mapped.table import Table
from protocol.adapters.phrases import counted
from protocol.adapters.problems import Cell, Problems, lines_of, quoted
from protocol.adapters.text import report_separator, report_unusable, text_of

LARGEST_TABLE = 2_000_000_000
"""Bytes; a table of a study is larger than a file of courses that somebody wrote."""


def from_csv(path: Path) -> Table:
    """The table in a CSV file; raises InputError with everything that is wrong with it."""
    problems = Problems(str(path), lines_of(text_of(path, LARGEST_TABLE)))
    report_unusable(problems, "Write the names of the columns, and below them the rows; rows there may be none.")
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
    _check_header(header, line, problems)
    widths = Counter(len(fields) for _, fields in body)
    if len(body) > 1 and len(widths) == 1 and len(header) not in widths:
        (width,) = widths
        message = f"the header has {counted(len(header), 'column')}, and every row below it {counted(width, 'cell')}"
        hint = "The first line that is not blank names each column; nothing stands above it."
        problems.report("C010", Cell("", line, 1), message, hint)
        return
    for place, fields in body:
        if len(fields) != len(header):
            amount = "fewer" if len(fields) < len(header) else "more"
            message = f"{len(fields)} cells, {amount} than the {len(header)} columns of the header"
            hint = "Give each row one cell for each column, empty or not; a cell with a comma in it stands in quotes."
            problems.report("C010", Cell("", place, 1), message, hint)


def _check_header(header: list[str], line: int, problems: Problems) -> None:
    unnamed = header.count("")
    if unnamed > 1:
        hint = "The first line that is not blank gives each column its own heading."
        problems.report("C012", Cell("", line, 1), f"{unnamed} columns without a heading", hint)
    for number, name in enumerate(header):
        if name and name in header[:number]:
            problems.report("C012", Cell(name, line, 1), f"a second column {quoted(name)}", "Give each column its own heading.")
