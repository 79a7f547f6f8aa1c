"""Do the courses of one file do what they expect?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from protocol.adapters.outcomes import Result, result
from protocol.adapters.selection import under
from protocol.adapters.sheet import Example, Sheet
from protocol.checks.expectations import differences
from protocol.model.decision import Trace
from protocol.model.protocol import Protocol
from protocol.semantics.trace import trace


def tested(protocol: Protocol, file: str, sheet: Sheet) -> Iterator[tuple[Result, Trace]]:
    """What became of the expectations of each course of a sheet, under the readings that the sheet names."""
    read = under(protocol, sheet.readings)
    for example in sheet.examples:
        found = trace(read, example.course)
        yield result_of(file, example, found), found


def result_of(file: str, example: Example, found: Trace) -> Result:
    """What became of the expectations of one course."""
    pairs = [[(item.column, item.value) for item in items] for items in example.expectations]
    unmet = differences(example.course, pairs, found)
    return result(file, example, ((one.visit, one.place, one.got) for one in unmet))


def courses_in(folder: Path) -> list[Path]:
    """The files of courses in a folder, `courses.md` first."""
    return sorted(folder.glob("courses*.md"), key=lambda file: (file.name != "courses.md", file.name))
