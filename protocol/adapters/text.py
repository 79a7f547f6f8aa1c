"""Whether a text can be a file of courses at all, and how its bytes become text."""

from __future__ import annotations

from pathlib import Path

from protocol.adapters.problems import Cell, Problems
from protocol.errors import InputError, Problem

LONGEST_LINE = 100_000
LARGEST_FILE = 16_000_000
_OTHERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def text_of(path: Path, largest: int = LARGEST_FILE) -> str:
    """The text of a file of at most so many bytes; raises InputError where it cannot be read."""
    try:
        if path.stat().st_size > largest:
            raise unreadable(path, "C004", "the file is too large", f"Split it into files below {largest // 10**6} MB.")
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, "C001", f"cannot be read: {error.strerror or 'unknown'}", "Give a Markdown or CSV file.") from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise unreadable(path, "C001", "the file is UTF-16, not UTF-8", "Save it as UTF-8.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace")) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        problem = Problem("C001", message, "Save the file as UTF-8.", str(path), line, column)
        raise InputError((problem,)) from None


def unreadable(path: Path, code: str, message: str, hint: str) -> InputError:
    """The error of a file as a whole."""
    return InputError((Problem(code, message, hint, str(path)),))


def report_unusable(problems: Problems, empty: str = "Write at least one course.") -> None:
    """Reports what no table of courses has: no text, NUL characters, lines beyond all measure; of each the first one.

    ``empty`` says what would be right in the place of nothing.
    """
    if not any(line.strip() for line in problems.lines):
        problems.report("C002", Cell("", 1, 1), "the file is empty", empty)
    number = next((number for number, line in enumerate(problems.lines, 1) if "\0" in line), None)
    if number is not None:
        place = Cell("\0", number, problems.lines[number - 1].index("\0") + 1)
        problems.report("C003", place, "a NUL character", "Save the file as plain text, in UTF-8.")
    long = next((number for number, line in enumerate(problems.lines, 1) if len(line) > LONGEST_LINE), None)
    if long is not None:
        message = f"a line of {len(problems.lines[long - 1])} characters"
        problems.report("C004", Cell("", long, 1), message, f"Lines have at most {LONGEST_LINE} characters.")


def report_separator(problems: Problems, line: int) -> None:
    """Reports a header whose columns are not separated by commas."""
    header = problems.lines[line - 1]
    for char, name in _OTHERS.items():
        if header.count(char) > header.count(","):
            hint = "Save it with commas in between, and numbers with a decimal point."
            problems.report("C014", Cell(header.strip(), line, 1), f"the columns are separated by {name}", hint)
