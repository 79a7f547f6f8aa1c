"""From Markdown tables to courses: each ``## `` heading with a table is one course."""

from __future__ import annotations

import re
from collections import deque
from itertools import pairwise

from attrs import evolve, frozen

from protocol.adapters.columns import columns, looks_like_courses
from protocol.adapters.problems import Cell, Problems, did_you_mean, lines_of, quoted
from protocol.adapters.rows import Cells, example, fits, is_blank, row
from protocol.adapters.sheet import Counts, Example, Sheet
from protocol.adapters.text import report_unusable
from protocol.model.protocol import Protocol

_HEADING = re.compile(r"##(?!#)\s*(?P<name>.*?)\s*#*\s*")
_RULER = re.compile(r"\s*\|?(\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?\s*")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_BAR = re.compile(r"(?<!\\)\|")
_GENERATED = re.compile(r"\s*(?:[-*>]\s+)?(?:\*\*)?generated:(?:\*\*)?.*", re.IGNORECASE)
_READINGS = re.compile(r"\s*(?:[-*>]\s+)?(?:\*\*)?readings?:(?:\*\*)?(?P<pairs>.*)", re.IGNORECASE)


@frozen
class _Section:
    """The lines of a heading, each with its number; the preamble has no heading."""

    heading: Cell | None
    lines: tuple[tuple[int, str], ...]


@frozen
class _Table:
    header: Cells
    rows: tuple[Cells, ...]


def from_markdown(text: str, protocol: Protocol, file: str = "") -> Sheet:
    """The courses in a Markdown text; raises InputError with everything that is wrong with it."""
    problems = Problems(file, lines_of(text))
    report_unusable(problems)
    problems.stop_if_any()
    preamble, *sections = _sections(problems.lines)
    readings = _preamble(preamble, protocol, problems)
    found = [_course(section, protocol, problems) for section in sections]
    _report_names(sections, problems)
    whole = _is_generated(preamble)
    courses = tuple(evolve(item, generated=item.generated or whole) for item, _ in found if item is not None)
    if not problems.found and not courses:
        problems.report("C002", Cell("", 1, 1), "no course here", "Write a '## ' heading and under it a table.")
    problems.stop_if_any()
    return Sheet(courses, sum((counts for _, counts in found), Counts(0, 0, 0)), readings)


def _sections(lines: tuple[str, ...]) -> list[_Section]:
    found = [_Section(None, ())]
    gathered: list[tuple[int, str]] = []
    fenced = False
    for number, line in enumerate(lines, 1):
        if _FENCE.match(line):
            fenced = not fenced
        heading = None if fenced else _HEADING.fullmatch(line)
        if heading:
            found[-1] = _Section(found[-1].heading, tuple(gathered))
            found.append(_Section(Cell(heading["name"], number, heading.start("name") + 1), ()))
            gathered = []
        elif not fenced and not _FENCE.match(line):
            gathered.append((number, line))
    found[-1] = _Section(found[-1].heading, tuple(gathered))
    return found


def _tables(section: _Section, problems: Problems) -> list[_Table]:
    found: list[_Table] = []
    lines = deque(section.lines)
    while lines:
        number, line = lines.popleft()
        if "|" not in line or not line.strip():
            continue
        if lines and lines[0][0] == number + 1 and _RULER.fullmatch(lines[0][1]) and "|" in line.lstrip()[0] + lines[0][1]:
            ruler = _cells(*lines.popleft())
            found.append(_Table(_cells(number, line), _body(lines, number + 2)))
            fits(ruler, found[-1].header, problems)
        elif line.lstrip().startswith("|"):
            place = Cell(line.strip(), number, line.index("|") + 1)
            problems.report("C016", place, "a table without a line of dashes under its header", "Write '|---|---|' under it.")
            _body(lines, number + 1)
    return found


def _body(lines: deque[tuple[int, str]], number: int) -> tuple[Cells, ...]:
    """Takes the lines up to the next blank one; a line without a bar among them is a ragged row."""
    rows = []
    while lines and lines[0][0] == number and lines[0][1].strip():
        rows.append(_cells(*lines.popleft()))
        number += 1
    return tuple(rows)


