"""From CSV to courses: one row per visit (wide) or per value (long), grouped by the column ``patient``."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain, repeat

from protocol.adapters.columns import columns, is_long
from protocol.adapters.problems import Cell, Problems, lines_of
from protocol.adapters.rows import Cells, Row, example, fits, is_blank, long_row, row
from protocol.adapters.sheet import Counts, Example, Sheet
from protocol.adapters.text import report_separator, report_unusable
from protocol.model.protocol import Protocol


def from_csv(text: str, protocol: Protocol, file: str = "") -> Sheet:
    """The courses in a CSV text; raises InputError with everything that is wrong with it."""
    problems = Problems(file, lines_of(text))
    report_unusable(problems)
    problems.stop_if_any()
    records = list(_records(problems))
    problems.stop_if_any()
    first = next(number for number, cells in enumerate(records) if cells)
    header, body = records[first], records[first + 1 :]
    report_separator(problems, header[0].line)
    problems.stop_if_any()
    return _sheet(header, tuple(body), protocol, problems)


def _records(problems: Problems) -> Iterator[Cells]:
    lines = problems.lines if problems.lines[-1] else problems.lines[:-1]
    reader = csv.reader((line + "\n" for line in lines), strict=True)
    begin = 1
    try:
        for fields in reader:
            places = chain(_places(lines[begin - 1 : reader.line_num], begin), repeat((begin, 1)))
            yield tuple(Cell(field.strip(), *next(places)) for field in fields)
            begin = reader.line_num + 1
    except csv.Error as error:
        hint = "Close each quote, and write a quote inside a field twice."
        problems.report("C005", Cell("", min(begin, len(lines)), 1), f"the row cannot be read: {error}", hint)


def _places(lines: tuple[str, ...], number: int) -> Iterator[tuple[int, int]]:
    """Where each field of a record begins: at the start, and after each comma outside quotes."""
    inside, start = False, True
    yield number, 1
    for offset, line in enumerate(lines):
        for column, char in enumerate(line, 1):
            # A quote opens only at the beginning of a field; inside, a doubled one closes and opens again.
            if char == '"' and (inside or start or line[column - 2 : column - 1] == '"'):
                inside = not inside
            start = char == "," and not inside
            if start:
                yield number + offset, column + 1


def _sheet(header: Cells, body: tuple[Cells, ...], protocol: Protocol, problems: Problems) -> Sheet:
    meaning = columns(header, protocol, problems, csv=True)
    long = is_long(meaning)
    read = long_row if long else row
    full = tuple(cells for cells in body if not is_blank(cells))
    found = tuple(read(cells, meaning, protocol, problems) for cells in full if fits(cells, meaning, problems))
    if not full:
        problems.report("C002", header[0], "no row under the header", "Write one row for each visit.")
    courses = _courses(tuple(item for item in found if item is not None), long, problems)
    problems.stop_if_any()
    return Sheet(courses, Counts(len(body), len(full), len(body) - len(full)))


def _courses(rows: tuple[Row, ...], long: bool, problems: Problems) -> tuple[Example, ...]:
    by_patient: dict[str, list[Row]] = {}
    for item in rows:
        by_patient.setdefault(item.patient, []).append(item)
    return tuple(example(name, group[0].place.line, "", tuple(group), long, problems) for name, group in by_patient.items())
