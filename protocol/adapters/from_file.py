"""From a file of courses, Markdown or CSV by its ending, to the courses in it."""

from __future__ import annotations

from pathlib import Path

from protocol.adapters.from_csv import from_csv
from protocol.adapters.from_markdown import from_markdown
from protocol.adapters.sheet import Sheet
from protocol.adapters.text import text_of, unreadable
from protocol.model.protocol import Protocol

READERS = {".md": from_markdown, ".markdown": from_markdown, ".csv": from_csv}


def from_file(path: Path, protocol: Protocol) -> Sheet:
    """The courses in a file; raises InputError with everything that is wrong with it."""
    if not path.is_dir() and not path.is_file():
        why = "it is no regular file" if path.exists() else "there is no such file"
        raise unreadable(path, "C001", f"cannot be read: {why}", "Give a Markdown or CSV file.")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise unreadable(
            path,
            "C001",
            f"'{path.suffix}' is no ending of a file of courses",
            f"Endings: {', '.join(READERS)}; of a mapping .mapping.yaml.",
        )
    return reader(text_of(path), protocol, str(path))