def _cells(number: int, line: str) -> Cells:
    bars = [match.start() for match in _BAR.finditer(line)]
    edges = [-1, *bars, len(line)]
    if line.lstrip().startswith("|"):
        edges.pop(0)
    if bars and not line[bars[-1] + 1 :].strip() and len(edges) > 2:
        edges.pop()
    return tuple(_cell(number, line, begin + 1, end) for begin, end in pairwise(edges))


def _cell(number: int, line: str, begin: int, end: int) -> Cell:
    raw = line[begin:end]
    text = raw.strip()
    return Cell(text.replace("\\|", "|"), number, begin + (len(raw) - len(raw.lstrip()) if text else 0) + 1)


def _course(section: _Section, protocol: Protocol, problems: Problems) -> tuple[Example | None, Counts]:
    assert section.heading is not None
    _report_late_readings(section, problems)
    tables = _tables(section, problems)
    for table in tables[1:]:
        problems.report("C016", table.header[0], "a second table under one heading", "Give each course its own '## ' heading.")
    if not tables:
        return None, Counts(0, 0, 0, 1)
    table = tables[0]
    meaning = columns(table.header, protocol, problems)
    full = tuple(cells for cells in table.rows if not is_blank(cells))
    rows = tuple(row(cells, meaning, protocol, problems) for cells in full if fits(cells, meaning, problems))
    if not full:
        problems.report("C018", section.heading, f"the course {quoted(section.heading.text)} has no visits", "Write a row.")
    known = tuple(item for item in rows if item is not None)
    made = example(section.heading.text, section.heading.line, _note(section), known, False, problems)
    return evolve(made, generated=_is_generated(section)), Counts(len(table.rows), len(full), len(table.rows) - len(full))


def _is_generated(section: _Section) -> bool:
    """Whether a line of it begins with the mark of what was not written by hand: ``Generated: by protocol suite``."""
    return any(_GENERATED.fullmatch(line) for _, line in section.lines)


def _note(section: _Section) -> str:
    prose = "\n".join(line.strip() for _, line in section.lines if "|" not in line)
    return re.sub(r"\n{3,}", "\n\n", prose).strip()


def _preamble(section: _Section, protocol: Protocol, problems: Problems) -> tuple[tuple[str, str], ...]:
    for table in _tables(section, problems):
        if looks_like_courses(table.header):
            problems.report("C016", table.header[0], "a course without a heading", "Write '## ' and a name above the table.")
    found: list[tuple[str, str]] = []
    for number, line in section.lines:
        if match := _READINGS.fullmatch(line):
            found.extend(_readings(match["pairs"], number, match.start("pairs"), protocol, problems))
    return tuple(found)


def _readings(text: str, number: int, begin: int, protocol: Protocol, problems: Problems) -> list[tuple[str, str]]:
    found = []
    for match in re.finditer(r"[^,]+", text):
        cell = _cell(number, problems.lines[number - 1], begin + match.start(), begin + match.end())
        name, _, reading = (part.strip(" `.") for part in cell.text.partition("="))
        if pair := _reading(name, reading, cell, protocol, problems):
            found.append(pair)
    return found


def _reading(name: str, reading: str, cell: Cell, protocol: Protocol, problems: Problems) -> tuple[str, str] | None:
    options = {item.name: tuple(one.name for one in item.readings) for item in protocol.interpretations}
    if name not in options:
        problems.report("C041", cell, f"unknown interpretation {quoted(name)}", did_you_mean(name, options, "Interpretations"))
    elif reading not in options[name]:
        message = f"{quoted(reading)} is not a reading of '{name}'"
        problems.report("C041", cell, message, did_you_mean(reading, options[name], "Readings"))
    else:
        return name, reading
    return None


def _report_late_readings(section: _Section, problems: Problems) -> None:
    for number, line in section.lines:
        if _READINGS.fullmatch(line) and "=" in line:
            problems.report("C041", Cell(line.strip(), number, 1), "readings inside a course", "Move the line above all '## '.")


def _report_names(sections: list[_Section], problems: Problems) -> None:
    first: dict[str, int] = {}
    for section in sections:
        assert section.heading is not None
        name = section.heading.text
        if not name:
            problems.report("C017", section.heading, "a heading without a name", "Write the course's name after '## '.")
        elif name in first:
            problems.report("C017", section.heading, f"line {first[name]} has the same heading", "Give each course its own name.")
        first.setdefault(name, section.heading.line)
