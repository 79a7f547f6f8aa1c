"""In which file and line is each rule and each property of a protocol written?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from protocol.language.amendments import tree
from protocol.language.nodes import Mapping
from protocol.language.report import Report, with_line_feeds
from protocol.language.shipped import read_text

Place = tuple[str, int]
SECTIONS = ("rules", "properties")


def written(file: Path) -> dict[str, dict[str, Place]]:
    """For the rules and the properties the file and the line in which each name stands; empty where the file cannot be read.

    What an amendment takes over stands in the file that it amends. The cells of a table stand where the table does.
    """
    report = Report(with_line_feeds(read_text(file)), str(file))
    root = tree(report)
    found = dict(_sections(report, root)) if root else {}
    return {section: found.get(section, {}) for section in SECTIONS}


def files_of(file: Path) -> tuple[Path, ...]:
    """The file and those that it amends, as far as they can be read."""
    report = Report(with_line_feeds(read_text(file)), str(file))
    tree(report)
    return tuple(Path(part.file) for part in report.parts)


def _sections(report: Report, root: Mapping) -> Iterator[tuple[str, dict[str, Place]]]:
    for key, node in root.entries:
        if key.text in SECTIONS and isinstance(node, Mapping):
            yield key.text, {name.text: report.place(name.span) for name, _ in node.entries}
